"""A book in memory that plays the part of the database: it applies settlements and keeps lines, credits and open coverage."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID, uuid4

from bezant.sdk.values import calendars
from bezant_catalog.contracts import Charge, Flat, PerUnit, Phase, PlanVersion, PriceModel
from bezant_subscriptions.domain.amounts import amount_of, part_of
from bezant_subscriptions.domain.due import Target
from bezant_subscriptions.domain.facts import Bare, Fact, FactKind, Started, Terms
from bezant_subscriptions.domain.metering import BilledWindow, no_longer_due, unbilled
from bezant_subscriptions.domain.reconcile import Covered, Credit, Wanted, credits_for, remnants
from bezant_subscriptions.domain.settlement import Settlement, first_mark, settle, touched

ONE_DAY = timedelta(days=1)
UTC = "UTC"


def charge(code: str = "fee", price: str = "10", **changes: object) -> Charge:
    """A recurring charge in advance, flat unless it is sold by seats."""
    seats = changes.get("quantity_source") == "seats"
    model: PriceModel = PerUnit(Decimal(price)) if seats else Flat(Decimal(price))
    values = {"kind": "recurring", "timing": "advance", **changes}
    return Charge(uuid4(), code, code, price=model, **values)  # type: ignore[arg-type]


def plan(code: str, *charges: Charge, unit: str = "month", count: int = 1, phases: tuple[Phase, ...] = ()) -> PlanVersion:
    """A plan version in EUR."""
    return PlanVersion(uuid4(), uuid4(), code, code, 1, "EUR", unit, count, charges or (charge(),), phases)  # type: ignore[arg-type]


@dataclass(frozen=True)
class BilledLine:
    """A line that was issued: on which day, for what, how much."""

    on: date
    wanted: Wanted
    amount: int
    id: UUID = field(default_factory=uuid4)


@dataclass
class Book:
    """One subscription with its facts and everything that was billed for it."""

    plans: list[PlanVersion]
    zone: str = UTC
    facts: list[Fact] = field(default_factory=list)
    lines: list[BilledLine] = field(default_factory=list)
    credits: list[tuple[date, Credit]] = field(default_factory=list)
    billed: list[BilledWindow] = field(default_factory=list)
    covered: list[Covered] = field(default_factory=list)

    def start(self, day: date, plan: PlanVersion, **terms: object) -> "Book":
        """The first fact, at midnight."""
        self.facts = [Fact(1, FactKind.STARTED, self.at(day), day, Started(plan.id, **terms))]  # type: ignore[arg-type]
        self.mark = first_mark(self.facts[0])
        self.today = day
        return self

    def say(
        self,
        kind: FactKind,
        day: date,
        terms: Terms | None = None,
        *,
        known: date | None = None,
        withdraws: int | None = None,
        hour: int = 12,
    ) -> Fact:
        """Another fact, effective at noon of ``day`` or at another hour, and typed in on ``known``; billing has run up to then."""
        if known is not None:
            self.run(known)
        fact = Fact(len(self.facts) + 1, kind, self.at(day) + timedelta(hours=hour), day, terms or Bare(), withdraws)
        self.facts.append(fact)
        touched_day = next((f.day for f in self.facts if f.seq == withdraws), day)
        self.mark = touched(self.mark, min(touched_day, day), self.today, fact.at, self.at(self.today))
        return fact

    def run(self, through: date) -> "Book":
        """Everything that falls due up to a day, billing date by billing date."""
        while self.mark.next_due_on is not None and self.mark.next_due_on <= through:
            self.bill(self.mark.next_due_on)
        self.today = max(self.today, through)
        return self

    def bill(self, day: date) -> Settlement:
        """One billing date."""
        target = Target(day, self.at(day + ONE_DAY))
        open_rows = [row for row in self.covered if row.span.end > self.mark.look_from]
        found = settle(self.facts, self.plan, self.zone, self.mark, open_rows, target)
        assert found is not None
        self._take_back(found, day)
        for wanted in found.lines:
            self._cover(wanted, self._amount(wanted, found), day)
        self._bill_windows(found)
        self.mark = found.mark
        return found

    def plan(self, plan_id: UUID) -> PlanVersion:
        """A plan version by id."""
        return next(one for one in self.plans if one.id == plan_id)

    def at(self, day: date) -> datetime:
        """Midnight of the subscription's zone."""
        return calendars.day_start(day, self.zone)

    def net(self) -> dict[tuple[str, str, str, date], int]:
        """Open coverage day by day: how many lines cover a charge, layer and price on that day."""
        days: dict[tuple[str, str, str, date], int] = {}
        for row in self.covered:
            for offset in range(row.span.days):
                key = (*row.identity, row.span.start + offset * ONE_DAY)
                days[key] = days.get(key, 0) + 1
        return days

    def amounts(self) -> list[tuple[str, str, str, int]]:
        """(charge, first day, day after the last, minor units) of each line, in order."""
        return [(line.wanted.due.piece.charge.code, *map(str, line.wanted.span), line.amount) for line in self.lines]  # type: ignore[misc]

    def credited(self) -> list[tuple[str, str, int]]:
        """(first day, day after the last, minor units) of each credit."""
        return [(str(credit.span.start), str(credit.span.end), credit.amount_minor) for _, credit in self.credits]

    def left(self, line_id: UUID) -> int:
        """What is left of a line."""
        billed = next(line.amount for line in self.lines if line.id == line_id)
        return billed - sum(credit.amount_minor for _, credit in self.credits if credit.covered.line_id == line_id)

    @property
    def windows(self) -> list[tuple[datetime, datetime]]:
        """From and to of the usage windows that were billed and stand."""
        return [(row.from_at, row.to_at) for row in self.billed]

    def _bill_windows(self, found: Settlement) -> None:
        looked_at = [row for row in self.billed if row.span.end > found.looked_from]
        if found.dirty:
            gone = {row.id for row in no_longer_due(found.windows, looked_at, found.looked_from)}
            self.billed = [row for row in self.billed if row.id not in gone]
        for one in unbilled(found.windows, looked_at):
            span = calendars.Span(one.span.start, max(one.span.end, one.span.start + ONE_DAY))
            piece = one.piece
            self.billed.append(BilledWindow(uuid4(), piece.key, "", piece.price_key, one.from_at, one.to_at, span, 0, None, None))

    def _amount(self, wanted: Wanted, found: Settlement) -> int:
        due = wanted.due
        part = part_of(wanted.span, due.period, found.timeline.started.proration, self.zone, prorated=due.piece.charge.prorated)
        price = _price(due.piece.price, due.quantity) - (_price(due.piece.price, due.below) if due.below else 0)
        return amount_of(price, part, "EUR").minor

    def _cover(self, wanted: Wanted, amount: int, day: date) -> None:
        line = BilledLine(day, wanted, amount)
        self.lines.append(line)
        due = wanted.due
        self.covered.append(
            Covered(uuid4(), due.piece.key, due.layer, due.price_key, wanted.span, line.id, uuid4(), wanted.span, amount, amount)
        )

    def _take_back(self, found: Settlement, day: date) -> None:
        ids = {row.line_id for row, _ in found.surplus}
        days = {i: sum(row.span.days for row in self.covered if row.line_id == i) for i in ids}
        given = credits_for(found.surplus, days, {i: self.left(i) for i in ids})
        cut = {credit.covered.id for credit in given}
        self.covered = [row for row in self.covered if row.id not in cut] + [
            replace(rest.covered, id=uuid4(), span=rest.span, amount_minor=rest.amount_minor) for rest in remnants(given)
        ]
        self.credits += [(day, credit) for credit in given]


def _price(model: PriceModel, quantity: Decimal) -> Fraction:
    return Fraction(model.unit_price) * Fraction(quantity) if isinstance(model, PerUnit) else Fraction(model.amount)  # type: ignore[union-attr]
