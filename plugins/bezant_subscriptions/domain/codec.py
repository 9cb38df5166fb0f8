"""Facts as JSON and back. Decimals are strings, days and ids too; what a kind of fact carries stands in one table."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any
from uuid import UUID

from bezant.sdk.values import calendars
from bezant_catalog.contracts import PriceModel
from bezant_subscriptions.domain.facts import (
    Bare,
    Cancelled,
    CycleDayChanged,
    FactKind,
    PlanChanged,
    PriceOverridden,
    QuantityChanged,
    Started,
    Terms,
    Unused,
)

TERMS: Mapping[FactKind, type] = {
    FactKind.STARTED: Started,
    FactKind.PLAN_CHANGED: PlanChanged,
    FactKind.QUANTITY_CHANGED: QuantityChanged,
    FactKind.PRICE_OVERRIDDEN: PriceOverridden,
    FactKind.CYCLE_DAY_CHANGED: CycleDayChanged,
    FactKind.CANCELLED: Cancelled,
}
"""What each kind of fact carries; the others carry nothing."""

_READERS: Mapping[str, Callable[[Any], Any]] = {
    "plan": UUID,
    "quantity": lambda text: None if text is None else Decimal(text),
    "alignment": calendars.GridKind,
    "proration": calendars.Proration,
    "unused": Unused,
}


def dump_terms(terms: Terms, dump_price: Callable[[PriceModel], Mapping[str, Any]]) -> dict[str, Any]:
    """What a fact carries as JSON."""
    if isinstance(terms, Bare):
        return {}
    return {field.name: _plain(getattr(terms, field.name), dump_price) for field in fields(terms)}


def load_terms(kind: FactKind, payload: Mapping[str, Any], load_price: Callable[[Any], PriceModel]) -> Terms:
    """What a fact carries, from JSON; keys that it does not know (a newer writer's) are passed over."""
    shape = TERMS.get(kind)
    if shape is None:
        return Bare()
    values: dict[str, Any] = {}
    for field in fields(shape):
        if field.name in payload:
            value = payload[field.name]
            reader = _READERS.get(field.name)
            values[field.name] = reader(value) if reader else value
    if values.get("price") is not None:
        values["price"] = load_price(values["price"])
    found: Terms = shape(**values)
    return found


def _plain(value: Any, dump_price: Callable[[PriceModel], Mapping[str, Any]]) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, str | UUID):
        return str(value)
    return dict(dump_price(value))
