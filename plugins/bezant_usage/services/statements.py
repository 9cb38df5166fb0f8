"""The statements that measure: one for each definition, whatever the number of windows.

Windows travel as rows of one JSON parameter; each is joined with its events over the index (account, type, instant).
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, and_, case, exists, func, literal, or_, select

from bezant.sdk.db import exact_dot, exact_sum, in_scope, json_rows
from bezant_usage.contracts import Window
from bezant_usage.domain.windows import Definition, Span
from bezant_usage.models import UsageEvent
from bezant_usage.services.numbers import passes, property_of, usage_max, usage_micros, usage_number

REMOVE = "remove"
OPERATION = "operation"

_EVENTS = UsageEvent.__table__
_REPLACING = _EVENTS.alias("replacing")

Planned = Sequence[tuple[Window, Sequence[Span]]]
"""Windows of one definition with their spans; a window is known to the statement by its place."""


class Columns(NamedTuple):
    """The names by which every statement answers."""

    key: str = "key"
    quantity: str = "quantity"
    full: str = "full_quantity"
    events: str = "events"
    carried: str = "carried"


def live() -> ColumnElement[bool]:
    """Whether an event counts: it is no deletion and was not replaced."""
    return and_(_EVENTS.c.deleted.is_(False), ~exists(select(literal(1)).where(_REPLACING.c.replaces_id == _EVENTS.c.id)))


def totals(definition: Definition, planned: Planned) -> Select[Any]:
    """Per window and group: quantity, full quantity, events, carried amount."""
    taken = _taken(definition, planned)
    return _TOTALS[definition.aggregation](definition, taken)


def present_days(definition: Definition, planned: Planned, days: Planned) -> Select[Any]:
    """Per window and group: on how many days each distinct value was there, added up. (The day of removal counts.)"""
    taken = _taken(definition, planned)
    value = [taken.c.key, *_groups(definition, taken), taken.c.value]
    until = func.lead(taken.c.at).over(partition_by=value, order_by=[taken.c.at, taken.c.id])
    spells = select(taken, until.label("until")).subquery()
    day = _spans(days)
    overlaps = and_(day.c.key == spells.c.key, spells.c.at < day.c.to_at, or_(spells.c.until.is_(None), spells.c.until >= day.c.from_at))
    groups = _groups(definition, spells)
    there = (
        select(spells.c.key, *groups, spells.c.value, day.c.day)
        .select_from(spells.join(day, overlaps))
        .where(_adds(spells))
        .distinct()
        .subquery()
    )
    kept = _groups(definition, there)
    return select(there.c.key, *kept, func.count().label("quantity")).group_by(there.c.key, *kept)


def singles(definition: Definition, planned: Planned) -> Select[Any]:
    """Every event that counts, in order of time: window, group, instant, value, operation."""
    taken = _taken(definition, planned)
    columns = [taken.c.key, *_groups(definition, taken), taken.c.at, taken.c.value, taken.c.operation]
    return select(*columns).order_by(taken.c.key, taken.c.at, taken.c.id)


def _spans(planned: Planned) -> FromClause:
    kinds = {"key": "integer", "account_id": "uuid", "subscription_id": "uuid", "include": "boolean", "start": "instant"}
    return json_rows(list(_span_rows(planned)), **kinds, from_at="instant", to_at="instant", weight="integer", day="integer")


def _span_rows(planned: Planned) -> Iterable[dict[str, UUID | object | None]]:
    for key, (window, spans) in enumerate(planned):
        shared = {
            "key": key,
            "account_id": window.account_id,
            "subscription_id": window.subscription_id,
            "include": window.include_account_events,
            "start": window.from_at,
        }
        for span in spans:
            yield shared | span._asdict()


def _taken(definition: Definition, planned: Planned) -> Subquery:
    """The events that count in each window, with their group, value and weight."""
    span = _spans(planned)
    dimensions = [property_of(name).label(f"group_{i}") for i, name in enumerate(definition.dimensions)]
    value = _value(definition)
    columns = [span.c.key, span.c.start, span.c.to_at, span.c.weight, _EVENTS.c.id, _EVENTS.c.at, *dimensions, value.label("value")]
    columns += [property_of(OPERATION).label("operation")] if definition.aggregation == "unique_count" else [literal("").label("operation")]
    if definition.amount_property:
        columns.append(usage_number(property_of(definition.amount_property)).label("amount"))
    joined = span.join(
        _EVENTS,
        and_(
            _EVENTS.c.account_id == span.c.account_id,
            _EVENTS.c.type == definition.event_type,
            _EVENTS.c.at >= span.c.from_at,
            _EVENTS.c.at < span.c.to_at,
            _belongs(span),
        ),
    )
    usable = [] if definition.aggregation == "count" else [value.is_not(None)]
    return (
        select(*columns).select_from(joined).where(live(), *map(passes, definition.filters), *usable, in_scope(_EVENTS)).subquery("taken")
    )


def _belongs(span: FromClause) -> ColumnElement[bool]:
    own = _EVENTS.c.subscription_id
    return or_(span.c.subscription_id.is_(None), own == span.c.subscription_id, and_(span.c.include, own.is_(None)))


def _value(definition: Definition) -> ColumnElement[Any]:
    if definition.aggregation == "count":
        return literal(1)
    text = property_of(definition.field or "")
    return text if definition.aggregation == "unique_count" else usage_number(text)


def _groups(definition: Definition, source: FromClause) -> list[ColumnElement[Any]]:
    return [source.c[f"group_{i}"] for i in range(len(definition.dimensions))]


def _grouped(definition: Definition, source: Subquery, quantity: ColumnElement[Any], full: ColumnElement[Any]) -> Select[Any]:
    groups = _groups(definition, source)
    carried = exact_sum(source.c.amount) if definition.amount_property else literal(None)
    answer = [quantity.label("quantity"), full.label("full_quantity"), func.count().label("events"), carried.label("carried")]
    return select(source.c.key, *groups, *answer).group_by(source.c.key, *groups)


def _count(definition: Definition, taken: Subquery) -> Select[Any]:
    quantity = func.sum(taken.c.weight) if definition.prorated else func.count()
    return _grouped(definition, taken, quantity, func.count())


def _sum(definition: Definition, taken: Subquery) -> Select[Any]:
    total = exact_sum(taken.c.value)
    return _grouped(definition, taken, exact_dot(taken.c.value, taken.c.weight) if definition.prorated else total, total)


def _max(definition: Definition, taken: Subquery) -> Select[Any]:
    highest = usage_max(taken.c.value)
    return _grouped(definition, taken, highest, highest)


def _latest(definition: Definition, taken: Subquery) -> Select[Any]:
    ranked = _ranked(definition, taken)
    latest = exact_sum(case((ranked.c.rank == 1, ranked.c.value)))
    return _grouped(definition, ranked, latest, latest)


def _unique(definition: Definition, taken: Subquery) -> Select[Any]:
    ranked = _ranked(definition, taken, taken.c.value)
    present = func.sum(case((and_(ranked.c.rank == 1, _adds(ranked)), 1), else_=0))
    return _grouped(definition, ranked, present, present)


def _weighted(definition: Definition, taken: Subquery) -> Select[Any]:
    """The sum of changes, each times the microseconds for which it held; divided by those of the window later."""
    since = case((taken.c.at > taken.c.start, taken.c.at), else_=taken.c.start)
    held = usage_micros(taken.c.to_at) - usage_micros(since)
    return _grouped(definition, taken, exact_dot(taken.c.value, held), exact_dot(taken.c.value, held))


def _ranked(definition: Definition, taken: Subquery, *within: ColumnElement[Any]) -> Subquery:
    """The events with their rank from the latest one backwards, in each window and group (and whatever else)."""
    partition = [taken.c.key, *_groups(definition, taken), *within]
    rank = func.row_number().over(partition_by=partition, order_by=[taken.c.at.desc(), taken.c.id.desc()])
    return select(taken, rank.label("rank")).subquery("ranked")


def _adds(source: FromClause) -> ColumnElement[bool]:
    return or_(source.c.operation.is_(None), source.c.operation != REMOVE)


_TOTALS = {"count": _count, "sum": _sum, "max": _max, "latest": _latest, "unique_count": _unique, "weighted_sum": _weighted}
