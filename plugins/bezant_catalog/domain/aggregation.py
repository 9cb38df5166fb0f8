"""What a metric measures, computed from single events: the reference that the SQL of the usage plugin must agree with.

Windows are half-open. A recurring metric also takes the events before its window, as the level it starts with. A prorated
level counts for the local days on which it held; a day of change counts for what was added and for what was taken away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction

from bezant_catalog.contracts import Delta, GroupMeasure, Measurement, Metric, as_decimal
from bezant_catalog.domain.matching import as_number, as_text, matches
from bezant_catalog.domain.rounding import round_units

_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class UsageEvent:
    """One event: when, and its properties."""

    at: datetime
    properties: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Window:
    """The span measured, ``[from_at, to_at)``; days are those of ``zone``; ``full_days`` of the whole period where this is a part.

    A day belongs to the window that follows where one ends within it.
    """

    from_at: datetime
    to_at: datetime
    zone: tzinfo = UTC
    full_days: int | None = None

    @property
    def first_day(self) -> date:
        """The first local day."""
        return self.from_at.astimezone(self.zone).date()

    @property
    def end_day(self) -> date:
        """The local day after the last one."""
        return self.to_at.astimezone(self.zone).date()

    def day_of(self, at: datetime) -> date:
        """The local day of an instant, not before the first day of the window."""
        return max(at.astimezone(self.zone).date(), self.first_day)

    def fraction(self, days: int) -> Fraction:
        """So many days as a part of the whole period."""
        return Fraction(days, self.full_days or max((self.end_day - self.first_day).days, 1))


@dataclass(frozen=True, slots=True)
class Aggregated:
    """Measured units (rounded by the metric), the units not weighted by time, the events that counted, the level at the end."""

    units: Decimal
    full_units: Decimal
    events_count: int
    level_at_end: Decimal
    deltas: tuple[Delta, ...] = ()

    def measurement(self) -> Measurement:
        """As what is priced."""
        return Measurement(self.units, self.events_count, deltas=self.deltas, full_quantity=self.full_units)


@dataclass(frozen=True, slots=True)
class _Result:
    units: Fraction
    full: Fraction
    level: Fraction
    deltas: tuple[Delta, ...] = ()


_Point = tuple[datetime, Decimal]


def aggregate(
    metric: Metric, events: Sequence[UsageEvent], window: Window, *, prorated: bool = False, carried_level: Decimal = Decimal(0)
) -> Aggregated:
    """What a metric measures in a window.

    ``carried_level`` is the level of a recurring metric before the first of ``events``. Events that fail the metric's filters
    or lack a usable value are not counted.
    """
    taken = [event for event in sorted(events, key=lambda one: one.at) if _counts(metric, event, window)]
    if metric.aggregation == "unique_count":
        result = _unique(metric, taken, window, prorated=prorated)
    else:
        points = [(event.at, _value(metric, event)) for event in taken]
        result = _of_points(metric, points, window, Fraction(carried_level), prorated=prorated)
    units = round_units(metric.rounding, result.units)
    return Aggregated(units, as_decimal(result.full), len(taken), as_decimal(result.level), result.deltas)


def aggregate_groups(
    metric: Metric, events: Sequence[UsageEvent], window: Window, dimensions: tuple[str, ...], *, prorated: bool = False
) -> Measurement:
    """Measured once for each combination of property values, as a measurement with groups."""
    by_values: dict[tuple[str | None, ...], list[UsageEvent]] = {}
    for event in events:
        by_values.setdefault(tuple(as_text(event.properties.get(name)) for name in dimensions), []).append(event)
    found = {values: aggregate(metric, some, window, prorated=prorated) for values, some in by_values.items()}
    groups = tuple(GroupMeasure(values, one.units, one.events_count, deltas=one.deltas) for values, one in found.items())
    return Measurement(
        quantity=sum((group.quantity for group in groups), Decimal(0)),
        events=sum(group.events for group in groups),
        dimensions=dimensions,
        groups=groups,
    )


def _counts(metric: Metric, event: UsageEvent, window: Window) -> bool:
    in_time = event.at < window.to_at and (metric.recurring or event.at >= window.from_at)
    return in_time and matches(metric.filters, event.properties) and _usable(metric, event)


def _usable(metric: Metric, event: UsageEvent) -> bool:
    if metric.aggregation == "count":
        return True
    value = event.properties.get(metric.field or "")
    return value is not None if metric.aggregation == "unique_count" else as_number(value) is not None


def _value(metric: Metric, event: UsageEvent) -> Decimal:
    if metric.aggregation == "count":
        return Decimal(1)
    return as_number(event.properties.get(metric.field or "")) or Decimal(0)


def _of_points(metric: Metric, points: Sequence[_Point], window: Window, carried: Fraction, *, prorated: bool) -> _Result:
    if metric.aggregation == "max":
        return _plain_result(max((Fraction(value) for _, value in points), default=Fraction(0)))
    if metric.aggregation == "latest":
        return _plain_result(max(Fraction(points[-1][1]), Fraction(0)) if points else carried)
    if metric.aggregation == "weighted_sum":
        return _weighted(points, window, carried)
    return _sum(points, window, carried, prorated=prorated)


def _plain_result(units: Fraction) -> _Result:
    return _Result(units, units, units)


def _split(points: Sequence[_Point], window: Window, carried: Fraction) -> tuple[Fraction, list[_Point]]:
    """The level at the start of the window, and the changes within it."""
    before = sum((Fraction(value) for at, value in points if at < window.from_at), carried)
    return before, [point for point in points if point[0] >= window.from_at]


def _sum(points: Sequence[_Point], window: Window, carried: Fraction, *, prorated: bool) -> _Result:
    before, changes = _split(points, window, carried)
    full = before + sum((Fraction(value) for _, value in changes), Fraction(0))
    if not prorated:
        return _plain_result(full)
    start = [_delta(before, window.first_day, window)] if before else []
    deltas = start + [_delta(Fraction(value), window.day_of(at), window) for at, value in changes]
    return _Result(sum((Fraction(delta.prorated) for delta in deltas), Fraction(0)), full, full, tuple(deltas))


def _delta(change: Fraction, day: date, window: Window) -> Delta:
    return Delta(as_decimal(change), change * window.fraction((window.end_day - day).days))


def _weighted(points: Sequence[_Point], window: Window, carried: Fraction) -> _Result:
    """The mean level over the window, weighted by time."""
    level, changes = _split(points, window, carried)
    area, since = Fraction(0), window.from_at
    for at, value in changes:
        area, level, since = area + level * ((at - since) // _MICROSECOND), level + Fraction(value), at
    area += level * ((window.to_at - since) // _MICROSECOND)
    mean = area / ((window.to_at - window.from_at) // _MICROSECOND)
    return _Result(mean, mean, level)


_Stay = tuple[datetime, datetime | None]


def _unique(metric: Metric, events: Sequence[UsageEvent], window: Window, *, prorated: bool) -> _Result:
    """Distinct values: those there at the end, or each weighted by the days on which it was there."""
    stays: dict[str, list[_Stay]] = {}
    for event in events:
        _note(stays.setdefault(as_text(event.properties[metric.field or ""]) or "", []), event)
    present = Fraction(sum(1 for spans in stays.values() if spans and spans[-1][1] is None))
    if not prorated:
        return _plain_result(present)
    deltas = [delta for spans in stays.values() for delta in _stay_deltas(spans, window)]
    ordered = tuple(delta for _, delta in sorted(deltas, key=lambda pair: pair[0]))
    return _Result(sum((Fraction(delta.prorated) for delta in ordered), Fraction(0)), present, present, ordered)


def _note(spans: list[_Stay], event: UsageEvent) -> None:
    removes = as_text(event.properties.get("operation")) == "remove"
    there = bool(spans) and spans[-1][1] is None
    if removes and there:
        spans[-1] = (spans[-1][0], event.at)
    elif not removes and not there:
        spans.append((event.at, None))


def _stay_deltas(spans: Sequence[_Stay], window: Window) -> list[tuple[datetime, Delta]]:
    """Each stay as a rise weighted by the days not yet counted, and a fall that takes nothing back: its last day was used."""
    deltas, counted_to = [], window.first_day
    for start, end in spans:
        if end is not None and end < window.from_at:
            continue
        end_day = window.end_day if end is None else min(end.astimezone(window.zone).date() + _DAY, window.end_day)
        begin = max(window.day_of(start), counted_to)
        counted_to = max(counted_to, end_day)
        deltas.append((start, Delta(Decimal(1), window.fraction(max((end_day - begin).days, 0)))))
        if end is not None:
            deltas.append((end, Delta(Decimal(-1), Decimal(0))))
    return deltas
