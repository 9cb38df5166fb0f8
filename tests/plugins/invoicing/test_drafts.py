"""Drafts: written, changed, discarded, issued."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from bezant.sdk.db import session
from bezant.sdk.values import Conflict, Invalid, NotFound, Stale
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import DraftEdit, LineEdit, NewInvoice, NewLine
from bezant_invoicing.models import InvoiceLine
from bezant_ledger import services as ledger

from .conftest import FEB, World
from .test_issue import issue, taxed

pytestmark = pytest.mark.plugins("invoicing")


def new(world: World, *prices: str, **other: Any) -> NewInvoice:
    lines = tuple(NewLine(description="Work", unit_price=Decimal(price), quantity=Decimal(2)) for price in prices)
    return NewInvoice(account_id=world.account.id, lines=lines, **other)


def test_a_draft_has_totals_but_no_number_and_owes_nothing(world: World, hooks: Any) -> None:
    with hooks(bezant_quote_taxes=taxed):
        draft = invoicing.load_invoice(invoicing.create_draft(new(world, "10.50", "0.005")))
    assert (draft.state, draft.number, draft.subtotal_minor, draft.total_minor) == ("draft", "", 2101, 2521)
    assert (draft.issued_on, draft.due_on) == (FEB, date(2013, 3, 3))
    assert ledger.open_items() == []


def test_finalizing_makes_the_draft_an_invoice_of_the_same_id(world: World) -> None:
    draft_id = invoicing.create_draft(new(world, "10", purchase_order="PO 45"))
    issued = invoicing.finalize_invoice(draft_id)
    stored = invoicing.load_invoice(draft_id)
    assert (stored.number, stored.state, stored.purchase_order) == (issued.number, "open", "PO 45")
    assert session.scalar(select(func.count()).select_from(InvoiceLine)) == 1


def test_a_final_invoice_cannot_be_finalized_changed_or_discarded(world: World) -> None:
    issued = issue(world, 100)
    for deed in (
        lambda: invoicing.finalize_invoice(issued.id),
        lambda: invoicing.edit_draft(issued.id, DraftEdit(notes="x")),
        lambda: invoicing.edit_draft_line(issued.id, issued.lines[0].draft.id, LineEdit(quantity=Decimal(3))),
        lambda: invoicing.discard_draft(issued.id),
    ):
        with pytest.raises(Conflict, match="is final"):
            deed()
    assert invoicing.load_invoice(issued.id).total_minor == 100


def test_an_edit_is_priced_anew_and_raises_the_version(world: World) -> None:
    draft_id = invoicing.create_draft(new(world, "10"))
    edit = DraftEdit(notes="Thank you", lines=(NewLine(description="More", unit_price=Decimal(7)),), issued_on=date(2013, 2, 10))
    invoicing.edit_draft(draft_id, edit, version=1)
    draft = invoicing.load_invoice(draft_id)
    assert (draft.total_minor, draft.notes, draft.version, draft.due_on) == (700, "Thank you", 2, date(2013, 3, 12))
    with pytest.raises(Stale):
        invoicing.edit_draft(draft_id, DraftEdit(notes="Mine"), version=1)


def test_typing_over_a_line_keeps_its_computed_price(world: World) -> None:
    draft_id = invoicing.create_draft(new(world, "10"))
    line_id = invoicing.load_invoice(draft_id).lines[0].draft.id
    invoicing.edit_draft_line(draft_id, line_id, LineEdit(quantity=Decimal(3)))
    (line,) = invoicing.load_invoice(draft_id).lines
    assert (line.draft.amount_minor, line.draft.fixed) == (3000, True)


def test_a_discarded_draft_leaves_no_gap(world: World) -> None:
    draft_id = invoicing.create_draft(new(world, "10"))
    invoicing.discard_draft(draft_id)
    with pytest.raises(NotFound):
        invoicing.load_invoice(draft_id)
    assert issue(world, 1).number == "PNY-2013-000001"


def test_drafts_written_again_replace_themselves(world: World) -> None:
    first = world.draft(1000)
    invoicing.save_drafts([first])
    invoicing.save_drafts([world.draft(700, id=first.id)])
    assert invoicing.load_invoice(first.id).total_minor == 700
    page = invoicing.finalize_invoices([first.id])
    assert page.invoices[0].total_minor == 700


def test_typed_lines_are_checked(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        invoicing.create_draft(new(world, "-1"))
    assert [p.field for p in refused.value.problems] == ["lines.0.unit_price"]
    with pytest.raises(NotFound):
        invoicing.create_draft(NewInvoice(account_id=world.entity.id, lines=new(world, "1").lines))


def test_a_pending_charge_can_be_taken_back_until_it_is_billed(world: World) -> None:
    from bezant_invoicing.contracts import NewPendingCharge

    line = NewLine(description="Key card", unit_price=Decimal(5))
    gone = invoicing.add_pending_charge(NewPendingCharge(account_id=world.account.id, line=line))
    invoicing.cancel_pending_charge(gone)
    billed = invoicing.add_pending_charge(NewPendingCharge(account_id=world.account.id, line=line))
    assert issue(world, 100).total_minor == 600
    with pytest.raises(Conflict, match="on an invoice already"):
        invoicing.cancel_pending_charge(billed)
