"""REST: subscriptions, their changes and previews, billing runs."""

from typing import Any
from uuid import UUID

from bezant.sdk.api import ApiBlueprint, idempotent, list_endpoint, requires
from bezant_accounts.services import account_id_of, account_ids_of
from bezant_subscriptions import services
from bezant_subscriptions.models import BillingRun, Subscription
from bezant_subscriptions.schemas import (
    PARKED_LIST,
    RUN_LIST,
    SUBSCRIPTION_LIST,
    BillingPreviewSchema,
    BillingRunBody,
    BillingRunSchema,
    SubscriptionBody,
    SubscriptionCancelBody,
    SubscriptionChangeBody,
    SubscriptionMomentBody,
    SubscriptionPreviewBody,
    SubscriptionSchema,
    SubscriptionTimelineSchema,
    change,
    find,
    new_subscription,
    preview_change,
    preview_resource,
    run_resource,
    timeline_resource,
)

subscriptions = ApiBlueprint(
    "subscriptions", __name__, scope=Subscription, url_prefix="/subscriptions", description="Subscriptions and their timelines."
)
runs = ApiBlueprint(
    "billing_runs", __name__, scope=BillingRun, url_prefix="/billing-runs", description="Billing runs, and accounts they set aside."
)
BLUEPRINTS = (subscriptions, runs)

list_endpoint(subscriptions, SUBSCRIPTION_LIST)
list_endpoint(runs, RUN_LIST)
list_endpoint(runs, PARKED_LIST, rule="/parked")


@subscriptions.route("", methods=["POST"])
@requires("subscriptions.subscription.create")
@idempotent()
@subscriptions.arguments(SubscriptionBody)
@subscriptions.response(201, SubscriptionSchema)
def create_subscription(body: dict[str, Any]) -> object:
    """Start a subscription; what is due is billed by the next run."""
    return services.subscribe(new_subscription(body, account_id_of(body["account_id"])))


@subscriptions.route("/preview", methods=["POST"])
@requires("subscriptions.subscription.view")
@subscriptions.arguments(SubscriptionBody)
@subscriptions.response(200, BillingPreviewSchema)
def preview_new_subscription(body: dict[str, Any]) -> object:
    """What a new subscription would be billed on its first day; nothing is stored."""
    return preview_resource(services.preview_subscription(new_subscription(body, account_id_of(body["account_id"]))))


@subscriptions.route("/<string:reference>")
@requires("subscriptions.subscription.view")
@subscriptions.response(200, SubscriptionSchema)
def get_subscription(reference: str) -> object:
    """One subscription, as it is now."""
    return find(reference)


@subscriptions.route("/<string:reference>/timeline")
@requires("subscriptions.subscription.view")
@subscriptions.response(200, SubscriptionTimelineSchema)
def get_timeline(reference: str) -> object:
    """Its facts, and the stretches of time they come to."""
    return timeline_resource(services.timeline(find(reference).id))


@subscriptions.route("/<string:reference>/change", methods=["POST"])
@requires("subscriptions.subscription.change")
@idempotent()
@subscriptions.arguments(SubscriptionChangeBody)
@subscriptions.response(200, SubscriptionSchema)
def change_subscription(body: dict[str, Any], reference: str) -> object:
    """Change plan, quantity, cycle day or one charge's price: now, on a day of the past, or later."""
    return change(find(reference).id, body)


@subscriptions.route("/<string:reference>/cancel", methods=["POST"])
@requires("subscriptions.subscription.cancel")
@idempotent()
@subscriptions.arguments(SubscriptionCancelBody)
@subscriptions.response(200, SubscriptionSchema)
def cancel_subscription(body: dict[str, Any], reference: str) -> object:
    """End it: now, at an instant or day, or at the end of the period."""
    return services.cancel(find(reference).id, **body)


@subscriptions.route("/<string:reference>/uncancel", methods=["POST"])
@requires("subscriptions.subscription.cancel")
@idempotent()
@subscriptions.response(200, SubscriptionSchema)
def uncancel_subscription(reference: str) -> object:
    """Take the cancellation back."""
    return services.uncancel(find(reference).id)


@subscriptions.route("/<string:reference>/pause", methods=["POST"])
@requires("subscriptions.subscription.change")
@idempotent()
@subscriptions.arguments(SubscriptionMomentBody)
@subscriptions.response(200, SubscriptionSchema)
def pause_subscription(body: dict[str, Any], reference: str) -> object:
    """Pause it; the day of the pause is not paid for."""
    return services.pause(find(reference).id, **body)


@subscriptions.route("/<string:reference>/resume", methods=["POST"])
@requires("subscriptions.subscription.change")
@idempotent()
@subscriptions.arguments(SubscriptionMomentBody)
@subscriptions.response(200, SubscriptionSchema)
def resume_subscription(body: dict[str, Any], reference: str) -> object:
    """Resume it."""
    return services.resume(find(reference).id, **body)


@subscriptions.route("/<string:reference>/timeline/<int:seq>/withdraw", methods=["POST"])
@requires("subscriptions.subscription.change")
@idempotent()
@subscriptions.response(200, SubscriptionSchema)
def withdraw_fact(reference: str, seq: int) -> object:
    """Take one fact back, as if it had never been said."""
    return services.withdraw_fact(find(reference).id, seq)


@subscriptions.route("/<string:reference>/preview", methods=["POST"])
@requires("subscriptions.subscription.view")
@subscriptions.arguments(SubscriptionPreviewBody)
@subscriptions.response(200, BillingPreviewSchema)
def preview_subscription(body: dict[str, Any], reference: str) -> object:
    """What the next billing date, a change or a cancellation would bill and credit; nothing is stored."""
    found = find(reference)
    if body["change"] is not None:
        return preview_resource(preview_change(found.id, body["change"]))
    if body["cancel"] is not None:
        asked = {name: value for name, value in body["cancel"].items() if name != "key"}
        return preview_resource(services.preview_cancel(found.id, **asked))
    return preview_resource(services.preview_billing([found.account_id], body["on"]))


# -- Billing runs ------------------------------------------------------------------------------------------------------------


@runs.route("", methods=["POST"])
@requires("subscriptions.run.start")
@idempotent()
@runs.arguments(BillingRunBody)
@runs.response(201, BillingRunSchema)
def create_run(body: dict[str, Any]) -> object:
    """Start a billing run in the background; follow it at its address."""
    named = None if body["account_ids"] is None else account_ids_of(body["account_ids"])
    started = services.start_run(body["through"], named, trigger="api", catch_up=body["catch_up"])
    return run_resource(started)


@runs.route("/<uuid:run_id>")
@requires("subscriptions.run.view")
@runs.response(200, BillingRunSchema)
def get_run(run_id: UUID) -> object:
    """One billing run: how far it is, and what it came to."""
    return run_resource(services.load_run(run_id))
