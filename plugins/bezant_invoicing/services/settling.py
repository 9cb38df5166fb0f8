"""Credit set off when documents are issued: planned beforehand, so that previews show it, and allocated in the ledger afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from bezant.sdk.services import setting
from bezant_invoicing.contracts import IssuedCreditNote, IssuedInvoice
from bezant_invoicing.domain.credits import CreditableInvoice
from bezant_invoicing.domain.settlement import Debt, Payment, Purse, settle
from bezant_ledger import services as ledger
from bezant_ledger.contracts import CUSTOMER_CREDIT, NewAllocation, OpenItemInfo


@dataclass(frozen=True, slots=True)
class Settlement:
    """A page and what credit pays of it."""

    invoices: list[IssuedInvoice]
    credit_notes: list[IssuedCreditNote]
    allocations: list[NewAllocation]


def plan_settlement(
    invoices: list[IssuedInvoice], notes: list[IssuedCreditNote], corrected: Mapping[UUID, CreditableInvoice]
) -> Settlement:
    """Sets credit off. Two queries at most; writes nothing."""
    owing = [invoice for invoice in invoices if invoice.open_item_id]
    giving = [note for note in notes if note.credit_item_id]
    old_credits = _credits(owing) if owing else []
    if not giving and not old_credits:
        return Settlement(invoices, notes, [])
    old_debts = _debts(giving) if giving and setting("invoicing.credit_application") == "open_items" else []
    payments = settle(
        [purse for note in giving if (purse := _purse(note, corrected[note.invoice_id].open_item_id))],
        [Purse(item.id, _owner(item), item.residual_minor) for item in old_credits],
        [debt for invoice in owing if (debt := _debt(invoice))],
        [Debt(item.id, _owner(item), item.due_on or item.posted_on, item.residual_minor) for item in old_debts],
    )
    days = _days(owing, giving, [*old_credits, *old_debts])
    paid = _sum(payments)
    settled = [replace(invoice, credited_minor=paid[key]) if (key := invoice.open_item_id) in paid else invoice for invoice in invoices]
    return Settlement(settled, notes, [_allocation(payment, days) for payment in payments])


def _purse(note: IssuedCreditNote, corrects: UUID | None) -> Purse | None:
    return Purse(note.credit_item_id, _owner(note), note.total_minor, corrects) if note.credit_item_id else None


def _debt(invoice: IssuedInvoice) -> Debt | None:
    return Debt(invoice.open_item_id, _owner(invoice), invoice.due_on, invoice.total_minor) if invoice.open_item_id else None


def _days(invoices: Sequence[IssuedInvoice], notes: Sequence[IssuedCreditNote], items: Sequence[OpenItemInfo]) -> dict[UUID, date]:
    """The day from which on each item is there."""
    days = {item.id: item.posted_on for item in items}
    days |= {item: invoice.issued_on for invoice in invoices if (item := invoice.open_item_id)}
    return days | {item: note.issued_on for note in notes if (item := note.credit_item_id)}


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
