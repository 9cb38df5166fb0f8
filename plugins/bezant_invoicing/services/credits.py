"""Final invoices loaded as something to credit, a page at once."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select

from bezant.sdk.db import ids_in, in_scope, session
from bezant.sdk.values import Conflict, NotFound
from bezant_invoicing.contracts import (
    CreditLine,
    CreditNoteInfo,
    DraftCreditNote,
    IssuedCreditLine,
    IssuedCreditNote,
    IssuedCreditTax,
    LineAccounts,
    TaxRate,
)
from bezant_invoicing.domain.credits import CreditableInvoice, CreditableLine, CreditableTax, compute_credit_note
from bezant_invoicing.models import CreditLineRow, CreditNote, CreditTaxRow, Invoice, InvoiceLine, InvoiceTax, LineTax

_PLAIN = tuple(name for name in IssuedCreditNote.__dataclass_fields__ if name not in ("lines", "taxes"))


def price_credit_notes(drafts: Sequence[DraftCreditNote], invoices: dict[UUID, CreditableInvoice]) -> list[IssuedCreditNote]:
    """The credit notes that drafts would become, in their order; several against one invoice follow one another."""
    return [compute_credit_note(draft, invoices[draft.invoice_id]) for draft in drafts]


def load_creditable(invoice_ids: Collection[UUID], *, lock: bool) -> dict[UUID, CreditableInvoice]:
    """Final invoices with their lines, rates and what was credited so far; six queries however many.

    ``lock`` keeps others from crediting them until the transaction ends. Raises ``NotFound`` for an unknown one and ``Conflict`` for
    a draft.
    """
    if not invoice_ids:
        return {}
    invoices = _invoices(invoice_ids, lock=lock)
    missing = set(invoice_ids) - invoices.keys()
    if missing:
        raise NotFound(f"There is no invoice {min(missing)}.")
    _add_lines(invoices)
    _add_credited(invoices)
    return invoices


def as_issued(note: CreditNoteInfo) -> IssuedCreditNote:
    """A stored credit note as it was issued."""
    lines = [
        IssuedCreditLine(
            line.id,
            CreditLine(line_id=line.line_id, amount_minor=line.amount_minor, kind=line.kind, from_on=line.from_on, to_on=line.to_on),
            line.discount_minor,
            line.tax_included_minor,
        )
        for line in note.lines
    ]
    return IssuedCreditNote(
        **{name: getattr(note, name) for name in _PLAIN},
        lines=tuple(lines),
        taxes=tuple(IssuedCreditTax(tax.id, tax.rate, tax.base_minor, tax.tax_minor) for tax in note.taxes),
    )


def _invoices(invoice_ids: Collection[UUID], *, lock: bool) -> dict[UUID, CreditableInvoice]:
    statement = select(Invoice.__table__).where(ids_in(Invoice.__table__.c.id, invoice_ids), in_scope(Invoice)).order_by(Invoice.id)
    rows = session.execute(statement.with_for_update() if lock else statement).all()
    draft = next((row for row in rows if row.finalized_at is None), None)
    if draft is not None:
        raise Conflict(f"Invoice {draft.id} is a draft: change or discard it, there is nothing to credit yet.", code="draft")
    return {
        row.id: CreditableInvoice(
            row.id,
            row.number,
            row.account_id,
            row.payer_id,
            row.legal_entity_id,
            row.currency,
            row.issued_on,
            row.open_item_id,
            row.closed_as,
        )
        for row in rows
    }


def _add_lines(invoices: dict[UUID, CreditableInvoice]) -> None:
    rates, by_line = _taxes(invoices)
    table = InvoiceLine.__table__.c
    statement = select(
        table.id,
        table.invoice_id,
        table.amount_minor,
        table.discount_minor,
        table.income_account,
        table.discounts_account,
        table.description,
        table.service_from,
        table.service_to,
        table.charge_key,
    ).where(ids_in(table.invoice_id, invoices))
    for row in session.execute(statement.order_by(table.invoice_id, table.position)):
        invoices[row.invoice_id].lines[row.id] = CreditableLine(
            row.id,
            row.amount_minor,
            row.discount_minor,
            tuple(rates[tax] for tax in by_line[row.id]),
            LineAccounts(row.income_account, row.discounts_account),
            row.description,
            row.service_from,
            row.service_to,
            row.charge_key,
        )


def _taxes(invoices: dict[UUID, CreditableInvoice]) -> tuple[dict[UUID, TaxRate], dict[UUID, list[UUID]]]:
    """Adds the taxes to their invoices; rates by tax id, and tax ids by line."""
    rates: dict[UUID, TaxRate] = {}
    table = InvoiceTax.__table__.c
    statement = select(InvoiceTax.__table__).where(ids_in(table.invoice_id, invoices)).order_by(table.invoice_id, table.position)
    for row in session.execute(statement):
        rates[row.id] = TaxRate(row.code, row.label, row.percent, row.inclusive, row.category, row.reason)
        invoices[row.invoice_id].taxes.append(CreditableTax(row.id, rates[row.id], row.base_minor, row.tax_minor))
    by_line: dict[UUID, list[UUID]] = defaultdict(list)
    parts = LineTax.__table__.c
    for line_id, tax_id in session.execute(select(parts.line_id, parts.tax_id).where(ids_in(parts.tax_id, rates))):
        by_line[line_id].append(tax_id)
    return rates, by_line


def _add_credited(invoices: dict[UUID, CreditableInvoice]) -> None:
    """What credit notes that were not voided took so far, of lines and of rates."""
    note, line, tax = CreditNote.__table__.c, CreditLineRow.__table__.c, CreditTaxRow.__table__.c
    counts = ids_in(note.invoice_id, invoices) & note.voided_at.is_(None)
    lines = (
        select(note.invoice_id, line.line_id, func.sum(line.amount_minor), func.sum(line.discount_minor))
        .join_from(CreditNote.__table__, CreditLineRow.__table__)
        .where(counts)
        .group_by(note.invoice_id, line.line_id)
    )
    for invoice_id, line_id, amount, discount in session.execute(lines):
        creditable = invoices[invoice_id].lines[line_id]
        creditable.credited_minor, creditable.discount_credited_minor = int(amount), int(discount)
    taxes = (
        select(tax.tax_id, func.sum(tax.base_minor), func.sum(tax.tax_minor))
        .join_from(CreditNote.__table__, CreditTaxRow.__table__)
        .where(counts)
        .group_by(tax.tax_id)
    )
    credited = {tax_id: (int(base), int(amount)) for tax_id, base, amount in session.execute(taxes)}
    for invoice in invoices.values():
        for one in invoice.taxes:
            one.base_credited_minor, one.tax_credited_minor = credited.get(one.id, (0, 0))
