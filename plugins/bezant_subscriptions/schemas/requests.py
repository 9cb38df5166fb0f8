"""What bodies ask of the services: references resolved, the one change picked. Shared by the API and the pages."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bezant.sdk.api import resolve_id
from bezant.sdk.values import Invalid, NotFound
from bezant_catalog.services import load_price
from bezant_subscriptions import services
from bezant_subscriptions.contracts import Preview, SubscriptionInfo


def find(reference: str) -> SubscriptionInfo:
    """A subscription by its id or ``external:<your id>``. Raises ``NotFound``."""
    wanted = resolve_id(reference, services.find_subscription, what="subscription")
    found = services.load_subscriptions([wanted]).get(wanted)
    if found is None:
        raise NotFound(f"There is no subscription {reference}.")
    return found


def change(subscription_id: UUID, body: Mapping[str, Any]) -> SubscriptionInfo:
    """The one change that a body asks for. Raises ``Invalid`` for none or several."""
    moment = {name: body[name] for name in ("at", "on", "key")}
    kind = _kind(body)
    if kind == "plan":
        return services.change_plan(subscription_id, body["plan"], timing=body["timing"], quantity=body["quantity"], **moment)
    if kind == "quantity":
        return services.change_quantity(subscription_id, body["quantity"], **moment)
    if kind == "cycle_day":
        return services.change_cycle_day(subscription_id, body["cycle_day"], **moment)
    price = None if body["price"] is None else load_price(body["price"])
    return services.override_price(subscription_id, body["charge"], price, **moment)


def preview_change(subscription_id: UUID, body: Mapping[str, Any]) -> Preview:
    """What a change of plan or quantity would bill. Raises ``Invalid`` for others."""
    moment = {name: body[name] for name in ("at", "on")}
    kind = _kind(body)
    if kind == "plan":
        return services.preview_plan_change(subscription_id, body["plan"], timing=body["timing"], quantity=body["quantity"], **moment)
    if kind == "quantity":
        return services.preview_quantity(subscription_id, body["quantity"], **moment)
    raise Invalid.field("change", "not_previewable", "Changes of plan and of quantity can be previewed, others cannot.")


def _kind(body: Mapping[str, Any]) -> str:
    asked = [name for name in ("plan", "cycle_day", "charge") if body[name] is not None]
    if not asked and body["quantity"] is not None:
        asked = ["quantity"]
    if len(asked) != 1:
        raise Invalid.field("plan", "one_change", "Ask for one change: plan (and quantity), quantity, cycle_day, or charge and price.")
    return asked[0]
