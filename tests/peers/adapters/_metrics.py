"""Metrics and events in the words of the cases."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from bezant_catalog.contracts import Metric, MetricFilter, Rounding
from bezant_catalog.domain import Aggregated, UsageEvent, Window, aggregate

NOBODY = UUID(int=0)
SECOND = timedelta(seconds=1)
ANY_DAY = datetime(2024, 1, 1, tzinfo=UTC)

ROUNDED_UP = {"mode": "ceil", "decimals": 5}
"""Lago rounds prorated units so, always; in Bezant it is a setting of the metric."""


def make_metric(code: str, given: Mapping[str, Any]) -> Metric:
    """``{aggregation, field, recurring, prorated, rounding, filter}`` as a metric."""
    filters = tuple(MetricFilter(name, "in", tuple(values)) for name, values in (given.get("filter") or {}).items())
    rounding = given.get("rounding") or (ROUNDED_UP if given.get("prorated") else None)
    return Metric(
        id=NOBODY,
        code=code,
        name=code,
        event_type=code,
        aggregation=given["aggregation"],
        field=given.get("field"),
        filters=filters,
        recurring=bool(given.get("recurring")),
        rounding=make_rounding(rounding),
    )


def make_rounding(given: Mapping[str, Any] | None) -> Rounding:
    """``{mode, decimals}``; without decimals to whole units, without anything not at all."""
    return Rounding(given.get("mode") or "none", given.get("decimals") or 0) if given else Rounding()


def instant(text: str) -> datetime:
    """``2023-05-31T00:00:00Z``, or a day for its first instant; UTC where nothing is said."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def end_after(last: datetime) -> datetime:
    """The end of a period whose last second (or millisecond) is named; midnight is an end already."""
    if last.microsecond or last.second or last.minute or last.hour:
        return last.replace(microsecond=0) + SECOND
    return last


def properties(given: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of an event: what adds or removes a unique value is called ``operation``."""
    return {"operation" if name == "operation_type" else name: value for name, value in given.items()}


def measure_amounts(amounts: Iterable[Any]) -> Aggregated:
    """Amounts of single transactions, summed and counted by the product."""
    events = [UsageEvent(ANY_DAY + number * SECOND, {"amount": str(amount)}) for number, amount in enumerate(amounts)]
    metric = make_metric("amounts", {"aggregation": "sum", "field": "amount"})
    return aggregate(metric, events, Window(ANY_DAY, ANY_DAY + (len(events) + 1) * SECOND))


def number(value: Any) -> Decimal:
    """A number of a case, exactly."""
    return Decimal(str(value))
