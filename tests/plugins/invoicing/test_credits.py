"""Credit notes: what is given back, and that in the end it is exactly what was billed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.sdk.values import Invalid, new_id
from bezant_invoicing.contracts import CreditLine, DraftCreditNote, IssuedCreditNote, IssuedInvoice, TaxRate
from bezant_invoicing.domain.credits import CreditableInvoice, compute_credit_note, creditable, void_lines

from .builders import DAY, VAT, credit, invoice
from .test_totals import invoices


def credited(issued: IssuedInvoice, *notes: list[tuple[int, int]]) -> list[IssuedCreditNote]:
    """Credit notes one after the other, each a list of (line, amount)."""
    basis = creditable(issued)
    ids = [part.draft.id for part in issued.lines]
    return [compute_credit_note(credit(basis, *((ids[i], amount) for i, amount in note)), basis) for note in notes]


def test_tax_is_rounded_once_per_note() -> None:
    (note,) = credited(invoice([20000], rates=[(TaxRate("vat", "VAT", Decimal(25)),)]), [(0, 19333)])
    assert (note.subtotal_minor, note.tax_minor, note.total_minor) == (19333, 4833, 24166)


def test_the_note_that_exhausts_a_rate_takes_its_rest() -> None:
    issued = invoice([6833] * 4, rates=[(VAT,)] * 4)
    notes = credited(issued, [(0, 6833)], [(1, 6833)], [(2, 6833)], [(3, 1367)], [(3, 2233)], [(3, 3233)])
    assert [note.tax_minor for note in notes] == [1367, 1367, 1367, 273, 447, 645]
    assert sum(note.total_minor for note in notes) == issued.total_minor


def test_the_discount_of_a_line_is_taken_back_with_it() -> None:
    (note,) = credited(invoice([10000], rates=[(VAT,)], discounted=1000), [(0, 5000)])
    assert (note.subtotal_minor, note.discount_minor, note.tax_minor, note.total_minor) == (5000, 500, 900, 5400)


def test_no_more_can_be_credited_than_is_left() -> None:
    basis = creditable(invoice([1000]))
    line_id = next(iter(basis.lines))
    compute_credit_note(credit(basis, (line_id, 600)), basis)
    with pytest.raises(Invalid) as refused:
        compute_credit_note(credit(basis, (line_id, 300), (line_id, 200)), basis)
    assert [(p.field, p.code) for p in refused.value.problems] == [
        ("lines.0.amount", "more_than_left"),
        ("lines.1.amount", "more_than_left"),
    ]
    assert basis.lines[line_id].left_minor == 400


@pytest.mark.parametrize("amount", [0, -5])
def test_a_credit_is_above_zero(amount: int) -> None:
    basis = creditable(invoice([1000]))
    with pytest.raises(Invalid, match="above zero"):
        compute_credit_note(credit(basis, (next(iter(basis.lines)), amount)), basis)


def test_lines_of_other_invoices_and_empty_notes_are_refused() -> None:
    basis = creditable(invoice([1000]))
    with pytest.raises(Invalid, match="no such line"):
        compute_credit_note(credit(basis, (new_id(), 5)), basis)
    with pytest.raises(Invalid, match="at least one line"):
        compute_credit_note(credit(basis), basis)


@st.composite
def credit_sequences(draw: st.DrawFn) -> tuple[IssuedInvoice, list[list[tuple[int, int]]]]:
    """An invoice and notes that credit it in any order and parts, down to nothing."""
    issued = draw(invoices())
    left = {i: part.draft.amount_minor for i, part in enumerate(issued.lines) if part.draft.amount_minor}
    notes = []
    while left:
        chosen = draw(st.lists(st.sampled_from(sorted(left)), min_size=1, max_size=3, unique=True))
        note = []
        for i in chosen:
            amount = left[i] if len(notes) > 5 else draw(st.integers(1, left[i]))
            note.append((i, amount))
            left[i] -= amount
        left = {i: rest for i, rest in left.items() if rest}
        notes.append(note)
    return issued, notes


@given(credit_sequences())
def test_a_full_credit_returns_exactly_what_was_billed_in_whatever_parts(case: tuple[IssuedInvoice, list[list[tuple[int, int]]]]) -> None:
    issued, wanted = case
    notes = credited(issued, *wanted)
    assert sum(note.subtotal_minor for note in notes) == issued.subtotal_minor
    assert sum(note.discount_minor for note in notes) == issued.discount_minor
    assert sum(note.tax_minor for note in notes) == (issued.tax_minor if notes else 0)
    assert sum(note.total_minor for note in notes) == issued.total_minor
    for tax in issued.taxes:
        given_back = [t for note in notes for t in note.taxes if t.tax_id == tax.id]
        assert sum(t.tax_minor for t in given_back) == tax.tax_minor
        assert sum(t.base_minor for t in given_back) == tax.base_minor


@given(credit_sequences())
def test_every_note_adds_up_and_no_rate_is_ever_overdrawn(case: tuple[IssuedInvoice, list[list[tuple[int, int]]]]) -> None:
    issued, wanted = case
    left = {tax.id: tax.tax_minor for tax in issued.taxes}
    for note in credited(issued, *wanted):
        assert note.total_minor == note.subtotal_minor - note.discount_minor + note.tax_minor - note.tax_included_minor >= 0
        assert all(0 <= part.discount_minor <= part.draft.amount_minor for part in note.lines)
        for tax in note.taxes:
            left[tax.tax_id] -= tax.tax_minor
            assert tax.tax_minor >= 0 <= left[tax.tax_id]


@given(invoices())
def test_a_void_takes_everything_back(issued: IssuedInvoice) -> None:
    basis: CreditableInvoice = creditable(issued)
    note = compute_credit_note(DraftCreditNote(id=new_id(), invoice_id=issued.id, issued_on=DAY, lines=void_lines(basis)), basis)
    assert note.kind == "void"
    assert (note.subtotal_minor, note.discount_minor, note.tax_minor, note.total_minor) == (
        issued.subtotal_minor,
        issued.discount_minor,
        issued.tax_minor,
        issued.total_minor,
    )


def test_goodwill_beside_a_correction_makes_a_correction() -> None:
    basis = creditable(invoice([1000, 1000]))
    first, second = basis.lines
    lines = (CreditLine(line_id=first, amount_minor=1, kind="goodwill"), CreditLine(line_id=second, amount_minor=1))
    note = compute_credit_note(DraftCreditNote(id=new_id(), invoice_id=basis.id, issued_on=DAY, lines=lines), basis)
    assert note.kind == "correction"
