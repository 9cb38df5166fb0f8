"""Documents as rows: the shape in which bulk inserts take them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from bezant.sdk.values import SourceRef
from bezant_invoicing.contracts import DraftInvoice, IssuedCreditNote, IssuedInvoice, IssuedLine
from bezant_invoicing.domain.discounts import as_decimal

Row = dict[str, Any]


def invoice_row(
    invoice: IssuedInvoice,
    draft: DraftInvoice,
    *,
    at: datetime,
    finalized_at: datetime | None,
    parties: tuple[UUID, UUID] | None,
    version: int,
) -> Row:
    """The invoice's own row; ``at`` is the system's time, ``parties`` are the ids of seller and buyer, none for a draft."""
    seller, buyer = parties or (None, None)
    return {
        "id": invoice.id,
        "number": invoice.number or None,
        "account_id": invoice.account_id,
        "payer_id": invoice.payer_id,
        "legal_entity_id": invoice.legal_entity_id,
        "currency": invoice.currency,
        "issued_on": invoice.issued_on,
        "due_on": invoice.due_on,
        "subtotal_minor": invoice.subtotal_minor,
        "discount_minor": invoice.discount_minor,
        "tax_minor": invoice.tax_minor,
        "tax_included_minor": invoice.tax_included_minor,
        "total_minor": invoice.total_minor,
        "credited_minor": invoice.credited_minor,
        "open_item_id": invoice.open_item_id if finalized_at else None,
        **_source(invoice.source),
        "purchase_order": draft.purchase_order,
        "notes": draft.notes,
        "seller_id": seller,
        "buyer_id": buyer,
        "with_pending_charges": draft.with_pending_charges,
        "due_fixed": draft.due_on is not None,
        "finalized_at": finalized_at,
        "closed_as": "",
        "version": version,
        "created_at": at,
        "updated_at": at,
    }


def line_rows(invoice: IssuedInvoice) -> list[Row]:
    """The lines of an invoice in order."""
    return [_line_row(invoice.id, position, line) for position, line in enumerate(invoice.lines)]


def _line_row(invoice_id: UUID, position: int, line: IssuedLine) -> Row:
    draft = line.draft
    return {
        "id": draft.id,
        "invoice_id": invoice_id,
        "position": position,
        "kind": draft.kind,
        "description": draft.description,
        "quantity": draft.quantity,
        "unit_price": draft.unit_price,
        "amount_exact": draft.amount_exact,
        "amount_minor": draft.amount_minor,
        "discount_minor": line.discount_minor,
        "discount_exact": line.discount_exact,
        "tax_minor": line.tax_minor,
        "tax_included_minor": line.tax_included_minor,
        "charge_code": draft.charge_code,
        "plan_code": draft.plan_code,
        "metric_code": draft.metric_code,
        "subscription_id": draft.subscription_id,
        "charge_key": draft.charge_key,
        "price_key": draft.price_key,
        "service_from": draft.service_from,
        "service_to": draft.service_to,
        "period_from": draft.period_from,
        "period_to": draft.period_to,
        "days_used": draft.days_used,
        "days_period": draft.days_period,
        "tax_category": draft.tax_category,
        "income_account": line.accounts.income,
        "discounts_account": line.accounts.discounts,
        "explanation": draft.explanation,
        "discountable": draft.discountable,
        "fixed": draft.fixed,
    }


def discount_rows(invoice: IssuedInvoice) -> list[Row]:
    """What lowered an invoice, one row a source."""
    return [
        {
            "id": one.id,
            "invoice_id": invoice.id,
            "position": position,
            "source_type": one.discount.source.type,
            "source_id": one.discount.source.id,
            "code": one.discount.code,
            "label": one.discount.label,
            "amount_minor": one.amount_minor,
        }
        for position, one in enumerate(invoice.discounts)
    ]


def line_discount_rows(invoice: IssuedInvoice) -> list[Row]:
    """The parts of discounts on lines; lines that took nothing have none."""
    return [
        {
            "line_id": line.draft.id,
            "discount_id": one.id,
            "invoice_id": invoice.id,
            "amount_minor": amount,
            "amount_exact": as_decimal(exact),
        }
        for one in invoice.discounts
        for line, amount, exact in zip(invoice.lines, one.discount.amounts, one.discount.exact, strict=True)
        if amount or exact
    ]


def tax_rows(invoice: IssuedInvoice) -> list[Row]:
    """The rates of an invoice."""
    return [
        {
            "id": tax.id,
            "invoice_id": invoice.id,
            "position": position,
            "code": tax.rate.code,
            "label": tax.rate.label,
            "percent": tax.rate.percent,
            "inclusive": tax.rate.inclusive,
            "category": tax.rate.category,
            "reason": tax.rate.reason,
            "base_minor": tax.base_minor,
            "tax_minor": tax.tax_minor,
        }
        for position, tax in enumerate(invoice.taxes)
    ]


def line_tax_rows(invoice: IssuedInvoice) -> list[Row]:
    """The parts of rates on lines."""
    lines = invoice.lines
    return [
        {"line_id": lines[index].draft.id, "tax_id": tax.id, "invoice_id": invoice.id, "tax_minor": part}
        for tax in invoice.taxes
        for index, part in zip(tax.lines, tax.shares, strict=True)
    ]


def credit_note_row(note: IssuedCreditNote, *, finalized_at: datetime, parties: tuple[UUID, UUID]) -> Row:
    """The credit note's own row."""
    return {
        "id": note.id,
        "number": note.number,
        "invoice_id": note.invoice_id,
        "account_id": note.account_id,
        "payer_id": note.payer_id,
        "legal_entity_id": note.legal_entity_id,
        "currency": note.currency,
        "issued_on": note.issued_on,
        "kind": note.kind,
        "reason": note.reason,
        "subtotal_minor": note.subtotal_minor,
        "discount_minor": note.discount_minor,
        "tax_minor": note.tax_minor,
        "tax_included_minor": note.tax_included_minor,
        "total_minor": note.total_minor,
        "credit_item_id": note.credit_item_id,
        **_source(note.source),
        "seller_id": parties[0],
        "buyer_id": parties[1],
        "finalized_at": finalized_at,
    }


def credit_line_rows(note: IssuedCreditNote) -> list[Row]:
    """What a credit note gives back, line by line."""
    return [
        {
            "id": line.id,
            "credit_note_id": note.id,
            "position": position,
            "line_id": line.draft.line_id,
            "kind": line.draft.kind,
            "description": line.draft.description,
            "from_on": line.draft.from_on,
            "to_on": line.draft.to_on,
            "amount_minor": line.draft.amount_minor,
            "discount_minor": line.discount_minor,
            "tax_included_minor": line.tax_included_minor,
        }
        for position, line in enumerate(note.lines)
    ]


def credit_tax_rows(note: IssuedCreditNote) -> list[Row]:
    """Tax given back, rate by rate."""
    return [{"credit_note_id": note.id, "tax_id": t.tax_id, "base_minor": t.base_minor, "tax_minor": t.tax_minor} for t in note.taxes]


def flat(rows: Iterable[list[Row]]) -> list[Row]:
    """The rows of a page in one list."""
    return [row for of_one in rows for row in of_one]


def _source(source: SourceRef | None) -> Row:
    if source is None:
        return {"source_type": None, "source_id": None, "source_number": None}
    return {"source_type": source.type, "source_id": source.id, "source_number": source.number}
