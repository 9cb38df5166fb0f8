"""Credit set off when documents are issued: planned beforehand, so that previews show it, and allocated in the ledger afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from bezant.sdk.services import setting
from bezant.sdk.values import new_id
from bezant_invoicing.contracts import IssuedCreditNote, IssuedInvoice
from bezant_invoicing.domain.credits import CreditableInvoice
from bezant_invoicing.domain.settlement import Debt, Payment, Purse, settle
from bezant_ledger import services as ledger
from bezant_ledger.contracts import CUSTOMER_CREDIT, NewAllocation, OpenItemInfo


@dataclass(frozen=True, slots=True)
class Settlement:
    """A page with the ids of its open items and what credit pays of it."""

    invoices: list[IssuedInvoice]
    credit_notes: list[IssuedCreditNote]
    allocations: list[NewAllocation]


def plan_settlement(
    invoices: Sequence[IssuedInvoice], notes: Sequence[IssuedCreditNote], corrected: dict[UUID, CreditableInvoice]
) -> Settlement:
    """Gives every document with an amount its open item's id, and sets credit off. Two queries at most; writes nothing."""
    invoices = [replace(invoice, open_item_id=new_id()) if invoice.total_minor else invoice for invoice in invoices]
    notes = [replace(note, credit_item_id=new_id()) if note.total_minor and note.kind != "void" else note for note in notes]
    purses = [_purse(note, corrected[note.invoice_id].open_item_id) for note in notes if note.credit_item_id]
    debts = [_debt(invoice) for invoice in invoices if invoice.open_item_id]
    days = {item: document.issued_on for document in invoices if (item := document.open_item_id)}
    days |= {item: note.issued_on for note in notes if (item := note.credit_item_id)}
    old_credits = _credits(invoices) if debts else []
    old_debts = _debts(notes) if purses and setting("invoicing.credit_application") == "open_items" else []
    days |= {item.id: item.posted_on for item in (*old_credits, *old_debts)}
    payments = settle(purses, [Purse(i.id, _owner(i), i.residual_minor) for i in old_credits], debts, [_old_debt(i) for i in old_debts])
    paid = _sum(payments)
    return Settlement(
        [replace(invoice, credited_minor=paid.get(invoice.open_item_id, 0)) if paid else invoice for invoice in invoices],
        notes,
        [_allocation(payment, days) for payment in payments],
    )


def _purse(note: IssuedCreditNote, corrects: UUID | None) -> Purse:
    if note.credit_item_id is None:
        raise ValueError(f"credit note {note.id} makes no credit")
    return Purse(note.credit_item_id, _owner(note), note.total_minor, corrects)


def _debt(invoice: IssuedInvoice) -> Debt:
    if invoice.open_item_id is None:
        raise ValueError(f"invoice {invoice.id} opens no item")
    return Debt(invoice.open_item_id, _owner(invoice), invoice.due_on, invoice.total_minor)


def _old_debt(item: OpenItemInfo) -> Debt:
    return Debt(item.id, _owner(item), item.due_on or item.posted_on, item.residual_minor)


def _owner(document: IssuedInvoice | IssuedCreditNote | OpenItemInfo) -> tuple[UUID, UUID, str]:
    return document.legal_entity_id, document.payer_id, document.currency


def _credits(invoices: Sequence[IssuedInvoice]) -> list[OpenItemInfo]:
    """Credit that waits for an invoice, oldest first."""
    items = ledger.open_items(payer_ids={invoice.payer_id for invoice in invoices}, kind="credit")
    return [item for item in items if item.ledger_account == CUSTOMER_CREDIT]


def _debts(notes: Sequence[IssuedCreditNote]) -> list[OpenItemInfo]:
    return ledger.open_items(payer_ids={note.payer_id for note in notes}, kind="receivable")


def _sum(payments: Sequence[Payment]) -> dict[UUID | None, int]:
    paid: dict[UUID | None, int] = {}
    for payment in payments:
        paid[payment.item_id] = paid.get(payment.item_id, 0) + payment.amount_minor
    return paid


def _allocation(payment: Payment, days: dict[UUID, date]) -> NewAllocation:
    """Dated the day on which both sides were there."""
    on = max(days[payment.credit_item_id], days[payment.item_id])
    return NewAllocation(payment.credit_item_id, payment.item_id, payment.amount_minor, on)
