"""States, drafts, journal entries and the setting off of credit."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.sdk.values import new_id
from bezant_invoicing.contracts import IssuedInvoice, LineEdit, NewLine
from bezant_invoicing.domain.credits import compute_credit_note, creditable
from bezant_invoicing.domain.drafts import draft_problems, edit_line, input_problems, line_from_input
from bezant_invoicing.domain.entries import credit_note_entry, invoice_entries, void_credit_entry, write_off_entry
from bezant_invoicing.domain.invoices import due_day
from bezant_invoicing.domain.settlement import Debt, Purse, settle
from bezant_invoicing.domain.states import invoice_state

from .builders import DAY, VAT, credit, draft, invoice, line
from .test_totals import invoices


@pytest.mark.parametrize(
    ("final", "closed", "open_minor", "due", "state"),
    [
        (False, "", 0, None, "draft"),
        (True, "", 100, date(2013, 3, 1), "open"),
        (True, "", 40, date(2013, 3, 1), "partly_paid"),
        (True, "", 100, DAY, "open"),
        (True, "", 40, date(2013, 1, 31), "overdue"),
        (True, "", 0, date(2013, 1, 1), "paid"),
        (True, "voided", 0, date(2013, 1, 1), "voided"),
        (True, "uncollectible", 0, date(2013, 1, 1), "uncollectible"),
    ],
)
def test_the_state_follows_from_the_open_item(final: bool, closed: str, open_minor: int, due: date | None, state: str) -> None:
    assert invoice_state(is_final=final, closed_as=closed, total_minor=100, open_minor=open_minor, due_on=due, today=DAY) == state


def test_terms_count_from_the_day_of_issue() -> None:
    assert due_day(date(2013, 2, 1), 30) == date(2013, 3, 3)


def test_a_typed_line_is_rounded_once() -> None:
    made = line_from_input(NewLine(description="Calls", unit_price=Decimal("0.001"), quantity=Decimal(1000)), "EUR")
    assert (made.amount_minor, made.amount_exact) == (100, Decimal(1))


def test_new_units_keep_the_computed_unit_price() -> None:
    computed = line(100, quantity=Decimal(1), amount_exact=Decimal(1))
    edited = edit_line(computed, LineEdit(quantity=Decimal(3)), "EUR")
    assert (edited.amount_minor, edited.fixed) == (300, True)


def test_a_computed_price_with_endless_decimals_is_kept_to_the_last_fraction() -> None:
    computed = line(100, quantity=Decimal(3), amount_exact=Decimal(1))
    assert edit_line(computed, LineEdit(quantity=Decimal(6)), "EUR").amount_minor == 200


def test_a_typed_unit_price_replaces_the_computed_one() -> None:
    edited = edit_line(line(100, quantity=Decimal(1)), LineEdit(quantity=Decimal(1000), unit_price=Decimal("0.001")), "EUR")
    assert edited.amount_minor == 100


def test_a_draft_names_what_keeps_it_from_being_issued() -> None:
    assert [p.code for p in draft_problems(draft())] == ["no_lines"]
    bad = draft(lines=[line(-1, service_from=DAY, service_to=DAY)], due_on=date(2013, 1, 1))
    assert [(p.field, p.code) for p in draft_problems(bad)] == [
        ("lines.0.amount", "negative"),
        ("lines.0.service_to", "empty_span"),
        ("due_on", "before_issue"),
    ]
    assert draft_problems(draft(1, 0)) == []


def test_typed_lines_are_checked() -> None:
    typed = [NewLine(description=" ", unit_price=Decimal(-1), quantity=Decimal(-1))]
    assert [p.field for p in input_problems(typed)] == ["lines.0.description", "lines.0.quantity", "lines.0.unit_price"]


@given(invoices())
def test_every_invoice_posts_an_entry_that_sums_to_zero(issued: IssuedInvoice) -> None:
    found = invoice_entries([issued])
    if not found:
        assert issued.subtotal_minor == 0
        return
    [entry] = found
    assert sum(posting.amount_minor for posting in entry.postings) == 0
    assert sum(p.amount_minor for p in entry.postings if p.ledger_account == "receivables") == issued.total_minor


@given(invoices(), st.data())
def test_every_credit_note_posts_an_entry_that_sums_to_zero_and_its_void_takes_it_back(issued: IssuedInvoice, data: st.DataObject) -> None:
    basis = creditable(issued)
    parts = [(key, data.draw(st.integers(1, part.amount_minor))) for key, part in basis.lines.items() if part.amount_minor]
    if not parts:
        return
    note = compute_credit_note(credit(basis, *parts), basis)
    entry, back = credit_note_entry(note, basis), void_credit_entry(note, basis, DAY)
    assert entry is not None and back is not None
    assert sum(posting.amount_minor for posting in entry.postings) == 0
    assert [-p.amount_minor for p in back.postings] == [p.amount_minor for p in entry.postings]


def test_a_write_off_takes_from_the_open_item() -> None:
    basis = creditable(invoice([1000], rates=[(VAT,)]))
    basis.open_item_id = new_id()
    entry = write_off_entry(basis, 700, DAY)
    assert [(p.ledger_account, p.amount_minor, p.item_id) for p in entry.postings] == [
        ("write_offs", 700, None),
        ("receivables", -700, basis.open_item_id),
    ]


OWNER = (new_id(), new_id(), "USD")


def purse(left: int, corrects: Debt | None = None) -> Purse:
    return Purse(new_id(), OWNER, left, corrects.item_id if corrects else None)


def debt(left: int, due: date = DAY) -> Debt:
    return Debt(new_id(), OWNER, due, left)


def test_credit_of_a_run_pays_the_invoice_of_the_run_then_the_one_it_corrects_then_the_oldest() -> None:
    new, corrected, oldest = debt(50), debt(30, date(2013, 1, 5)), debt(100, date(2013, 1, 1))
    given_ = purse(100, corrects=corrected)
    payments = settle([given_], [], [new], [oldest, corrected])
    assert [(p.item_id, p.amount_minor) for p in payments] == [(new.item_id, 50), (corrected.item_id, 30), (oldest.item_id, 20)]


def test_credit_that_waits_for_the_next_invoice_leaves_older_ones_alone() -> None:
    given_ = purse(100)
    assert [p.amount_minor for p in settle([given_], [], [debt(60)], [])] == [60]
    assert given_.left_minor == 40


def test_earlier_credit_pays_new_invoices_only() -> None:
    assert [p.amount_minor for p in settle([], [purse(10)], [debt(60)], [debt(60)])] == [10]


def test_credit_never_pays_for_somebody_else() -> None:
    stranger = Debt(new_id(), (OWNER[0], new_id(), "USD"), DAY, 10)
    assert settle([purse(10)], [], [stranger], []) == []
