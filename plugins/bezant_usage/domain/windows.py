"""Windows as what the database can sum: spans of time, each with the weight that its events have.

- A plain window is one span. A recurring metric's span reaches back to the beginning of time.
- A window weighed by local days (``zone``) is cut at local midnights: a change counts from its own day to the window's end, so the
  events of day *n* weigh the days that are left. What happened before the window weighs all of its days. A day within which a window
  ends belongs to the window that follows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bezant_catalog.contracts import Aggregation, MetricFilter
from bezant_usage.contracts import Window

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Definition:
    """What is measured, whatever the window: windows of one definition are measured by the same statement."""

    event_type: str
    aggregation: Aggregation
    field: str | None
    filters: tuple[MetricFilter, ...]
    recurring: bool
    dimensions: tuple[str, ...]
    prorated: bool
    transactions: bool
    deltas: bool
    amount_property: str | None

    @classmethod
    def of(cls, window: Window) -> "Definition":
        """The definition of a window."""
        metric = window.metric
        return cls(
            metric.event_type,
            metric.aggregation,
            metric.field,
            metric.filters + window.filters,
            metric.recurring,
            dimensions_of(window),
            window.zone is not None and metric.aggregation in ("count", "sum", "unique_count"),
            window.transactions,
            window.deltas,
            window.amount_property,
        )


class Span(NamedTuple):
    """Part of a window, ``[from_at, to_at)``; ``weight`` in days, ``day`` counts the window's days from zero (-1: none of them)."""

    from_at: datetime
    to_at: datetime
    weight: int
    day: int


def dimensions_of(window: Window) -> tuple[str, ...]:
    """What the window is split by."""
    return window.metric.group_by if window.dimensions is None else window.dimensions


def plan_spans(window: Window, definition: Definition) -> list[Span]:
    """The spans of a window, one unless it is weighed by days."""
    if definition.prorated:
        return list(_day_spans(window, recurring=definition.recurring))
    return [Span(BEGINNING if definition.recurring else window.from_at, window.to_at, 1, 0)]


def whole_days(window: Window) -> int:
    """The days by which a window weighed by days is divided."""
    return window.period_days or max(len(_days(window)), 1)


def _day_spans(window: Window, *, recurring: bool) -> Iterator[Span]:
    days = _days(window)
    if recurring:
        yield Span(BEGINNING, window.from_at, len(days), -1)
    for number, day in enumerate(days):
        begins = max(_midnight(day, window.zone), window.from_at)
        yield Span(begins, _midnight(day + _DAY, window.zone), len(days) - number, number)
    rest = max(_midnight(window.to_at.astimezone(ZoneInfo(window.zone or "UTC")).date(), window.zone), window.from_at)
    if rest < window.to_at:
        yield Span(rest, window.to_at, 0, -1)


def _days(window: Window) -> list[date]:
    """The local days of the window, the first one whole."""
    zone = ZoneInfo(window.zone or "UTC")
    first, end = window.from_at.astimezone(zone).date(), window.to_at.astimezone(zone).date()
    return [first + timedelta(days=n) for n in range((end - first).days)]


def _midnight(day: date, zone: str | None) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone or "UTC")).astimezone(UTC)
