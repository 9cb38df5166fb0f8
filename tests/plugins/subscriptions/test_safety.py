"""Whatever happens to a run, everything is billed once: voids, faults, holds, crashes, two runs at once, usage."""

import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from bezant.sdk.db import selectable, session, unit_of_work
from bezant.sdk.values import Conflict, Invalid, new_id
from bezant_accounts import services as accounts
from bezant_accounts.contracts import NewHold
from bezant_catalog import services as catalog
from bezant_catalog.contracts import Commitment, Flat, NewCharge, NewMetric, PerUnit
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import CREDIT_LINES, CREDIT_NOTES, INVOICE_LINES, INVOICES, CreditLine, DraftCreditNote
from bezant_ledger import services as ledger
from bezant_subscriptions import services as subscriptions
from bezant_subscriptions.models import Coverage
from bezant_subscriptions.services import writing
from bezant_usage import services as usage
from bezant_usage.contracts import NewEvent

from .conftest import fee
from .test_billing_run import credits, lines

pytestmark = pytest.mark.plugins("subscriptions")


def numbers() -> list[str]:
    table = selectable(INVOICES).c
    return list(session.scalars(select(table.number).order_by(table.number)))


def test_a_voided_invoice_is_billed_again(new_plan: Any, start: Any, clock: Any) -> None:
    clock.travel_to(2023, 1, 10, 12)
    start(new_plan("basic"), date(2023, 1, 1), alignment="calendar")
    subscriptions.run_billing(date(2023, 1, 10))
    invoice = session.scalars(select(selectable(INVOICES).c.id)).one()
    invoicing.void_invoice(invoice, reason="wrong address")
    again = subscriptions.run_billing(date(2023, 1, 10))
    assert again.invoices == 1
    assert [line[1:] for line in lines()] == [("fee", "2023-01-01", "2023-02-01", 3100)] * 2
    assert subscriptions.run_billing(date(2023, 1, 10)).invoices == 0


def test_what_a_run_took_back_cannot_be_charged_again_by_hand(new_plan: Any, start: Any, clock: Any) -> None:
    clock.travel_to(2023, 1, 20, 12)
    made = start(new_plan("basic"), date(2023, 1, 1), alignment="calendar")
    subscriptions.run_billing(date(2023, 1, 1))
    subscriptions.cancel(made.id, on=date(2023, 1, 10))
    assert subscriptions.run_billing(date(2023, 1, 20)).credit_notes == 1
    [note] = session.scalars(select(selectable(CREDIT_NOTES).c.id))
    with pytest.raises(Conflict, match="took back what is billed no more"):
        invoicing.void_credit_note(note)


def by_hand(invoice: UUID, line: UUID, amount: int, **values: Any) -> UUID:
    credit = CreditLine(line_id=line, amount_minor=amount, **{"kind": "goodwill", **values})
    note = DraftCreditNote(id=new_id(), invoice_id=invoice, issued_on=date(2023, 1, 5), lines=(credit,), reason="Noise")
    return invoicing.issue_credit_note(note).id


@pytest.mark.parametrize(("goodwill", "by_run"), [(500, 2100), (2000, 1100), (3100, None)])
def test_what_was_given_back_by_hand_is_not_given_back_again_by_a_run(
    new_plan: Any, start: Any, clock: Any, goodwill: int, by_run: int | None
) -> None:
    clock.travel_to(2023, 1, 20, 12)
    made = start(new_plan("basic"), date(2023, 1, 1), alignment="calendar")
    subscriptions.run_billing(date(2023, 1, 1))
    billed = selectable(INVOICE_LINES).c
    invoice, line = session.execute(select(billed.invoice_id, billed.id)).one()
    with pytest.raises(Invalid) as refused:
        by_hand(invoice, line, 2100, kind="correction", from_on=date(2023, 1, 11), to_on=date(2023, 2, 1))
    assert [(one.field, one.code) for one in refused.value.problems] == [("lines.0.kind", "billed_by_subscription")]
    note = by_hand(invoice, line, goodwill)
    subscriptions.cancel(made.id, on=date(2023, 1, 10))
    subscriptions.run_billing(date(2023, 1, 20))
    assert credits() == [("2023-01-05", goodwill), *([("2023-01-20", by_run)] if by_run else [])]
    assert invoicing.line_balances([line])[line].left_minor == 3100 - goodwill - (by_run or 0)
    assert subscriptions.run_billing(date(2023, 2, 20)).credit_notes == 0
    assert ledger.verify().ok
    if by_run:
        with pytest.raises(Conflict, match=r"take that one back first|is used"):
            invoicing.void_credit_note(note)


def test_the_database_refuses_to_cover_a_day_twice(new_plan: Any, start: Any) -> None:
    start(new_plan("basic"), date(2023, 1, 1))
    subscriptions.run_billing(date(2023, 1, 1))
    row = dict(session.execute(select(Coverage.__table__)).mappings().one())
    with pytest.raises(DBAPIError), unit_of_work():
        session.execute(insert(Coverage.__table__).values({**row, "id": new_id(), "from_day": date(2023, 1, 15)}))


def test_a_faulty_account_is_parked_and_keeps_nobody_up(
    new_plan: Any, start: Any, new_account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_plan("basic")
    bad = start("basic", date(2023, 1, 1), new_account("Bad"))
    good = [start("basic", date(2023, 1, 1)) for _ in range(3)]
    issue = writing.invoicing.issue_page

    def fail_for_bad(invoices: Any, notes: Any = ()) -> Any:
        if any(one.account_id == bad.account_id for one in invoices):
            raise RuntimeError("no such tax")
        return issue(invoices, notes)

    monkeypatch.setattr(writing.invoicing, "issue_page", fail_for_bad)
    run = subscriptions.run_billing(date(2023, 1, 1))
    assert (run.invoices, run.parked) == (len(good), 1)
    [parked] = subscriptions.parked_accounts()
    assert (parked.account_id, parked.code) == (bad.account_id, "failure")
    assert "no such tax" in parked.explanation
    monkeypatch.undo()
    assert subscriptions.run_billing(date(2023, 1, 1)).invoices == 1
    assert subscriptions.parked_accounts() == []


def test_a_held_account_is_billed_when_the_hold_is_released(new_plan: Any, start: Any) -> None:
    one = start(new_plan("basic"), date(2023, 1, 1))
    hold = accounts.place_hold(NewHold(one.account_id, "disputed", stops=("billing",)))
    assert subscriptions.run_billing(date(2023, 2, 1)).invoices == 0
    assert [parked.code for parked in subscriptions.parked_accounts()] == ["on_hold"]
    accounts.release_hold(hold.id)
    assert subscriptions.run_billing(date(2023, 2, 1)).invoices == 2


def test_a_run_that_dies_after_a_page_is_completed_by_the_next(new_plan: Any, start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    new_plan("basic")
    for _ in range(6):
        start("basic", date(2023, 1, 1))
    issue, pages = writing.invoicing.issue_page, []

    def die_on_the_second(*page: Any) -> Any:
        pages.append(page)
        if len(pages) == 2:
            raise KeyboardInterrupt
        return issue(*page)

    monkeypatch.setattr(writing.invoicing, "issue_page", die_on_the_second)
    with pytest.raises(KeyboardInterrupt):
        subscriptions.run_billing(date(2023, 1, 1), page_size=2)
    assert len(lines()) == 2
    monkeypatch.undo()
    subscriptions.run_billing(date(2023, 1, 1), page_size=2)
    assert len(lines()) == 6
    assert [int(number[-6:]) for number in numbers()] == [1, 2, 3, 4, 5, 6]


def test_two_runs_at_once_bill_everything_once(app: Flask, new_plan: Any, start: Any) -> None:
    from bezant.auth.context import SYSTEM, acting_as

    new_plan("basic")
    for _ in range(12):
        start("basic", date(2023, 1, 1))
    session.commit()
    barrier, done = threading.Barrier(2), []

    def bill() -> None:
        with app.app_context(), acting_as(SYSTEM):
            barrier.wait()
            done.append(subscriptions.run_billing(date(2023, 2, 1), page_size=3))

    threads = [threading.Thread(target=bill) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.rollback()
    assert sum(run.invoices for run in done) == 24
    assert [run.parked for run in done] == [0, 0]
    assert len(lines()) == 24
    assert [int(number[-6:]) for number in numbers()] == list(range(1, 25))


def flight(number: int, at: datetime, **values: Any) -> NewEvent:
    return NewEvent(f"f{number}", "flight", at, **values)


@pytest.fixture
def metered(new_plan: Any) -> str:
    catalog.create_metric(NewMetric("flights", "Flights", event_type="flight"))
    charge = NewCharge("landing", "Landing", PerUnit(Decimal("2.50")), kind="metered", metrics=("flights",))
    return str(new_plan("air", fee(), charge))


def test_usage_is_measured_for_its_window_and_billed_when_that_is_over(metered: str, start: Any, new_account: Any) -> None:
    start(metered, date(2023, 1, 1), new_account("HA", external_id="HA"), external_id="HA-1", alignment="calendar")
    outcomes = usage.ingest(
        [
            flight(1, datetime(2023, 1, 5, tzinfo=UTC), account="HA"),
            flight(2, datetime(2023, 1, 31, 23, 59, 59, tzinfo=UTC), subscription="HA-1"),
            flight(3, datetime(2023, 2, 1, tzinfo=UTC), subscription="HA-1"),
        ]
    )
    assert [outcome.status for outcome in outcomes] == ["accepted"] * 3
    subscriptions.run_billing(date(2023, 3, 1))
    assert [line for line in lines() if line[1] == "landing"] == [
        ("2023-02-01", "landing", "2023-01-01", "2023-02-01", 500),
        ("2023-03-01", "landing", "2023-02-01", "2023-03-01", 250),
    ]
    assert subscriptions.run_billing(date(2023, 3, 1)).invoices == 0


def test_a_window_without_usage_makes_no_line_and_is_not_looked_at_again(metered: str, start: Any) -> None:
    start(metered, date(2023, 1, 1), alignment="calendar", end_on=date(2023, 3, 1))
    subscriptions.run_billing(date(2023, 3, 1))
    assert [line[1] for line in lines()] == ["fee", "fee"]


def test_a_back_dated_end_gives_back_usage_that_is_no_longer_the_subscriptions(
    metered: str, start: Any, new_account: Any, clock: Any
) -> None:
    clock.travel_to(2023, 2, 10, 12)
    one = start(metered, date(2023, 1, 1), new_account("HA", external_id="HA"), alignment="calendar")
    usage.ingest([flight(1, datetime(2023, 1, 20, tzinfo=UTC), account="HA"), flight(2, datetime(2023, 1, 5, tzinfo=UTC), account="HA")])
    subscriptions.run_billing(date(2023, 2, 10))
    subscriptions.cancel(one.id, on=date(2023, 1, 10))
    subscriptions.run_billing(date(2023, 2, 10))
    assert [line[1:] for line in lines() if line[1] == "landing"] == [
        ("landing", "2023-01-01", "2023-02-01", 500),
        ("landing", "2023-01-01", "2023-01-11", 250),
    ]
    assert sorted(amount for _, amount in credits()) == [2100, 3600]


def test_an_event_says_on_which_invoice_it_was_billed(metered: str, start: Any, new_account: Any) -> None:
    start(metered, date(2023, 1, 1), new_account("HA", external_id="HA"), alignment="calendar")
    usage.ingest([flight(1, datetime(2023, 1, 5, tzinfo=UTC), account="HA")])
    before = usage.explain("f1")
    subscriptions.run_billing(date(2023, 2, 1))
    after = usage.explain("f1")
    assert "not_billed_yet" in repr(before)
    assert "/invoices/" in repr(after)


def test_a_one_time_charge_is_billed_once_for_each_time_its_plan_is_taken(new_plan: Any, start: Any, clock: Any) -> None:
    clock.travel_to(2023, 1, 20, 12)
    setup = NewCharge("setup", "Setup", Flat(Decimal("50.00")), kind="one_time")
    one = start(new_plan("basic", fee(), setup), date(2023, 1, 1), alignment="calendar")
    new_plan("pro", fee(price="62.00"), setup)
    subscriptions.run_billing(date(2023, 1, 20))
    subscriptions.change_plan(one.id, "pro", on=date(2023, 1, 15))
    subscriptions.run_billing(date(2023, 1, 20))
    assert [line[2] for line in lines() if line[1] == "setup"] == ["2023-01-01", "2023-01-15"]
    assert subscriptions.run_billing(date(2023, 1, 20)).invoices == 0


def test_a_plan_taken_twice_on_one_day_costs_its_one_time_charge_once_in_however_many_runs(
    new_plan: Any, new_account: Any, start: Any, clock: Any
) -> None:
    clock.travel_to(2023, 1, 20, 12)
    setup = NewCharge("setup", "Setup", Flat(Decimal("50.00")), kind="one_time")
    basic, pro = new_plan("basic", fee(), setup), new_plan("pro", fee(price="62.00"), setup)
    changed = [start(basic, date(2023, 1, 1), new_account(name), alignment="calendar") for name in ("At once", "Run by run")]
    for one in changed:
        for plan in (pro, basic):
            subscriptions.change_plan(one.id, plan, on=date(2023, 1, 1))
            if one is changed[1]:
                subscriptions.run_billing(date(2023, 1, 20))
    assert subscriptions.run_billing(date(2023, 1, 20)).parked == 0
    billed = [line[2:] for line in lines() if line[1] == "setup"]
    assert billed == [("2023-01-01", "2023-01-02", 5000)] * 4


def test_late_usage_is_billed_by_the_next_billing_date_as_a_difference(
    metered: str, start: Any, new_account: Any, drain: Any, clock: Any
) -> None:
    clock.travel_to(2023, 2, 1, 12)
    start(metered, date(2023, 1, 1), new_account("HA", external_id="HA"), alignment="calendar")
    usage.ingest([flight(1, datetime(2023, 1, 5, tzinfo=UTC), account="HA")])
    subscriptions.run_billing(date(2023, 2, 1))
    usage.ingest([flight(number, datetime(2023, 1, 6, tzinfo=UTC), account="HA") for number in (2, 3)])
    drain()
    [one] = subscriptions.subscriptions_of([session.scalar(select(selectable(INVOICES).c.account_id))])
    assert one.late_usage_from is not None
    assert subscriptions.run_billing(date(2023, 2, 28)).invoices == 0
    subscriptions.run_billing(date(2023, 3, 1))
    assert subscriptions.load_subscriptions([one.id])[one.id].late_usage_from is None
    assert [line for line in lines() if line[1] == "landing"] == [
        ("2023-02-01", "landing", "2023-01-01", "2023-02-01", 250),
        ("2023-03-01", "landing", "2023-01-01", "2023-02-01", 500),
    ]
    subscriptions.run_billing(date(2023, 4, 1))
    assert len([line for line in lines() if line[1] == "landing"]) == 2


def test_usage_that_is_taken_back_lowers_the_line_that_billed_it(
    metered: str, start: Any, new_account: Any, drain: Any, clock: Any
) -> None:
    clock.travel_to(2023, 2, 1, 12)
    start(metered, date(2023, 1, 1), new_account("HA", external_id="HA"), alignment="calendar", end_on=date(2023, 2, 1))
    usage.ingest([flight(number, datetime(2023, 1, 5, tzinfo=UTC), account="HA") for number in (1, 2, 3)])
    subscriptions.run_billing(date(2023, 2, 1))
    usage.ingest([flight(4, datetime(2023, 1, 5, tzinfo=UTC), account="HA", replaces="f1", deleted=True)])
    drain()
    subscriptions.run_billing(date(2023, 2, 1))
    assert credits() == [("2023-02-01", 250)]
    assert subscriptions.run_billing(date(2023, 2, 1)).credit_notes == 0


@pytest.fixture
def committed(new_plan: Any) -> str:
    """A fee of 31.00, 2.50 a flight, 100.00 a month at least."""
    catalog.create_metric(NewMetric("flights", "Flights", event_type="flight"))
    charge = NewCharge("landing", "Landing", PerUnit(Decimal("2.50")), kind="metered", metrics=("flights",))
    return str(new_plan("air", fee(), charge, commitment=Commitment(10000)))


def charged(code: str) -> list[tuple[str, str, str, int]]:
    return [(on, start, end, amount) for on, one, start, end, amount in lines() if one == code]


def given_back() -> list[tuple[str, str, int]]:
    """(issued, charge, amount) of all credit lines."""
    note, back, line = (selectable(table).c for table in (CREDIT_NOTES, CREDIT_LINES, INVOICE_LINES))
    statement = select(note.issued_on, line.charge_code, back.amount_minor).where(note.id == back.credit_note_id, line.id == back.line_id)
    return [(str(on), code, amount) for on, code, amount in session.execute(statement.order_by(note.number, back.id))]


@pytest.mark.parametrize(
    ("late", "taken_back", "usage", "credit", "second"),
    [
        (4, [], 1000, 1000, None),  # usage makes up for a part of what was filled up
        (40, [], 10000, 4550, None),  # … for all of it, and no more is given back than was filled up
        (0, ["f1"], -250, None, 250),  # less usage: the minimum fills up what is missing
    ],
)
def test_usage_that_comes_late_changes_what_a_minimum_filled_up(
    committed: str,
    start: Any,
    new_account: Any,
    drain: Any,
    clock: Any,
    late: int,
    taken_back: list[str],
    usage: int,
    credit: int | None,
    second: int | None,
) -> None:
    from bezant_usage import services as metering

    clock.travel_to(2023, 2, 1, 12)
    made = start(committed, date(2023, 1, 1), new_account("HA", external_id="HA"), alignment="calendar", end_on=date(2023, 2, 1))
    subscriptions.override_price(made.id, "fee", Flat(Decimal("62.00")), on=date(2023, 1, 11))  # 10.00 and 42.00 in January
    metering.ingest([flight(1, datetime(2023, 1, 5, tzinfo=UTC), account="HA")])
    drain()
    subscriptions.run_billing(date(2023, 2, 1))
    assert charged("commitment") == [("2023-02-01", "2023-01-01", "2023-02-01", 10000 - 5200 - 250)]
    at = datetime(2023, 1, 20, tzinfo=UTC)
    metering.ingest([flight(number, at, account="HA") for number in range(10, 10 + late)])
    metering.ingest([flight(99, at, account="HA", replaces=name, deleted=True) for name in taken_back])
    drain()
    run = subscriptions.run_billing(date(2023, 2, 1))
    assert [amount for *_, amount in charged("landing")] == ([250, usage] if usage > 0 else [250])
    assert [amount for *_, amount in charged("commitment")] == ([4550, second] if second else [4550])
    assert given_back() == ([("2023-02-01", "commitment", credit)] if credit else [("2023-02-01", "landing", 250)])
    billed, back = run.amounts["EUR"]
    assert billed - back == (5450 if late == 40 else 0)
    again = subscriptions.run_billing(date(2023, 3, 1))
    assert (again.invoices, again.credit_notes) == (0, 0)
    assert ledger.verify().ok


def test_a_back_dated_change_of_plan_gives_back_what_the_minimum_filled_up_too_much(new_plan: Any, start: Any, clock: Any) -> None:
    clock.travel_to(2023, 2, 10, 12)
    made = start(new_plan("low", commitment=Commitment(10000)), date(2023, 1, 1), alignment="calendar")
    new_plan("free", fee(price="31.00"))
    subscriptions.run_billing(date(2023, 2, 10))
    assert [amount for *_, amount in charged("commitment")] == [6900]
    fact = subscriptions.change_plan(made.id, "free", on=date(2023, 1, 11)) and subscriptions.timeline(made.id).facts[-1]
    subscriptions.run_billing(date(2023, 2, 10))
    # 10 of 31 days: 3226 at least, 1000 of it the fee; so 2226 of the 6900 stay
    assert ("2023-02-10", "commitment", 6900 - 2226) in given_back()
    subscriptions.withdraw_fact(made.id, fact.seq)
    subscriptions.run_billing(date(2023, 2, 10))
    assert [amount for *_, amount in charged("commitment")] == [6900, 6900 - 2226]
    assert subscriptions.run_billing(date(2023, 2, 10)).invoices == 0
    assert ledger.verify().ok


def test_an_end_on_the_first_of_a_month_bills_only_what_its_day_adds_to_the_month_before(
    metered: str, start: Any, new_account: Any, drain: Any, clock: Any
) -> None:
    clock.travel_to(2023, 2, 1, 1)
    made = start(metered, date(2023, 1, 1), new_account("HA", external_id="HA"), alignment="calendar")
    usage.ingest([flight(1, datetime(2023, 1, 5, tzinfo=UTC), account="HA")])
    subscriptions.run_billing()
    clock.travel_to(2023, 2, 1, 12)
    usage.ingest([flight(2, datetime(2023, 2, 1, 9, tzinfo=UTC), account="HA")])
    subscriptions.cancel(made.id)
    subscriptions.run_billing()
    landing = [line for line in lines() if line[1] == "landing"]
    assert landing == [
        ("2023-02-01", "landing", "2023-01-01", "2023-02-01", 250),
        ("2023-02-01", "landing", "2023-01-01", "2023-02-01", 250),
    ]
    assert credits() == [("2023-02-01", 2989)]  # 27 of February's 28 days
    usage.ingest([flight(3, datetime(2023, 2, 1, 20, tzinfo=UTC), account="HA")])
    drain()
    clock.travel_to(2023, 2, 3, 12)
    subscriptions.run_billing()
    assert [line[4] for line in lines() if line[1] == "landing"] == [250, 250, 250]
    subscriptions.uncancel(made.id)  # from now on: what was billed stays
    run = subscriptions.run_billing()
    assert (run.invoices, run.credit_notes) == (1, 0)


def test_what_was_billed_ahead_and_is_still_to_come_is_not_given_back(committed: str, start: Any, new_account: Any, clock: Any) -> None:
    clock.travel_to(2023, 1, 10, 12)
    made = start(committed, date(2023, 1, 1), new_account("HA", external_id="HA"), alignment="calendar")
    usage.ingest([flight(1, datetime(2023, 1, 5, tzinfo=UTC), account="HA")])
    subscriptions.run_billing(date(2023, 2, 1))
    clock.travel_to(2023, 1, 20, 12)
    subscriptions.override_price(made.id, "fee", Flat(Decimal("62.00")), on=date(2023, 2, 1))
    subscriptions.override_price(made.id, "fee", Flat(Decimal("31.00")), on=date(2023, 1, 20))  # no change: only a look back
    run = subscriptions.run_billing()
    assert (run.invoices, run.credit_notes) == (0, 0)
    clock.travel_to(2023, 2, 1, 12)
    subscriptions.run_billing()
    assert given_back() == [("2023-02-01", "fee", 3100)]
    assert subscriptions.run_billing().invoices == 0
