"""Kill Bill's timelines: plans of phases, what happens when, and the invoices that come of it, with their items.

One invoice there is what one billing date brings here: an invoice, and credit notes against earlier ones (``REPAIR_ADJ``). A trial for
nothing, of which nothing is billed here, is an item of zero there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from bezant.errors import Conflict
from bezant.money import parse_plain, to_major
from bezant.sdk.values import SourceRef, new_id
from bezant_catalog import services as catalog
from bezant_catalog.contracts import Flat, NewCharge, NewPlan, NewPlanVersion, PerUnit, Phase
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import CreditLine, CreditNoteInfo, DraftCreditNote, InvoiceInfo
from bezant_ledger import services as ledger
from bezant_ledger.contracts import CUSTOMER_CREDIT, NewEntry, NewPosting
from bezant_statements import services as statements
from bezant_subscriptions import services as subscriptions
from bezant_subscriptions.contracts import NewSubscription

from .. import comparing
from . import Answer, Given
from ._metrics import number
from ._schedules import TIMINGS, make_interval
from ._world import PLUGINS, World, open_world

__all__ = ["PLUGINS", "answer", "differences"]

CHARGE = "fee"
FIXED = "fixed"
ONE_SECOND = timedelta(seconds=1)
ERRORS = {"credited": "INVOICE_WAS_REPAIRED", "paid": "INVOICE_WAS_PAID"}
UNITS = {"days": "day", "weeks": "week", "months": "month", "years": "year"}


@dataclass
class Bill:
    """What one billing date brought: an invoice there."""

    on: date
    invoices: list[InvoiceInfo] = field(default_factory=list)
    notes: list[CreditNoteInfo] = field(default_factory=list)
    extra: list[Answer] = field(default_factory=list)


class Timeline:
    """A case on its way."""

    def __init__(self, world: World, given: Given) -> None:
        self.world, self.given = world, given
        self.bills: list[Bill] = []
        self.subscriptions: dict[str, UUID] = {}
        self.runs = 0
        self.auto_pay = bool((given.get("account") or {}).get("auto_pay", True))

    def set_up(self) -> None:
        for code, plan in self.given["plans"].items():
            catalog.create_plan(NewPlan(code, code, _version(plan["phases"], self.world.currency)), publish=True)

    def minor(self, text: str) -> int:
        return parse_plain(text, self.world.currency)

    def bill(self, at: datetime) -> None:
        """Everything that has fallen due, and payment of what is open."""
        invoices, notes = len(self.world.invoices()), len(self.world.credit_notes())
        self.runs += 1
        self.world.bill(at)
        for one in self.world.invoices()[invoices:]:
            self._of(one.issued_on, self.runs).invoices.append(one)
        for note in self.world.credit_notes()[notes:]:
            self._of(note.issued_on, self.runs).notes.append(note)
        if self.auto_pay:
            for one in self.world.invoices():
                if one.open_minor and one.state != "draft":
                    self.world.receive(one.open_minor, max(one.issued_on, self.world.today(at)), one)

    def _of(self, on: date, run: int) -> Bill:
        """The bill of a date made by a run."""
        key = (on, run)
        if key not in self.world.refs:
            self.world.refs[key] = Bill(on)
            self.bills.append(self.world.refs[key])
        found: Bill = self.world.refs[key]
        return found

    def note_trial(self, name: str) -> None:
        """A trial of a new subscription, which costs nothing: an item of the run that follows."""
        for stretch in subscriptions.timeline(self.subscriptions[name]).stretches:
            if stretch.phase == "trial":
                item = {"type": "FIXED", "start": stretch.start, "end": stretch.end, "amount": to_major(0, self.world.currency)}
                self._of(stretch.start, self.runs + 1).extra.append(item)


def answer(given: Given, asked: Any) -> Answer:
    """The invoices of a timeline, in order, and the account at its end."""
    account, settings = given.get("account") or {}, given.get("settings") or {}
    chosen = {
        "subscriptions.alignment": "cycle_day",
        "subscriptions.cancellation_day": "free",
        "subscriptions.cycle_day_source": "subscription" if account.get("billing_alignment") == "SUBSCRIPTION" else "account",
        "subscriptions.proration": "30_360" if settings.get("proration_fixed_days") == 30 else "day",
    }
    with open_world(given["currency"], settings=chosen, bill_cycle_day=account.get("billing_cycle_day")) as world:
        timeline = Timeline(world, given)
        world.travel_to(_noon(given["timeline"][0]["on"]))
        timeline.set_up()
        for place, step in enumerate(given["timeline"]):
            _take(timeline, step, _noon(step["on"]) + place * ONE_SECOND)
        return {"invoices": [_invoice(timeline, bill) for bill in timeline.bills], "final": _final(world)}


def _take(timeline: Timeline, step: Given, at: datetime) -> None:
    timeline.bill(at)
    refused = None
    try:
        STEPS[step["do"]](timeline, step, at)
    except Conflict as error:
        refused = ERRORS.get(error.code, error.code)
    if refused != step.get("expect_error"):
        raise AssertionError(f"{step}: expected {step.get('expect_error')}, got {refused}")
    timeline.bill(at)


def _noon(on: str) -> datetime:
    return datetime.combine(date.fromisoformat(on.rstrip("#")), time(12), UTC)


# Steps --------------------------------------------------------------------------------------------------------------------------


def _create(timeline: Timeline, step: Given, at: datetime) -> None:
    made = subscriptions.subscribe(
        NewSubscription(
            account_id=timeline.world.account,
            plan=step["plan"],
            external_id=step["sub"],
            start_at=at,
            quantity=number(step.get("quantity") or 1),
            cycle_day=step.get("billing_cycle_day"),
        )
    )
    timeline.subscriptions[step["sub"]] = made.id
    timeline.note_trial(step["sub"])


def _change(timeline: Timeline, step: Given, at: datetime) -> None:
    timing = "period_end" if step.get("policy") == "END_OF_TERM" else "now"
    subscriptions.change_plan(timeline.subscriptions[step["sub"]], step["plan"], timing=timing)  # type: ignore[arg-type]
    if step.get("effect"):
        for other in timeline.given["timeline"]:
            if other.get("add_on_of") == step["sub"]:
                subscriptions.cancel(timeline.subscriptions[other["sub"]], at=at)


def _cancel(timeline: Timeline, step: Given, at: datetime) -> None:
    id = timeline.subscriptions[step["sub"]]
    if step.get("policy") == "END_OF_TERM":
        subscriptions.cancel(id, timing="period_end")
    else:
        subscriptions.cancel(id, at=at)


def _set_quantity(timeline: Timeline, step: Given, at: datetime) -> None:
    effective = step.get("effective")
    when = {"on": date.fromisoformat(effective)} if effective else {"at": at}
    subscriptions.change_quantity(timeline.subscriptions[step["sub"]], number(step["quantity"]), **when)  # type: ignore[arg-type]


def _change_bcd(timeline: Timeline, step: Given, at: datetime) -> None:
    effective = step.get("effective_from")
    for name in [step["sub"]] if step.get("sub") else list(timeline.subscriptions):
        when = {"on": date.fromisoformat(effective)} if effective else {"at": at}
        subscriptions.change_cycle_day(timeline.subscriptions[name], step["day"], **when)  # type: ignore[arg-type]


def _adjust_item(timeline: Timeline, step: Given, at: datetime) -> None:
    bill = _named(timeline, step["invoice"])
    line = bill.invoices[0].lines[step["item"] - 1].draft
    credit = CreditLine(line_id=line.id, amount_minor=timeline.minor(step["amount"]), kind="goodwill")
    on = timeline.world.today(at)
    note = invoicing.issue_credit_note(DraftCreditNote(id=new_id(), invoice_id=bill.invoices[0].id, issued_on=on, lines=(credit,)))
    bill.notes.append(invoicing.load_credit_note(note.id))


def _named(timeline: Timeline, name: Any) -> Bill:
    places = {"first": 1, "second": 2, "third": 3, "fourth": 4}
    return timeline.bills[int(places.get(name, name)) - 1]


def _grant(timeline: Timeline, step: Given, at: datetime) -> None:
    world, id, minor = timeline.world, new_id(), timeline.minor(step["amount"])
    given = NewPosting(CUSTOMER_CREDIT, -minor, account_id=world.account, id=new_id())
    source = SourceRef("ledger.manual", id)
    on = world.today(at)
    postings = (NewPosting("discounts", minor), given)
    ledger.post_manual(NewEntry(id, on, world.entity, world.currency, source, "Credit", postings, moves=False))
    amounts = (("CREDIT_ADJ", -minor), ("CBA_ADJ", minor))
    timeline.bills.append(Bill(on, extra=[_item(kind, on, on, amount, world.currency) for kind, amount in amounts]))


def _void(timeline: Timeline, step: Given, at: datetime) -> None:
    bill = _named(timeline, step["invoice"])
    for one in bill.invoices:
        invoicing.void_invoice(one.id)
    for note in bill.notes:
        invoicing.void_credit_note(note.id)


def _nothing(timeline: Timeline, step: Given, at: datetime) -> None:
    """What is due has been billed by then."""


STEPS: Mapping[str, Callable[[Timeline, Given, datetime], None]] = {
    "create": _create,
    "change": _change,
    "cancel": _cancel,
    "pause": lambda timeline, step, at: subscriptions.pause(timeline.subscriptions[step["sub"]], at=at) and None,
    "resume": lambda timeline, step, at: subscriptions.resume(timeline.subscriptions[step["sub"]], at=at) and None,
    "uncancel": lambda timeline, step, at: subscriptions.uncancel(timeline.subscriptions[step["sub"]]) and None,
    "set_quantity": _set_quantity,
    "change_bcd": _change_bcd,
    "adjust_item": _adjust_item,
    "grant_credit": _grant,
    "void_invoice": _void,
    "advance_clock": _nothing,
    "generate_invoice": _nothing,
}


# Answers ------------------------------------------------------------------------------------------------------------------------


def _invoice(timeline: Timeline, bill: Bill) -> Answer:
    currency = timeline.world.currency
    items = [*bill.extra, *_charges(bill, currency), *_adjustments(bill, currency), *_credit(timeline, bill)]
    voided = all(invoicing.load_invoice(one.id).state == "voided" for one in bill.invoices) and bool(bill.invoices)
    return {"on": bill.on, "items": items, "status": "VOID" if voided else "COMMITTED"}


def _item(kind: str, start: date | None, end: date | None, minor: int, currency: str) -> Answer:
    return {"type": kind, "start": start, "end": end, "amount": to_major(minor, currency)}


def _charges(bill: Bill, currency: str) -> Iterator[Answer]:
    for invoice in bill.invoices:
        for line in invoice.lines:
            kind = "FIXED" if line.draft.kind == "one_time" else "RECURRING"
            yield _item(kind, line.draft.service_from, line.draft.service_to, line.draft.amount_minor, currency)


def _adjustments(bill: Bill, currency: str) -> Iterator[Answer]:
    for note in bill.notes:
        for line in note.lines:
            if line.from_on is None:
                yield _item("ITEM_ADJ", note.issued_on, note.issued_on, -line.amount_minor, currency)
            else:
                yield _item("REPAIR_ADJ", line.from_on, line.to_on, -line.amount_minor, currency)


def _credit(timeline: Timeline, bill: Bill) -> Iterator[Answer]:
    """Credit that a bill used, and credit that is left of what it gave: after what it set off within itself."""
    own = {note.credit_item_id for note in bill.notes}
    taken = ledger.load_allocations([one.open_item_id for one in bill.invoices if one.open_item_id])
    credits = {
        one.id
        for one in ledger.open_items(item_ids=[a.credit_item_id for a in taken if a.credit_item_id], include_settled=True)
        if one.ledger_account == CUSTOMER_CREDIT
    }
    used = sum(a.amount_minor for a in taken if a.credit_item_id in credits and a.credit_item_id not in own)
    within = sum(a.amount_minor for a in taken if a.credit_item_id in own)
    given = sum(note.total_minor for note in bill.notes) - within
    for minor in (-used, given):
        if minor:
            on = max([bill.on, *(note.issued_on for note in bill.notes)]) if minor > 0 else bill.on
            yield _item("CBA_ADJ", on, on, minor, timeline.world.currency)


def _final(world: World) -> Answer:
    rows = statements.aging(account_ids=[world.account])
    credits = ledger.open_items([world.account], kind="credit")
    left = sum(one.residual_minor for one in credits if one.ledger_account == CUSTOMER_CREDIT)
    balance = rows[0].aging.balance_minor if rows else 0
    return {"account_balance": to_major(balance, world.currency), "account_credit": to_major(left, world.currency)}


def differences(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> Iterator[str]:
    """Items of an invoice have no order."""
    yield from comparing.differences(_in_order(expected), _in_order(actual))


def _in_order(answer: Mapping[str, Any]) -> Answer:
    return {**answer, "invoices": [_sorted_items(one) for one in answer["invoices"]]}


def _sorted_items(invoice: Mapping[str, Any]) -> Answer:
    unasked = ("on_paid_invoice",)
    items = sorted(invoice["items"], key=lambda one: (one["type"], str(one["start"]), str(one["end"]), number(one["amount"])))
    return {**{key: value for key, value in invoice.items() if key not in unasked}, "items": items}


# Plans --------------------------------------------------------------------------------------------------------------------------


def _version(phases: Sequence[Given], currency: str) -> NewPlanVersion:
    """The last phase's price is the plan's, earlier ones replace it while they last."""
    last = phases[-1]
    interval = make_interval(last["billing_period"])
    timing: Any = TIMINGS[last.get("billing_mode") or "IN_ADVANCE"]
    charge = NewCharge(CHARGE, CHARGE, _price(last), timing=timing, quantity_source="seats", on_change="credit")
    once = [NewCharge(FIXED, FIXED, Flat(number(p["fixed"])), kind="one_time") for p in phases[:1] if number(p.get("fixed") or 0)]
    made = tuple(_phase(place, phase) for place, phase in enumerate(phases)) if len(phases) > 1 else ()
    return NewPlanVersion(currency, (charge, *once), interval.unit.value, interval.count, made)


def _price(phase: Given) -> PerUnit:
    return PerUnit(number(phase.get("recurring") or 0))


def _phase(place: int, phase: Given) -> Phase:
    length = next(((unit, phase[name]) for name, unit in UNITS.items() if phase.get(name)), (None, None))
    free = phase.get("recurring") is None
    prices = () if free or length[0] is None else ((CHARGE, _price(phase)),)
    kind: Any = "trial" if free else "evergreen" if length[0] is None else "discount"
    return Phase(f"{place}-{phase['type'].lower()}" if not free else "trial", kind, *length, prices=prices)  # type: ignore[arg-type]
