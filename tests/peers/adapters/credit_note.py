"""Credit notes: what parts of an invoice's lines give back, with their tax; or a timeline in which some are issued."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from bezant_invoicing.contracts import CreditLine, DraftCreditNote, IssuedCreditNote
from bezant_invoicing.domain.credits import CreditableInvoice, compute_credit_note, creditable

from . import Answer, Given, _lago
from ._documents import make_document

PLUGINS = _lago.PLUGINS
DAY = date(2024, 1, 1)


def is_stored(given: Given) -> bool:
    """Whether a case has a timeline."""
    return "timeline" in given


def answer(given: Given, asked: Any) -> Answer:
    """One line credited in part, perhaps after others; or notes in order over several lines."""
    if is_stored(given):
        return _lago.answer(given, asked)
    amounts = given.get("invoice_line_amounts_minor") or [given["invoice_line_minor"]]
    coupons = given.get("coupons_in_order_applied") or ()
    lines = [{"amount_minor": minor, "taxes": ["tax"]} for minor in amounts]
    invoice = make_document(lines, given["currency"], {"tax": given.get("tax_rate_percent") or "0"}, coupons).invoice
    book = creditable(invoice)
    if "credit_notes_in_order" in given:
        notes = [_credit(book, [(part["line"], part["amount_minor"]) for part in note]) for note in given["credit_notes_in_order"]]
        return {
            "invoice_tax_minor": invoice.tax_minor,
            "invoice_total_minor": invoice.total_minor,
            "credit_notes": list(map(_figures, notes)),
        }
    if given.get("previously_credited_minor"):
        _credit(book, [(1, given["previously_credited_minor"])])
    return _figures(_credit(book, [(1, given["credited_minor"])]))


def _credit(book: CreditableInvoice, parts: Sequence[tuple[int, int]]) -> IssuedCreditNote:
    """A credit note over lines by their place, from 1."""
    ids = list(book.lines)
    lines = tuple(CreditLine(line_id=ids[place - 1], amount_minor=minor, kind="goodwill") for place, minor in parts)
    return compute_credit_note(DraftCreditNote(id=uuid4(), invoice_id=book.id, issued_on=DAY, lines=lines), book)


def _figures(note: IssuedCreditNote) -> Answer:
    net = note.total_minor - note.tax_minor
    return {"subtotal_minor": net, "coupon_minor": note.discount_minor, "tax_minor": note.tax_minor, "total_minor": note.total_minor}
