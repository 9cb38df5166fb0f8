"""What happens after the commit: documents are rendered, payment is told."""

import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select, text

from bezant.sdk.db import session
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import InvoiceFinalized, InvoicePaid
from bezant_invoicing.models import DocumentFile

from .conftest import World
from .test_closing import credit
from .test_issue import issue, pay, taxed, ten_percent

pytestmark = pytest.mark.plugins("invoicing")

Drain = Callable[[], int]


def told() -> list[str]:
    """Types of the events of invoicing so far, oldest first."""
    return list(session.scalars(text("SELECT type FROM core_events WHERE type LIKE 'invoicing.%' ORDER BY id")))


def test_documents_are_rendered_by_a_job_and_kept_with_their_hash(world: World, drain: Drain) -> None:
    issued = issue(world, 1000)
    pay(world, issued)
    note = credit(issued, 100)
    drain()
    kept = invoicing.file_of(issued.id)
    assert kept is not None
    content = invoicing.invoice_pdf(issued.id)
    assert (hashlib.sha256(content).hexdigest(), len(content)) == (kept.sha256, kept.size)
    assert invoicing.file_of(note.id) is not None
    drain()
    assert session.scalar(select(func.count()).select_from(DocumentFile)) == 2


@pytest.mark.settings({"invoicing.render_documents": "when_asked", "theme.name": "ledgerbook"})
def test_documents_may_be_rendered_when_somebody_asks_in_the_theme_of_the_deployment(world: World, drain: Drain) -> None:
    issued = issue(world, 1000)
    drain()
    assert invoicing.file_of(issued.id) is None
    made = invoicing.invoice_pdf(issued.id)
    assert made == invoicing.invoice_pdf(issued.id)
    assert invoicing.file_of(issued.id) is not None
    drawn = PdfReader(io.BytesIO(made)).pages[0].get_contents()
    assert drawn is not None
    assert b"0.121569 0.239216 0.180392 rg" in drawn.get_data(), "the bottle green of that theme"


def test_a_draft_is_printed_as_one_and_not_kept(world: World) -> None:
    draft = world.draft(1000)
    invoicing.save_drafts([draft])
    assert invoicing.invoice_pdf(draft.id).startswith(b"%PDF-")
    assert invoicing.file_of(draft.id) is None


def test_an_invoice_is_told_to_be_paid_when_its_open_item_is_settled(world: World, drain: Drain) -> None:
    pay(world, issue(world, 1000))
    drain()
    assert told() == [InvoiceFinalized.type, InvoicePaid.type]


def test_a_voided_invoice_is_not_told_to_be_paid(world: World, drain: Drain) -> None:
    invoicing.void_invoice(issue(world, 1000).id)
    drain()
    assert InvoicePaid.type not in told()


def test_an_invoice_of_zero_is_told_to_be_paid_at_once(world: World) -> None:
    issue(world, 0)
    assert told() == [InvoiceFinalized.type, InvoicePaid.type]


def test_the_document_says_what_was_issued(world: World, hooks: Any) -> None:
    with hooks(bezant_quote_taxes=taxed, bezant_discount_invoices=ten_percent):
        issued = issue(world, 123456)
    printed = PdfReader(io.BytesIO(invoicing.invoice_pdf(issued.id))).pages[0].extract_text()
    for words in (
        "PNY-2013-000001",
        "Port of New York (demo)",
        "Hawaiian Airlines Inc.",
        "1,234.56",
        "Ten percent",
        "VAT 20 %",
        "1,333.33",
    ):
        assert words in printed, words
