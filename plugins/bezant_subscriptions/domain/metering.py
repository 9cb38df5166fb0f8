"""Metered charges: which windows to bill, what to ask usage for, and how the answers are priced."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from bezant.sdk.values import calendars
from bezant_catalog.contracts import Charge, GroupMeasure, Measurement, Metric
from bezant_subscriptions.domain.due import DueWindow
from bezant_usage.contracts import Measured, Window

NO_GROUP = ""
WEIGHED = ("sum", "unique_count")
"""Aggregations whose carried level can be weighed by the days for which it held."""


@dataclass(frozen=True, slots=True)
class BilledWindow:
    """A window that was billed and not taken back; without a line where it came to nothing."""

    id: UUID
    charge_key: str
    group_key: str
    price_key: str
    from_at: datetime
    to_at: datetime
    span: calendars.Span
    amount_minor: int
    line_id: UUID | None
    invoice_id: UUID | None
    part: int = 0
    units: Decimal = Decimal(0)


def unbilled(due: Iterable[DueWindow], billed: Sequence[BilledWindow]) -> list[DueWindow]:
    """The due windows that were not billed as they are."""
    known = {(row.charge_key, row.price_key, row.from_at, row.to_at) for row in billed}
    return [one for one in due if _identity(one) not in known]


def changed_late(
    due: Iterable[DueWindow], billed: Sequence[BilledWindow], usage_from: datetime, day: date, periods: int
) -> list[tuple[DueWindow, list[BilledWindow]]]:
    """Windows that were billed and into which usage came in afterwards, with what was billed of them.

    ``periods`` is how many closed periods before ``day`` are still looked at; negative: all.
    """
    by_identity: dict[tuple[str, str, datetime, datetime], list[BilledWindow]] = defaultdict(list)
    for row in billed:
        by_identity[row.charge_key, row.price_key, row.from_at, row.to_at].append(row)
    return [
        (one, by_identity[_identity(one)])
        for one in due
        if one.to_at > usage_from and _identity(one) in by_identity and not _too_late(one, day, periods)
    ]


def _too_late(one: DueWindow, day: date, periods: int) -> bool:
    grid = one.piece.grid
    return periods >= 0 and one.period.start < grid.boundary(grid.index(day) - periods)


def grown(due: Iterable[DueWindow], billed: Sequence[BilledWindow]) -> list[tuple[DueWindow, list[BilledWindow]]]:
    """Due windows that were billed up to an earlier end (a cancellation on the first day of a period adds that day to the one before),
    with what was billed of them."""
    windows = list(due)
    wanted = {_identity(one) for one in windows}
    earlier: dict[tuple[str, str, datetime], list[BilledWindow]] = defaultdict(list)
    for row in billed:
        if (row.charge_key, row.price_key, row.from_at, row.to_at) not in wanted:
            earlier[row.charge_key, row.price_key, row.from_at].append(row)
    found = []
    for one in windows:
        rows = earlier.get((one.piece.key, one.piece.price_key, one.from_at), [])
        if rows and all(row.to_at < one.to_at for row in rows):
            found.append((one, rows))
    return found


def no_longer_due(due: Iterable[DueWindow], billed: Sequence[BilledWindow], settled: date) -> list[BilledWindow]:
    """Billed windows reaching beyond the day ``settled`` that the facts no longer call for: they are given back whole."""
    wanted = {_identity(one) for one in due}
    return [row for row in billed if row.span.end > settled and (row.charge_key, row.price_key, row.from_at, row.to_at) not in wanted]


def _identity(one: DueWindow) -> tuple[str, str, datetime, datetime]:
    return one.piece.key, one.piece.price_key, one.from_at, one.to_at


def requests(index: int, due: DueWindow, account_id: UUID, subscription_id: UUID, zone: str, *, account_events: bool) -> list[Window]:
    """What to ask usage for: one window for each metric of the charge. ``index`` makes the keys unique within a page."""
    charge = due.piece.charge
    return [
        Window(
            key=f"{index}/{place}",
            account_id=account_id,
            metric=metric,
            from_at=due.from_at,
            to_at=due.to_at,
            subscription_id=subscription_id,
            include_account_events=account_events,
            dimensions=charge.dimensions,
            zone=zone if _weighed(charge, metric) else None,
            period_days=due.period.days if _weighed(charge, metric) else None,
            transactions=charge.needs_transactions,
            deltas=charge.needs_deltas,
            amount_property=charge.amount_property,
        )
        for place, metric in enumerate(charge.metrics)
    ]


def _weighed(charge: Charge, metric: Metric) -> bool:
    return charge.prorated and metric.recurring and metric.aggregation in WEIGHED


def measurements(index: int, charge: Charge, measured: Mapping[str, Measured]) -> list[tuple[str, Measurement]]:
    """What a charge is priced on, by group: (group key, measurement); one without a key where its metric groups by nothing."""
    answers = [measured[f"{index}/{place}"] for place in range(len(charge.metrics))]
    if not answers:
        return [(NO_GROUP, Measurement())]
    if len(answers) > 1:
        levels = tuple((metric.code, one.quantity) for metric, one in zip(charge.metrics, answers, strict=True) if one.events)
        return [(NO_GROUP, Measurement(answers[0].quantity, sum(one.events for one in answers), levels=levels))]
    only = answers[0]
    grouped_by = charge.metrics[0].group_by
    if grouped_by and only.groups:
        return _by_group(only, grouped_by)
    level = ((charge.metrics[0].code, only.quantity),) if only.events else ()
    whole = only.measurement
    return [(NO_GROUP, _with_levels(whole, level))]


def _with_levels(one: Measurement, levels: tuple[tuple[str, Decimal], ...]) -> Measurement:
    return Measurement(one.quantity, one.events, one.dimensions, one.groups, levels, one.transactions, one.carried_amount, one.deltas)


def _by_group(measured: Measured, grouped_by: Sequence[str]) -> list[tuple[str, Measurement]]:
    """The price applies to each group of its own."""
    places = [measured.dimensions.index(name) for name in grouped_by]
    parts: dict[str, list[GroupMeasure]] = defaultdict(list)
    for group in measured.groups:
        parts["|".join(group.values[place] or "" for place in places)].append(group)
    return [
        (
            key,
            Measurement(
                sum((group.quantity for group in groups), Decimal(0)),
                sum(group.events for group in groups),
                measured.dimensions,
                tuple(groups),
            ),
        )
        for key, groups in sorted(parts.items())
    ]
