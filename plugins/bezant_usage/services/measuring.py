"""Measuring windows: in the database, a constant number of statements for each definition."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bezant.sdk.db import session
from bezant.sdk.services import query
from bezant_catalog.contracts import Delta, GroupMeasure, as_decimal
from bezant_catalog.services import AggregationWindow, UsageEvent, aggregate, round_units
from bezant_usage.contracts import Measured, Window
from bezant_usage.domain.windows import Definition, plan_spans, whole_days
from bezant_usage.services import statements

_MICROSECOND = timedelta(microseconds=1)
_Group = tuple[str | None, ...]


class _Single(NamedTuple):
    """One event that counts."""

    at: datetime
    value: Any
    operation: str | None


@query("usage.event.view")
def measure(windows: Sequence[Window]) -> dict[str, Measured]:
    """What each window came to, by key; every window is answered, with zero where there was nothing within reach.

    Windows that share a definition (metric, filters, dimensions and what is asked for) are measured by one statement,
    whatever their number, accounts and spans.
    """
    by_definition: dict[Definition, list[Window]] = defaultdict(list)
    for window in windows:
        by_definition[Definition.of(window)].append(window)
    return {key: measured for definition, some in by_definition.items() for key, measured in _measure(definition, some).items()}


def _measure(definition: Definition, windows: Sequence[Window]) -> dict[str, Measured]:
    planned = [(window, plan_spans(window, definition)) for window in windows]
    whole = [(window, plan_spans(window, replace(definition, prorated=False))) for window in windows]
    by_presence = definition.prorated and definition.aggregation == "unique_count"
    rows = session.execute(statements.totals(definition, whole if by_presence else planned)).all()
    days = _days_present(definition, whole, planned) if by_presence else {}
    singles = _singles(definition, whole) if definition.transactions or definition.deltas else {}
    groups: dict[int, list[tuple[GroupMeasure, Decimal]]] = defaultdict(list)
    for row in rows:
        window, place = windows[row.key], (row.key, _group(definition, row))
        units = _units(definition, window, days.get(place, Fraction(0)) if by_presence else Fraction(row.quantity or 0))
        full = _full(definition, row, units)
        groups[row.key].append((_group_measure(definition, window, row, units, singles.get(row.key, {}).get(place[1], ())), full))
    return {window.key: _total(definition, window, groups[key], singles.get(key, {})) for key, window in enumerate(windows)}


def _full(definition: Definition, row: Any, units: Decimal) -> Decimal:
    return Decimal(row.full_quantity or 0) if definition.prorated else units


def _group(definition: Definition, row: Any) -> _Group:
    return tuple(row[1 : 1 + len(definition.dimensions)])


def _units(definition: Definition, window: Window, quantity: Fraction) -> Decimal:
    """The exact quantity, divided by what it was weighed with, floored and rounded as the metric says."""
    if definition.prorated:
        quantity /= whole_days(window)
    elif definition.aggregation == "weighted_sum":
        quantity /= (window.to_at - window.from_at) // _MICROSECOND
    elif definition.aggregation == "latest":
        quantity = max(quantity, Fraction(0))
    return round_units(window.metric.rounding, quantity)


def _days_present(definition: Definition, whole: statements.Planned, planned: statements.Planned) -> Mapping[tuple[int, _Group], Fraction]:
    days = [(window, [span for span in spans if span.day >= 0]) for window, spans in planned]
    rows = session.execute(statements.present_days(definition, whole, days)).all()
    return {(row.key, _group(definition, row)): Fraction(row.quantity) for row in rows}


def _singles(definition: Definition, whole: statements.Planned) -> Mapping[int, Mapping[_Group, list[_Single]]]:
    """The events that count, by window and group, in order of time: only for prices that ask for each of them."""
    found: dict[int, dict[_Group, list[_Single]]] = defaultdict(lambda: defaultdict(list))
    for row in session.execute(statements.singles(definition, whole)):
        found[row.key][_group(definition, row)].append(_Single(row.at, row.value, row.operation))
    return found


def _group_measure(definition: Definition, window: Window, row: Any, units: Decimal, singles: Sequence[_Single]) -> GroupMeasure:
    return GroupMeasure(
        values=_group(definition, row),
        quantity=units,
        events=row.events,
        carried_amount=Decimal(row.carried or 0) if definition.amount_property else None,
        transactions=tuple(Decimal(one.value) for one in singles) if definition.transactions else None,
        deltas=_deltas(definition, window, singles) if definition.deltas else (),
    )


def _deltas(definition: Definition, window: Window, singles: Sequence[_Single]) -> tuple[Delta, ...]:
    metric = replace(window.metric, filters=())
    events = [UsageEvent(one.at, {definition.field or "": one.value, statements.OPERATION: one.operation}) for one in singles]
    span = AggregationWindow(window.from_at, window.to_at, ZoneInfo(window.zone or "UTC"), window.period_days)
    return aggregate(metric, events, span, prorated=definition.prorated).deltas


def _total(
    definition: Definition, window: Window, groups: Sequence[tuple[GroupMeasure, Decimal]], singles: Mapping[_Group, Sequence[_Single]]
) -> Measured:
    """The window's measure. Without dimensions there is one group at most, and it is the whole."""
    in_order = sorted((one for some in singles.values() for one in some), key=lambda one: one.at)
    carried = _add(group.carried_amount or Decimal(0) for group, _ in groups)
    return Measured(
        key=window.key,
        quantity=_add(group.quantity for group, _ in groups),
        events=sum(group.events for group, _ in groups),
        dimensions=definition.dimensions,
        groups=tuple(group for group, _ in sorted(groups, key=_by_values)) if definition.dimensions else (),
        full_quantity=_add(full for _, full in groups),
        transactions=tuple(Decimal(one.value) for one in in_order) if definition.transactions else None,
        carried_amount=carried if definition.amount_property else None,
        deltas=_deltas(definition, window, in_order) if definition.deltas else (),
    )


def _add(numbers: Iterable[Decimal]) -> Decimal:
    """The sum with every digit (Python's own stops at 28)."""
    return as_decimal(sum(map(Fraction, numbers), Fraction(0)))


def _by_values(pair: tuple[GroupMeasure, Decimal]) -> tuple[str, ...]:
    return tuple(value or "" for value in pair[0].values)
