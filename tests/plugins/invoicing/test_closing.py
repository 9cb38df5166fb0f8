"""Voids, write-offs and credit notes."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from bezant.sdk.db import session, unit_of_work
from bezant.sdk.values import Conflict, Invalid, new_id
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import CreditLine, DraftCreditNote, IssuedCreditNote, IssuedInvoice, NewLine, NewPendingCharge
from bezant_invoicing.models import CreditLineRow
from bezant_ledger import services as ledger

from .conftest import FEB, World
from .test_issue import issue, pay, taxed

pytestmark = pytest.mark.plugins("invoicing")


def credit(invoice: IssuedInvoice, amount: int, kind: str = "correction") -> IssuedCreditNote:
    line = CreditLine(line_id=invoice.lines[0].draft.id, amount_minor=amount, kind=kind)  # type: ignore[arg-type]
    return invoicing.issue_credit_note(DraftCreditNote(id=new_id(), invoice_id=invoice.id, issued_on=FEB, lines=(line,), reason="Agreed"))


def balances(world: World) -> dict[str, int]:
    return {b.ledger_account: b.balance_minor for b in ledger.balances() if b.account_id is None}


def test_a_void_takes_everything_back_by_one_credit_note(world: World, hooks: Any) -> None:
    heard: list[Any] = []
    with hooks(bezant_quote_taxes=taxed, bezant_record_voided=heard.append):
        issued = issue(world, 1000, 0)
        note = invoicing.void_invoice(issued.id, "Wrong customer")
    assert (note.kind, note.total_minor, note.tax_minor) == ("void", 1200, 200)
    voided = invoicing.load_invoice(issued.id)
    assert (voided.state, voided.open_minor) == ("voided", 0)
    assert [v.invoice_id for v in heard[0]] == [issued.id]
    assert all(amount == 0 for amount in balances(world).values())
    assert ledger.verify().ok


def test_a_void_is_refused_while_money_is_allocated(world: World) -> None:
    issued = issue(world, 1000)
    pay(world, issued, 10)
    with pytest.raises(Conflict, match=r"USD 0\.10 is allocated"):
        invoicing.void_invoice(issued.id)
    assert invoicing.load_invoice(issued.id).state == "partly_paid"


def test_a_void_returns_the_credit_that_the_invoice_used(world: World) -> None:
    credited = issue(world, 1000)
    pay(world, credited, 1000)
    credit(credited, 300)
    issued, waiting = issue(world, 200), issue(world, 500)
    assert [invoicing.load_invoice(one.id).open_minor for one in (issued, waiting)] == [0, 400]
    invoicing.void_invoice(issued.id)
    assert [invoicing.load_invoice(one.id).open_minor for one in (issued, waiting)] == [0, 200]
    assert ledger.verify().ok


def test_a_void_is_refused_while_a_credit_note_corrects_the_invoice(world: World) -> None:
    issued = issue(world, 1000)
    credit(issued, 100)
    with pytest.raises(Conflict, match="credit note corrects"):
        invoicing.void_invoice(issued.id)


def test_an_invoice_is_voided_once(world: World) -> None:
    issued = issue(world, 1000)
    invoicing.void_invoice(issued.id)
    with pytest.raises(Conflict, match="already"):
        invoicing.void_invoice(issued.id)


def test_an_invoice_of_zero_can_be_voided(world: World) -> None:
    issued = issue(world, 0)
    assert invoicing.void_invoice(issued.id).total_minor == 0
    assert invoicing.load_invoice(issued.id).state == "voided"


def test_pending_charges_of_a_voided_invoice_wait_again(world: World) -> None:
    from decimal import Decimal

    invoicing.add_pending_charge(NewPendingCharge(account_id=world.account.id, line=NewLine(description="Key card", unit_price=Decimal(5))))
    invoicing.void_invoice(issue(world, 100).id)
    assert issue(world, 100).total_minor == 600


def test_a_write_off_gives_up_what_is_left_and_can_be_undone(world: World) -> None:
    issued = issue(world, 1000)
    pay(world, issued, 300)
    assert invoicing.mark_uncollectible(issued.id) == 700
    assert invoicing.load_invoice(issued.id).state == "uncollectible"
    assert balances(world)["write_offs"] == 700
    with pytest.raises(Conflict, match="Nothing is left"):
        invoicing.mark_uncollectible(issued.id)
    assert invoicing.undo_write_off(issued.id) == 700
    assert (invoicing.load_invoice(issued.id).state, invoicing.load_invoice(issued.id).open_minor) == ("partly_paid", 700)
    assert ledger.verify().ok


def test_a_credit_note_lowers_what_is_left_of_the_line(world: World) -> None:
    issued = issue(world, 1000)
    line_id = issued.lines[0].draft.id
    note = credit(issued, 400, "goodwill")
    assert invoicing.line_balances([line_id])[line_id].left_minor == 600
    assert invoicing.load_invoice(issued.id).open_minor == 600
    stored = invoicing.load_credit_note(note.id)
    assert (stored.kind, stored.total_minor, stored.left_minor, stored.invoice_number) == ("goodwill", 400, 0, issued.number)
    with pytest.raises(Invalid, match=r"Only USD 6\.00 is left"):
        credit(issued, 601)


def test_the_database_refuses_to_credit_more_than_was_billed(world: World) -> None:
    issued = issue(world, 1000)
    credit(issued, 400)
    copied = "id, credit_note_id, position, line_id, kind, description, from_on, to_on, amount_minor, discount_minor, tax_included_minor"
    statement = f"INSERT INTO invoicing_credit_lines ({copied}) SELECT line_id, {copied.replace('id, ', '', 1)} FROM invoicing_credit_lines"
    with unit_of_work():
        session.execute(text(statement))
        assert session.scalar(select(func.sum(CreditLineRow.amount_minor))) == 800
        session.rollback()
    credit(issued, 300)
    with pytest.raises(DBAPIError, match="more is credited"), unit_of_work():
        session.execute(text(statement.replace("SELECT line_id", "SELECT credit_note_id")))


def test_an_unused_credit_note_can_be_taken_back(world: World) -> None:
    issued = issue(world, 1000)
    pay(world, issued)
    note = credit(issued, 400)
    assert invoicing.load_credit_note(note.id).left_minor == 400
    invoicing.void_credit_note(note.id)
    assert invoicing.load_credit_note(note.id).voided_at is not None
    line_id = issued.lines[0].draft.id
    assert invoicing.line_balances([line_id])[line_id].left_minor == 1000
    assert ledger.verify().ok
    credit(issued, 1000)


def test_a_credit_note_can_be_taken_back_only_while_nothing_followed_it(world: World) -> None:
    issued = issue(world, 1000)
    pay(world, issued)
    first, second = credit(issued, 400), credit(issued, 300)
    with pytest.raises(Conflict, match=f"{second.number} gave back more of the same line"):
        invoicing.void_credit_note(first.id)
    invoicing.void_credit_note(second.id)
    invoicing.void_credit_note(first.id)
    with pytest.raises(Invalid, match="Goodwill takes no days back"):
        line = CreditLine(line_id=issued.lines[0].draft.id, amount_minor=1, kind="goodwill", from_on=FEB)
        invoicing.issue_credit_note(DraftCreditNote(id=new_id(), invoice_id=issued.id, issued_on=FEB, lines=(line,)))


def test_a_used_credit_note_cannot_be_taken_back(world: World) -> None:
    note = credit(issue(world, 1000), 400)
    with pytest.raises(Conflict, match=r"USD 4\.00 of credit note .* is used"):
        invoicing.void_credit_note(note.id)


def test_states_follow_payment_and_the_calendar(world: World, clock: Any) -> None:
    issued = issue(world, 1000)
    assert invoicing.load_invoice(issued.id).state == "open"
    clock.travel_to(2013, 3, 4, 4)  # still 3 March in New York, the day it is due
    assert invoicing.load_invoice(issued.id).state == "open"
    clock.travel_to(2013, 3, 4, 6)
    assert invoicing.load_invoice(issued.id).state == "overdue"
    pay(world, issued)
    assert invoicing.load_invoice(issued.id).state == "paid"
    assert issued.due_on == date(2013, 3, 3)
