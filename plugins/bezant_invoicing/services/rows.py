"""Documents as rows: the shape in which bulk inserts take them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bezant.sdk.db import Columns
from bezant.sdk.values import SourceRef
from bezant_invoicing.contracts import DraftInvoice, DraftLine, IssuedCreditNote, IssuedInvoice
from bezant_invoicing.domain.discounts import as_decimal

Row = dict[str, Any]
Pair = tuple[IssuedInvoice, DraftInvoice]
_NOBODY = (None, None)

_INVOICE_PARTS = (
    "legal_entity_id", "currency", "issued_on", "due_on", "subtotal_minor", "discount_minor", "tax_minor", "tax_included_minor",
    "total_minor", "credited_minor",
)  # fmt: skip
_DRAFT_PARTS = ("purchase_order", "notes", "with_pending_charges")
_LINE_DRAFT_PARTS = tuple(name for name in DraftLine.__dataclass_fields__ if name not in ("id", "subscription_id"))
_LINE_PARTS = ("discount_minor", "discount_exact", "tax_minor", "tax_included_minor")
_RATE_PARTS = ("code", "label", "percent", "inclusive", "category", "reason")
"""Columns that are called like the fields that they hold."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Invoices with their drafts; ``shown`` are those whose values stand for all: one where they are alike, else all."""

    members: Sequence[Pair]
    shown: Sequence[Pair]


def kinds(invoices: Sequence[IssuedInvoice], drafts: Sequence[DraftInvoice]) -> list[Kind]:
    """The invoices of a page with their drafts: those that are alike together, all others as one kind."""
    alike: dict[int, list[Pair]] = {}
    for pair in zip(invoices, drafts, strict=True):
        alike.setdefault(0 if pair[0].pattern is None else id(pair[0].pattern), []).append(pair)
    return [Kind(pairs, pairs[:1] if key else pairs) for key, pairs in alike.items()]


def invoice_columns(
    kind: Kind,
    at: datetime,
    finalized_at: datetime | None,
    parties: Mapping[UUID, tuple[UUID, UUID]],
    versions: Mapping[UUID, int],
) -> Columns:
    """The invoices' own rows; ``at`` is when they were written, ``parties`` are the ids of seller and buyer, none for a draft."""
    invoices, shown = [invoice for invoice, _ in kind.members], [invoice for invoice, _ in kind.shown]
    both = [parties.get(invoice.id, _NOBODY) for invoice in invoices]
    return Columns(
        len(invoices),
        {
            "id": [invoice.id for invoice in invoices],
            "number": [invoice.number or None for invoice in invoices],
            "account_id": [invoice.account_id for invoice in invoices],
            "payer_id": [invoice.payer_id for invoice in invoices],
            "open_item_id": [invoice.open_item_id if finalized_at else None for invoice in invoices],
            "seller_id": [seller for seller, _ in both],
            "buyer_id": [buyer for _, buyer in both],
            "version": [versions.get(invoice.id, 1) for invoice in invoices],
            **_parts(shown, _INVOICE_PARTS),
            **_sources([invoice.source for invoice in shown]),
            **_parts([draft for _, draft in kind.shown], _DRAFT_PARTS),
            "due_fixed": [draft.due_on is not None for _, draft in kind.shown],
            "finalized_at": (finalized_at,),
            "closed_as": ("",),
            "created_at": (at,),
            "updated_at": (at,),
        },
    )


def line_columns(kind: Kind) -> Columns:
    """The lines of invoices, each invoice's in order."""
    lines = [(invoice.id, line.draft) for invoice, _ in kind.members for line in invoice.lines]
    shown = [line for invoice, _ in kind.shown for line in invoice.lines]
    return Columns(
        len(lines),
        {
            "id": [line.id for _, line in lines],
            "invoice_id": [invoice_id for invoice_id, _ in lines],
            "subscription_id": [line.subscription_id for _, line in lines],
            "position": [position for invoice, _ in kind.shown for position in range(len(invoice.lines))],
            **_parts([line.draft for line in shown], _LINE_DRAFT_PARTS),
            **_parts(shown, _LINE_PARTS),
            "income_account": [line.accounts.income for line in shown],
            "discounts_account": [line.accounts.discounts for line in shown],
        },
    )


def tax_columns(kind: Kind) -> Columns:
    """The rates of invoices, each invoice's in order."""
    taxes = [(invoice.id, tax.id) for invoice, _ in kind.members for tax in invoice.taxes]
    shown = [tax for invoice, _ in kind.shown for tax in invoice.taxes]
    return Columns(
        len(taxes),
        {
            "id": [tax_id for _, tax_id in taxes],
            "invoice_id": [invoice_id for invoice_id, _ in taxes],
            "position": [position for invoice, _ in kind.shown for position in range(len(invoice.taxes))],
            **_parts([tax.rate for tax in shown], _RATE_PARTS),
            **_parts(shown, ("base_minor", "tax_minor")),
        },
    )


def line_tax_columns(kind: Kind) -> Columns:
    """The parts of rates on lines."""
    parts = [(invoice, tax.id, index) for invoice, _ in kind.members for tax in invoice.taxes for index in tax.lines]
    return Columns(
        len(parts),
        {
            "line_id": [invoice.lines[index].draft.id for invoice, _, index in parts],
            "tax_id": [tax_id for _, tax_id, _ in parts],
            "invoice_id": [invoice.id for invoice, _, _ in parts],
            "tax_minor": [share for invoice, _ in kind.shown for tax in invoice.taxes for share in tax.shares],
        },
    )


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


def _parts(values: Sequence[object], names: Iterable[str]) -> dict[str, list[Any]]:
    return {name: [getattr(value, name) for value in values] for name in names}


def _sources(sources: Sequence[SourceRef | None]) -> dict[str, list[Any]]:
    rows = [_source(source) for source in sources]
    return {name: [row[name] for row in rows] for name in _source(None)}


def _source(source: SourceRef | None) -> Row:
    if source is None:
        return {"source_type": None, "source_id": None, "source_number": None}
    return {"source_type": source.type, "source_id": source.id, "source_number": source.number}
