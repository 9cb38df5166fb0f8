"""From what is due to the lines of an invoice, each with the row by which reconciliation will know it again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from bezant.sdk.values import calendars, new_id, round_to_minor
from bezant_catalog.contracts import Charge, Flat, Measurement, PerUnit, PriceModel, Rated
from bezant_invoicing.contracts import DraftLine
from bezant_subscriptions.domain.amounts import FULL, Amount, Part, amount_of, part_of
from bezant_subscriptions.domain.due import DueLine, DueOnce, DueWindow
from bezant_subscriptions.domain.keys import lane
from bezant_subscriptions.domain.metering import BilledWindow
from bezant_subscriptions.domain.reconcile import Covered, Wanted
from bezant_subscriptions.domain.settlement import Settlement
from bezant_subscriptions.domain.timeline import ONE_DAY

Rate = Callable[[PriceModel, Decimal], Rated]
"""A price for a quantity."""
RateCharge = Callable[[Charge, Measurement], Rated]
"""A charge's price for what was measured."""
Row = dict[str, Any]


class BilledPart(Protocol):
    """One of several rows that together bill the same thing; ``part`` counts them, those without a line billed nothing."""

    @property
    def part(self) -> int: ...
    @property
    def line_id(self) -> UUID | None: ...
    @property
    def invoice_id(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True)
class Lowered:
    """Rows that turned out to be worth less, by how much together, and why: given back on their lines, the newest first."""

    rows: Sequence[BilledPart]
    amount_minor: int
    why: str


LESS_USAGE = "Usage was taken back"


@dataclass(frozen=True, slots=True)
class TruedUp:
    """One comparison of a period's minimum that stands. ``amount_minor`` is what it added to earlier ones, below zero where it gave
    back; ``part`` counts them. Without a line where nothing was to be billed."""

    id: UUID
    charge_key: str
    from_day: date
    to_day: date
    part: int
    amount_minor: int
    line_id: UUID | None
    invoice_id: UUID | None


@dataclass(slots=True)
class Case:
    """One subscription on its way through a run: what is known of it, and what it came to.

    ``covered``, ``windows`` and ``trued_up`` are what was billed before and stands, as far back as the settlement looks and as the
    first commitment that it looks at. ``pattern`` is the case from which its lines were copied, which has the coverage of both.
    """

    subscription_id: UUID
    account_id: UUID
    invoice_id: UUID
    currency: str
    zone: str
    language: str
    settlement: Settlement
    covered: Sequence[Covered] = ()
    windows: Sequence[BilledWindow] = ()
    trued_up: Sequence[TruedUp] = ()
    lines: list[DraftLine] = field(default_factory=list)
    coverage: list[Row] = field(default_factory=list)
    usage: list[Row] = field(default_factory=list)
    once: list[Row] = field(default_factory=list)
    commitments: list[Row] = field(default_factory=list)
    amounts: list[tuple[calendars.Span, int, str]] = field(default_factory=list)
    """Span, amount and charge key of what this run bills: what commitments count."""
    grown: Sequence[tuple[DueWindow, Sequence[BilledWindow]]] = ()
    """Windows that were billed up to an earlier end: the difference is billed."""
    lowered: list[Lowered] = field(default_factory=list)
    """What was billed and turned out to be worth less."""
    usage_from: datetime | None = None
    """The earliest usage that came in after it was billed."""
    pattern: "Case | None" = None


class Rates:
    """Rates fixed quantities, each (price, quantity) once."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._known: dict[tuple[str, Decimal], Rated] = {}
        self._whole: dict[tuple[str, Decimal, Decimal], Amount] = {}

    def of(self, price: PriceModel, key: str, quantity: Decimal) -> Rated:
        """What a full period costs; ``key`` is the price key."""
        found = self._known.get((key, quantity))
        if found is None:
            found = self._known[key, quantity] = self._rate(price, quantity)
        return found

    def amount(self, due: DueLine, part: Part, currency: str) -> Amount:
        """What a line comes to; whole periods are computed once for each price and quantity."""
        key = (due.piece.price_key, due.quantity, due.below)
        if part.used == part.whole and (found := self._whole.get(key)) is not None:
            return found
        price, upper = due.piece.price, self.of(due.piece.price, due.piece.price_key, due.quantity).exact
        exact = upper - self.of(price, due.piece.price_key, due.below).exact if due.below else upper
        amount = amount_of(exact, part, currency)
        if part.used == part.whole:
            self._whole[key] = amount
        return amount


def name_of(charge: Charge, language: str) -> str:
    """The charge's name on documents in a language."""
    if not charge.names:
        return charge.name
    return dict(charge.names).get(language.partition("_")[0], charge.name)


def add_recurring(case: Case, rates: Rates) -> None:
    """Lines and coverage of recurring charges."""
    proration = case.settlement.timeline.started.proration
    for wanted in case.settlement.lines:
        line = _recurring_line(case, wanted, proration, rates)
        case.lines.append(line)
        case.coverage.append(_coverage(case, wanted, line))
        case.amounts.append((wanted.span, line.amount_minor, line.charge_key))


def _recurring_line(case: Case, wanted: Wanted, proration: calendars.Proration, rates: Rates) -> DraftLine:
    due, span = wanted.due, wanted.span
    piece = due.piece
    charge = piece.charge
    rated = rates.of(piece.price, piece.price_key, due.quantity)
    part = part_of(span, due.period, proration, case.zone, prorated=charge.prorated)
    amount = rates.amount(due, part, case.currency)
    return DraftLine(
        id=new_id(),
        kind="recurring",
        description=name_of(charge, case.language),
        amount_minor=amount.minor,
        quantity=due.quantity - due.below,
        unit_price=_unit_price(piece.price, rated),
        amount_exact=amount.exact,
        charge_code=charge.code,
        plan_code=piece.plan.plan_code,
        subscription_id=case.subscription_id,
        charge_key=piece.key,
        price_key=due.price_key,
        service_from=span.start,
        service_to=span.end,
        period_from=due.period.start,
        period_to=due.period.end,
        days_used=part.used,
        days_period=part.whole,
        tax_category=charge.tax_category,
        explanation=None if isinstance(piece.price, Flat | PerUnit) else rated.to_dict(),
        discountable=charge.discountable,
    )


def _unit_price(price: PriceModel, rated: Rated) -> Decimal:
    if isinstance(price, PerUnit):
        return price.unit_price
    return price.amount if isinstance(price, Flat) else rated.unit_amount


def _coverage(case: Case, wanted: Wanted, line: DraftLine) -> Row:
    due, span = wanted.due, wanted.span
    return {
        "id": line.id,
        "subscription_id": case.subscription_id,
        "lane": lane(case.subscription_id, due.piece.key, due.layer),
        "charge_key": due.piece.key,
        "layer": due.layer,
        "price_key": due.price_key,
        "from_day": span.start,
        "to_day": span.end,
        "line_id": line.id,
        "invoice_id": case.invoice_id,
        "line_from": span.start,
        "line_to": span.end,
        "line_amount_minor": line.amount_minor,
        "amount_minor": line.amount_minor,
        "closed_by": None,
    }


def add_once(case: Case, due: Iterable[DueOnce], rates: Rates) -> None:
    """Lines of one-time charges."""
    for one in due:
        rated = rates.of(one.price, f"once/{one.price!r}", one.quantity)
        amount = amount_of(rated.exact, FULL, case.currency)
        line = DraftLine(
            id=new_id(),
            kind="one_time",
            description=name_of(one.charge, case.language),
            amount_minor=amount.minor,
            quantity=one.quantity,
            unit_price=_unit_price(one.price, rated),
            amount_exact=amount.exact,
            charge_code=one.charge.code,
            plan_code=one.plan.plan_code,
            subscription_id=case.subscription_id,
            charge_key=one.key,
            service_from=one.day,
            service_to=one.day + ONE_DAY,
            tax_category=one.charge.tax_category,
            discountable=one.charge.discountable,
        )
        case.lines.append(line)
        case.once.append(
            {
                "id": line.id,
                "subscription_id": case.subscription_id,
                "charge_key": one.key,
                "day": one.day,
                "line_id": line.id,
                "invoice_id": case.invoice_id,
                "closed_by": None,
            }
        )


def add_usage(case: Case, due: DueWindow, parts: Sequence[tuple[str, Measurement]], rate: RateCharge) -> None:
    """A line for each group of a metered window; what came to nothing is noted without one."""
    charge = _priced(due)
    for group, measurement in parts:
        rated = rate(charge, measurement)
        amount = round_to_minor(rated.exact, case.currency)
        line = None
        if amount or measurement.quantity > 0:
            line = _usage_line(case, due, group, measurement, rated, amount)
            case.lines.append(line)
        case.usage.append(_usage_row(case, due, group, measurement.quantity, amount, line))
        case.amounts.append((_shown(due), amount, due.piece.key))


def add_late_usage(
    case: Case, due: DueWindow, parts: Sequence[tuple[str, Measurement]], rate: RateCharge, billed: Sequence[BilledWindow]
) -> None:
    """What usage that came in late adds to a window that was billed: a line of its own for the difference, by group.

    A difference that is negative (events were taken back) is noted in ``case.lowered`` and credited to the line that billed it.
    """
    charge = _priced(due)
    known = {row.group_key for row in billed}
    measured = dict(parts) | {group: Measurement() for group in known - {group for group, _ in parts}}
    for group, measurement in sorted(measured.items()):
        before = [row for row in billed if row.group_key == group]
        rated = rate(charge, measurement)
        difference = round_to_minor(rated.exact, case.currency) - sum(row.amount_minor for row in before)
        units = measurement.quantity - sum((row.units for row in before), Decimal(0))
        if not difference and not units:
            continue
        line = None
        if difference > 0:
            line = replace(
                _usage_line(case, due, group, measurement, rated, difference), quantity=units, unit_price=None, amount_exact=None
            )
            case.lines.append(line)
        elif difference < 0:
            case.lowered.append(Lowered(before, -difference, LESS_USAGE))
        case.amounts.append((_shown(due), difference, due.piece.key))
        row = _usage_row(case, due, group, units, difference, line)
        case.usage.append(row | {"part": 1 + max((one.part for one in before), default=-1)})


def carry_over(case: Case) -> None:
    """Notes what was billed of windows that have grown as billed of the whole of them; the rows that said so before are to be closed."""
    for due, rows in case.grown:
        for row in rows:
            kept = {"id": new_id(), "subscription_id": case.subscription_id, "high_water": None, "closed_by": None}
            kept |= {name: getattr(row, name) for name in _CARRIED}
            case.usage.append(kept | {"to_at": due.to_at, "from_day": row.span.start, "to_day": _shown(due).end})


_CARRIED = ("charge_key", "group_key", "price_key", "from_at", "part", "units", "amount_minor", "line_id", "invoice_id")


def _priced(due: DueWindow) -> Charge:
    """The charge with the price that holds in the window."""
    piece = due.piece
    return piece.charge if piece.price == piece.charge.price else replace(piece.charge, price=piece.price)


def _shown(due: DueWindow) -> calendars.Span:
    """The days of a window, at least one."""
    return due.span if due.span.start < due.span.end else calendars.Span(due.span.start, due.span.start + ONE_DAY)


def _usage_line(case: Case, due: DueWindow, group: str, measurement: Measurement, rated: Rated, amount: int) -> DraftLine:
    charge, span = due.piece.charge, _shown(due)
    name = name_of(charge, case.language)
    return DraftLine(
        id=new_id(),
        kind="usage",
        description=f"{name} · {group}" if group else name,
        amount_minor=amount,
        quantity=measurement.quantity,
        unit_price=due.piece.price.unit_price if isinstance(due.piece.price, PerUnit) and not charge.filters else None,
        amount_exact=rated.amount,
        charge_code=charge.code,
        plan_code=due.piece.plan.plan_code,
        metric_code=charge.metrics[0].code if charge.metrics else "",
        subscription_id=case.subscription_id,
        charge_key=due.piece.key,
        price_key=due.piece.price_key,
        service_from=span.start,
        service_to=span.end,
        period_from=due.period.start,
        period_to=due.period.end,
        tax_category=charge.tax_category,
        explanation=rated.to_dict(),
        discountable=charge.discountable,
    )


def _usage_row(case: Case, due: DueWindow, group: str, units: Decimal, amount: int, line: DraftLine | None) -> Row:
    span = _shown(due)
    return {
        "id": new_id(),
        "subscription_id": case.subscription_id,
        "charge_key": due.piece.key,
        "group_key": group,
        "price_key": due.piece.price_key,
        "from_at": due.from_at,
        "to_at": due.to_at,
        "from_day": span.start,
        "to_day": span.end,
        "part": 0,
        "units": units,
        "high_water": None,
        "amount_minor": amount,
        "line_id": line.id if line else None,
        "invoice_id": case.invoice_id if line else None,
        "closed_by": None,
    }


def open_once(due: Sequence[DueOnce], done: Iterable[tuple[str, date]]) -> list[DueOnce]:
    """One-time charges that were not billed yet; ``done`` are (charge key, day). A plan taken twice on a day owes its charge once."""
    wanted: dict[tuple[str, date], DueOnce] = {}
    for one in due:
        wanted.setdefault((one.key, one.day), one)
    known = set(done)
    return [one for key, one in wanted.items() if key not in known]


def billed_to(due: Sequence[DueWindow], before: datetime | None) -> datetime | None:
    """The instant up to which usage is billed, once these windows are."""
    return max([one.to_at for one in due] + ([before] if before else []), default=None)


def by_account(cases: Iterable[Case]) -> Mapping[UUID, list[Case]]:
    """Cases by account, in order."""
    found: dict[UUID, list[Case]] = {}
    for case in cases:
        found.setdefault(case.account_id, []).append(case)
    return found
