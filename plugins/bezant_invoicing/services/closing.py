"""Invoices that are not to be paid: voided by a credit note, or written off as uncollectible. And credit notes, issued and taken back."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select, update

from bezant.sdk.db import ids_in, in_scope, selectable, session
from bezant.sdk.events import post_events
from bezant.sdk.hooks import each
from bezant.sdk.services import audit, now, setting, use_case
from bezant.sdk.values import Conflict, NotFound, format_plain, new_id
from bezant_invoicing.contracts import (
    CREDIT_NOTE,
    INVOICE,
    CreditNoteInfo,
    CreditNoteVoided,
    DraftCreditNote,
    InvoiceMarkedUncollectible,
    InvoiceVoided,
    IssuedCreditNote,
    VoidedInvoice,
    bezant_record_voided,
)
from bezant_invoicing.domain.credits import CreditableInvoice, check_by_hand, void_lines
from bezant_invoicing.domain.entries import void_credit_entry, write_off_entry
from bezant_invoicing.models import CreditLineRow, CreditNote, Invoice
from bezant_invoicing.services.credits import as_issued, load_creditable
from bezant_invoicing.services.days import today_for
from bezant_invoicing.services.issue import price_page, write_page
from bezant_invoicing.services.loading import load_credit_note
from bezant_invoicing.services.pending import release_billed
from bezant_ledger import services as ledger
from bezant_ledger.contracts import ALLOCATIONS, CUSTOMER_CREDIT, OpenItemInfo

_invoice, _note = Invoice.__table__.c, CreditNote.__table__.c


@use_case("invoicing.credit_note.create")
def issue_credit_note(draft: DraftCreditNote) -> IssuedCreditNote:
    """Issues a credit note by hand against an invoice: goodwill, or a correction of a line that no biller keeps track of.

    Raises ``Invalid``, ``NotFound``, and ``Conflict`` for a draft.
    """
    check_by_hand(draft, _load(draft.invoice_id))
    note = _issue(draft)
    audit("invoicing.credit_note.finalized", CREDIT_NOTE, note.id, {"number": note.number, "invoice": str(note.invoice_id)})
    return note


@use_case("invoicing.invoice.void")
def void_invoice(invoice_id: UUID, reason: str = "", on: date | None = None) -> IssuedCreditNote:
    """Voids an invoice by a credit note over all of it; what it covered is to be billed again, and credit that it used is returned.

    Refused (``Conflict``) while money is allocated to it or another credit note corrects it.
    """
    invoice = _load(invoice_id)
    day = on or max(invoice.issued_on, today_for(invoice.legal_entity_id))
    _check_standing(invoice)
    returned = _return_credit(invoice, day)
    _check_unpaid(invoice)
    note = _issue(DraftCreditNote(id=new_id(), invoice_id=invoice_id, issued_on=day, lines=void_lines(invoice), reason=reason))
    _close(invoice_id, "voided")
    release_billed([invoice_id])
    if setting("invoicing.credit_application") == "open_items":
        for credit in returned:
            ledger.allocate_oldest_first(credit, day=day)
    each(bezant_record_voided, (VoidedInvoice(invoice_id, invoice.account_id, note),))
    post_events([InvoiceVoided(invoice_id, invoice.account_id, invoice.number, note.id)])
    audit("invoicing.invoice.voided", INVOICE, invoice_id, {"number": invoice.number, "credit_note": note.number})
    return note


@use_case("invoicing.invoice.write_off")
def mark_uncollectible(invoice_id: UUID, on: date | None = None) -> int:
    """Writes off what is left of an invoice; the amount. Raises ``Conflict`` where nothing is left or it is closed already."""
    invoice = _load(invoice_id)
    item = _open_item(invoice)
    if invoice.closed_as or item is None or item.residual_minor == 0:
        raise Conflict(f"Nothing is left of invoice {invoice.number} that could be written off.", code="nothing_open")
    ledger.post([write_off_entry(invoice, item.residual_minor, on or today_for(invoice.legal_entity_id))])
    _close(invoice_id, "uncollectible")
    post_events([InvoiceMarkedUncollectible(invoice_id, invoice.account_id, invoice.number, invoice.currency, item.residual_minor)])
    audit("invoicing.invoice.written_off", INVOICE, invoice_id, {"number": invoice.number, "amount_minor": item.residual_minor})
    return item.residual_minor


@use_case("invoicing.invoice.write_off")
def undo_write_off(invoice_id: UUID, on: date | None = None) -> int:
    """Takes a write-off back: what was given up is owed again; the amount. Raises ``Conflict`` where there is none."""
    invoice = _load(invoice_id)
    if invoice.closed_as != "uncollectible":
        raise Conflict(f"Invoice {invoice.number} is not written off.", code="not_written_off")
    amount = written_off(invoice.open_item_id) if invoice.open_item_id else 0
    ledger.post([write_off_entry(invoice, -amount, on or today_for(invoice.legal_entity_id))])
    _close(invoice_id, "")
    audit("invoicing.invoice.write_off_undone", INVOICE, invoice_id, {"number": invoice.number, "amount_minor": amount})
    return amount


@use_case("invoicing.credit_note.void")
def void_credit_note(note_id: UUID, on: date | None = None) -> None:
    """Takes an unused credit note back. Refused (``Conflict``) once any of its credit was used, for one that voids an invoice, for one that
    a biller made (it has noted what it gave back), and for one after which more of the same line was given back."""
    head = session.execute(select(_note.invoice_id, _note.voided_at).where(_note.id == note_id, in_scope(CreditNote))).one_or_none()
    if head is None:
        raise NotFound("There is no such credit note.")
    invoice = load_creditable([head.invoice_id], lock=True)[head.invoice_id]
    note = load_credit_note(note_id)
    _check_unused(note, head.voided_at is not None)
    _check_last(note)
    entry = void_credit_entry(as_issued(note), invoice, on or today_for(invoice.legal_entity_id))
    if entry is not None:
        ledger.post([entry])
    session.execute(update(CreditNote).where(_note.id == note_id).values(voided_at=now()))
    post_events([CreditNoteVoided(note_id, note.account_id, note.invoice_id, note.number)])
    audit("invoicing.credit_note.voided", CREDIT_NOTE, note_id, {"number": note.number})


def written_off(open_item_id: UUID) -> int:
    """What was taken from an open item without paying it: the sum of its write-offs and their undoing."""
    table = selectable(ALLOCATIONS)
    statement = select(func.sum(table.c.amount_minor)).where(table.c.item_id == open_item_id, table.c.credit_item_id.is_(None))
    return int(session.scalar(statement) or 0)


def _issue(draft: DraftCreditNote) -> IssuedCreditNote:
    return write_page(price_page((), (draft,), lock=True)).credit_notes[0]


def _load(invoice_id: UUID) -> CreditableInvoice:
    return load_creditable([invoice_id], lock=True)[invoice_id]


def _open_item(invoice: CreditableInvoice) -> OpenItemInfo | None:
    if invoice.open_item_id is None:
        return None
    items = ledger.open_items(item_ids=[invoice.open_item_id], include_settled=True)
    return items[0] if items else None


def _return_credit(invoice: CreditableInvoice, day: date) -> list[UUID]:
    """Takes back what credit paid of an invoice; the credits. Money stays where it is."""
    if invoice.open_item_id is None:
        return []
    used = {one.credit_item_id for one in ledger.load_allocations([invoice.open_item_id]) if one.credit_item_id is not None}
    credits = ledger.open_items(item_ids=used, include_settled=True) if used else []
    found = [credit.id for credit in credits if credit.ledger_account == CUSTOMER_CREDIT]
    for credit in found:
        ledger.deallocate(credit, day, [invoice.open_item_id])
    return found


def _check_standing(invoice: CreditableInvoice) -> None:
    if invoice.closed_as:
        raise Conflict(f"Invoice {invoice.number} is {invoice.closed_as} already.", code=invoice.closed_as)
    if any(line.credited_minor for line in invoice.lines.values()):
        raise Conflict(f"A credit note corrects invoice {invoice.number}: void the credit note first, or credit the rest.", code="credited")


def _check_unpaid(invoice: CreditableInvoice) -> None:
    item = _open_item(invoice)
    if item is not None and item.residual_minor != item.amount_minor:
        paid = f"{invoice.currency} {format_plain(item.amount_minor - item.residual_minor, invoice.currency)}"
        raise Conflict(
            f"{paid} is allocated to invoice {invoice.number}: take the allocation back first, or credit the invoice.", code="paid"
        )


def _check_unused(note: CreditNoteInfo, is_voided: bool) -> None:
    if is_voided:
        raise Conflict(f"Credit note {note.number} is voided already.", code="voided")
    if note.kind == "void":
        raise Conflict(f"Credit note {note.number} voids invoice {note.invoice_number}; a void is final.", code="void")
    if note.source is not None or any(line.from_on is not None for line in note.lines):
        message = f"Credit note {note.number} took back what is billed no more; change what is to be billed instead."
        raise Conflict(message, code="correction")
    used = note.total_minor - note.left_minor
    if used:
        amount = f"{note.currency} {format_plain(used, note.currency)}"
        raise Conflict(f"{amount} of credit note {note.number} is used: take the allocation back first.", code="used")


def _check_last(note: CreditNoteInfo) -> None:
    """What a later note gave back was capped by this one."""
    line = CreditLineRow.__table__.c
    same = ids_in(line.line_id, {one.line_id for one in note.lines}) & (_note.id > note.id) & _note.voided_at.is_(None)
    statement = select(_note.number).join_from(CreditNote.__table__, CreditLineRow.__table__).where(same).order_by(_note.id)
    later = session.scalars(statement.limit(1)).first()
    if later is not None:
        message = f"Credit note {later} gave back more of the same line since {note.number}: take that one back first."
        raise Conflict(message, code="credited_since")


def _close(invoice_id: UUID, closed_as: str) -> None:
    closed_at = now() if closed_as else None
    session.execute(update(Invoice).where(_invoice.id == invoice_id).values(closed_as=closed_as, closed_at=closed_at))
