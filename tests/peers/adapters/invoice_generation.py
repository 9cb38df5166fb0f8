"""Generation of invoices: runs in order, each with all events known then, reconciled with everything that earlier runs billed.

Nothing is stored but in a register that plays the part of the database: it keeps the coverage, credits and one-time charges
that the product's settlements come to.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from bezant import calendars
from bezant.money import parse_plain, to_major
from bezant_catalog.contracts import Charge, Flat, Measurement, PlanVersion, PriceModel, Rated
from bezant_catalog.domain import rate
from bezant_subscriptions.domain.amounts import FULL, amount_of, part_of
from bezant_subscriptions.domain.drafting import Rates, open_once
from bezant_subscriptions.domain.due import DueOnce, Target
from bezant_subscriptions.domain.facts import Bare, Cancelled, CycleDayChanged, Fact, FactKind, PlanChanged, Started, Terms
from bezant_subscriptions.domain.pieces import pieces
from bezant_subscriptions.domain.reconcile import Covered, Credit, Wanted, credits_for, remnants
from bezant_subscriptions.domain.settlement import Mark, settle
from bezant_subscriptions.domain.timeline import build

from .. import comparing
from . import Answer, Given
from ._metrics import number
from ._schedules import TIMINGS, make_interval

UTC = "UTC"
ONE_DAY, ONE_MINUTE = timedelta(days=1), timedelta(minutes=1)
KINDS = {"CANCEL": FactKind.CANCELLED, "STOP_BILLING": FactKind.PAUSED, "PAUSE": FactKind.PAUSED, "BLOCK": FactKind.PAUSED}
KINDS |= dict.fromkeys(("START_BILLING", "RESUME", "UNBLOCK"), FactKind.RESUMED)
"""Events that bring no plan."""


@dataclass(frozen=True, slots=True)
class Said:
    """The facts of a subscription, and the plan versions that they name."""

    facts: list[Fact]
    plans: dict[UUID, PlanVersion]


@dataclass
class Register:
    """What was billed to one subscription and stands."""

    covered: list[Covered] = field(default_factory=list)
    left: dict[UUID, int] = field(default_factory=dict)
    once: list[tuple[str, date]] = field(default_factory=list)
    said: Said | None = None

    def add(self, key: str, price_key: str, span: calendars.Span, minor: int) -> UUID:
        """A line and its coverage."""
        line = uuid4()
        self.left[line] = minor
        self.covered.append(Covered(uuid4(), key, "", price_key, span, line, uuid4(), span, minor, minor))
        return line

    def take_back(self, given: Sequence[Credit]) -> None:
        """What credits close, and what stays open of it."""
        cut = {credit.covered.id for credit in given}
        kept = [replace(rest.covered, id=uuid4(), span=rest.span, amount_minor=rest.amount_minor) for rest in remnants(given)]
        self.covered = [row for row in self.covered if row.id not in cut] + kept
        for credit in given:
            self.left[credit.covered.line_id] -= credit.amount_minor

    def open_days(self) -> dict[UUID, int]:
        """How many days of each line are covered."""
        found: dict[UUID, int] = {}
        for row in self.covered:
            found[row.line_id] = found.get(row.line_id, 0) + row.span.days
        return found


def answer(given: Given, asked: Any) -> Answer:
    """``{currency, billing_mode, existing_items, runs[{target_date, events}]}`` → the items of each run's invoice."""
    registers: dict[str, Register] = {}
    if given.get("existing_items"):
        _enter(registers, given)
    return {"runs": [_run(registers, given, run) for run in given["runs"]]}


def differences(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> Iterator[str]:
    """Items have no order, and are not pinned where they are null."""
    wanted = [{name: value for name, value in run.items() if value is not None or name == "total"} for run in expected["runs"]]
    yield from comparing.differences({"runs": list(map(_in_order, wanted))}, {"runs": list(map(_in_order, actual["runs"]))})


def _in_order(run: Mapping[str, Any]) -> Answer:
    if not run.get("items"):
        return dict(run)
    return {**run, "items": sorted(run["items"], key=lambda one: (one["type"], one["sub"], str(one["start"]), number(one["amount"])))}


def _run(registers: dict[str, Register], given: Given, run: Given) -> Answer:
    currency, day = given["currency"], date.fromisoformat(run["target_date"])
    by_name: dict[str, list[Given]] = {}
    for event in run["events"]:
        by_name.setdefault(event["sub"], []).append(event)
    items: list[Answer] = []
    for name in {**registers, **by_name}:
        register = registers.setdefault(name, Register())
        register.said = _facts(by_name[name], given) if name in by_name else _gone(register)
        if register.said is not None:
            items += [{"sub": name, **item} for item in _bill(register, register.said, day, currency)]
    total = sum((item["amount"] for item in items), Decimal(0))
    return {"target_date": run["target_date"], "item_count": len(items), "total": total if items else None, "items": items}


def _bill(register: Register, said: Said, day: date, currency: str) -> Iterator[Answer]:
    """One subscription at one target."""
    begin = min([said.facts[0].day, *(row.span.start for row in register.covered)])
    target = Target(day, calendars.day_start(day + ONE_DAY, UTC))
    settlement = settle(said.facts, said.plans.__getitem__, UTC, Mark(begin, None, None, dirty_from=begin), register.covered, target)
    assert settlement is not None
    given = credits_for(settlement.surplus, register.open_days(), register.left)
    register.take_back(given)
    rates = Rates(_rate)
    for once in open_once(settlement.once, register.once):
        register.once.append((once.key, once.day))
        yield {"type": "FIXED", "start": once.day, "end": None, "amount": to_major(_once(once, rates, currency), currency)}
    for wanted in settlement.lines:
        minor = _amount(wanted, rates, currency)
        register.add(wanted.due.piece.key, wanted.due.price_key, wanted.span, minor)
        yield {"type": "RECURRING", "start": wanted.span.start, "end": wanted.span.end, "amount": to_major(minor, currency)}
    for credit in given:
        yield {"type": "REPAIR_ADJ", "start": credit.span.start, "end": credit.span.end, "amount": to_major(-credit.amount_minor, currency)}


def _rate(price: PriceModel, quantity: Decimal) -> Rated:
    return rate(price, Measurement(quantity=quantity))


def _amount(wanted: Wanted, rates: Rates, currency: str) -> int:
    part = part_of(wanted.span, wanted.due.period, calendars.Proration.DAY, UTC)
    return rates.amount(wanted.due, part, currency).minor


def _once(once: DueOnce, rates: Rates, currency: str) -> int:
    return amount_of(rates.of(once.price, once.key, once.quantity).exact, FULL, currency).minor


# Facts --------------------------------------------------------------------------------------------------------------------------


def _facts(events: Sequence[Given], given: Given) -> Said:
    """Events in their order as facts: the first starts the subscription, others bring another plan, another cycle day, or an end."""
    facts: list[Fact] = []
    plans: dict[UUID, PlanVersion] = {}
    cycle_day = events[0].get("billing_cycle_day") or None
    for place, event in enumerate(events):
        on = date.fromisoformat(event["on"])
        at = calendars.day_start(on, UTC) + place * ONE_MINUTE
        for kind, terms in _terms(event, given, plans, cycle_day, first=not facts):
            facts.append(Fact(len(facts) + 1, kind, at, on, terms))
        cycle_day = event.get("billing_cycle_day") or cycle_day
    return Said(facts, plans)


def _terms(
    event: Given, given: Given, plans: dict[UUID, PlanVersion], cycle_day: int | None, *, first: bool
) -> Iterator[tuple[FactKind, Terms]]:
    kind = KINDS.get(event["event"])
    if kind is not None:
        yield kind, Cancelled(used=False) if kind is FactKind.CANCELLED else Bare()
        return
    plan = _plan(event, given)
    plans[plan.id] = plan
    day = event.get("billing_cycle_day") or None
    if first:
        yield FactKind.STARTED, Started(plan.id, alignment=calendars.GridKind.CYCLE_DAY, cycle_day=day)
        return
    if day is not None and day != cycle_day:
        yield FactKind.CYCLE_DAY_CHANGED, CycleDayChanged(day)
    yield FactKind.PLAN_CHANGED, PlanChanged(plan.id)


def _gone(register: Register) -> Said | None:
    """A subscription of which nothing is known any more: as if it had ended on the day it started."""
    if register.said is None:
        return None
    first: Fact = register.said.facts[0]
    end = Fact(2, FactKind.CANCELLED, first.at + ONE_MINUTE, first.day, Cancelled(used=False))
    return Said([first, end], register.said.plans)


def _plan(event: Given, given: Given) -> PlanVersion:
    """A recurring charge at the event's price, and a one-time one at its fixed price; the same names whatever the prices are."""
    interval = make_interval(event.get("billing_period") or "MONTHLY")
    timing: Any = TIMINGS[given.get("billing_mode") or "IN_ADVANCE"]
    charges = []
    if event.get("recurring_price") is not None:
        charges.append(Charge(uuid4(), "fee", "Fee", "recurring", Flat(number(event["recurring_price"])), timing=timing))
    if event.get("fixed_price") is not None:
        fixed = event["fixed_price"]
        charges.append(Charge(uuid4(), f"fixed-{fixed}", "Fixed", "one_time", Flat(number(fixed))))
    return PlanVersion(uuid4(), uuid4(), "plan", "Plan", 1, given["currency"], interval.unit.value, interval.count, tuple(charges))


def _enter(registers: dict[str, Register], given: Given) -> None:
    """Items of invoices before the first run, each of what the events of the first run call for at its start."""
    for name in {event["sub"] for event in given["runs"][0]["events"]}:
        events = [event for event in given["runs"][0]["events"] if event["sub"] == name]
        said = _facts(events, given)
        timeline = build(said.facts, said.plans.__getitem__, UTC)
        assert timeline is not None
        register = registers.setdefault(name, Register())
        lines: dict[str, UUID] = {}
        for item in given["existing_items"]:
            if item.get("sub", name) == name:
                _enter_item(register, item, pieces(timeline), lines, given["currency"])


def _enter_item(register: Register, item: Given, found: Sequence[Any], lines: dict[str, UUID], currency: str) -> None:
    minor = parse_plain(item["amount"], currency)
    span = calendars.Span(date.fromisoformat(item["start"]), date.fromisoformat(item["end"] or item["start"]))
    if item["type"] == "RECURRING":
        piece = next((one for one in found if one.start <= span.start < one.end), found[0])
        lines[item.get("ref") or ""] = register.add(piece.key, piece.price_key, span, minor)
    elif item["type"] == "REPAIR_ADJ":
        row = next(one for one in register.covered if one.line_id == lines[item["links"]] and one.span.clip(span) is not None)
        register.take_back([Credit(row, span, -minor)])
    elif item["type"] == "ITEM_ADJ":
        register.left[lines[item["links"]]] += minor
