"""Stored documents as values; a constant number of queries however many are asked for."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import FromClause, Row, RowMapping, func, literal, select, tuple_

from bezant.sdk.db import ids_in, in_scope, selectable, session
from bezant.sdk.services import query
from bezant.sdk.values import NotFound, SourceRef
from bezant_accounts import services as accounts
from bezant_invoicing.contracts import (
    CreditLineInfo,
    CreditNoteInfo,
    DiscountInfo,
    DraftLine,
    InvoiceInfo,
    LineBalance,
    LineInfo,
    TaxInfo,
    TaxRate,
)
from bezant_invoicing.domain.states import invoice_state
from bezant_invoicing.domain.taxes import effective_percent
from bezant_invoicing.models import (
    CreditLineRow,
    CreditNote,
    CreditTaxRow,
    Invoice,
    InvoiceDiscount,
    InvoiceLine,
    InvoiceTax,
    LineTax,
    Party,
)
from bezant_invoicing.services.days import today_at
from bezant_ledger import services as ledger
from bezant_ledger.contracts import ENTRIES, OPEN_ITEMS, EntryInfo

_LINE_FIELDS = tuple(DraftLine.__dataclass_fields__)
_HEAD = (
    "id", "account_id", "payer_id", "legal_entity_id", "currency", "issued_on", "due_on", "subtotal_minor", "discount_minor", "tax_minor",
    "tax_included_minor", "total_minor", "credited_minor", "open_item_id", "purchase_order", "notes",
    "finalized_at", "closed_as", "closed_at",
    "created_at", "version", "seller_id", "buyer_id",
)  # fmt: skip
_NOTE_HEAD = (
    "id", "number", "kind", "reason", "invoice_id", "account_id", "payer_id", "legal_entity_id", "currency", "issued_on", "subtotal_minor",
    "discount_minor", "tax_minor", "tax_included_minor", "total_minor", "credit_item_id", "finalized_at", "voided_at",
    "seller_id", "buyer_id",
)  # fmt: skip


@query("invoicing.invoice.view")
def load_invoices(invoice_ids: Collection[UUID]) -> dict[UUID, InvoiceInfo]:
    """Invoices and drafts by id, with lines, discounts and taxes; an id that there is none of is left out."""
    items = selectable(OPEN_ITEMS)
    table = Invoice.__table__
    statement = (
        select(table, items.c.residual_minor)
        .outerjoin(items, items.c.id == table.c.open_item_id)
        .where(ids_in(table.c.id, invoice_ids), in_scope(table))
    )
    heads = session.execute(statement).mappings().all() if invoice_ids else []
    if not heads:
        return {}
    today = _today({row["legal_entity_id"] for row in heads})
    taxes, discounts = _taxes(invoice_ids), _discounts(invoice_ids)
    lines = _lines(invoice_ids, {tax.id: tax.rate for of_one in taxes.values() for tax in of_one})
    return {
        row["id"]: _invoice_info(row, today[row["legal_entity_id"]], lines[row["id"]], discounts[row["id"]], taxes[row["id"]])
        for row in heads
    }


@query("invoicing.invoice.view")
def load_invoice(invoice_id: UUID) -> InvoiceInfo:
    """One invoice or draft. Raises ``NotFound``."""
    found = load_invoices([invoice_id])
    if invoice_id not in found:
        raise NotFound(f"There is no invoice {invoice_id}.")
    return found[invoice_id]


@query("invoicing.credit_note.view")
def load_credit_notes(note_ids: Collection[UUID]) -> dict[UUID, CreditNoteInfo]:
    """Credit notes by id, with lines and taxes; an id that there is none of is left out."""
    items, table, invoices = selectable(OPEN_ITEMS), CreditNote.__table__, Invoice.__table__
    statement = (
        select(table, items.c.residual_minor, invoices.c.number.label("invoice_number"), invoices.c.issued_on.label("invoice_issued_on"))
        .join(invoices, invoices.c.id == table.c.invoice_id)
        .outerjoin(items, items.c.id == table.c.credit_item_id)
        .where(ids_in(table.c.id, note_ids), in_scope(table))
    )
    heads = session.execute(statement).mappings().all() if note_ids else []
    if not heads:
        return {}
    lines, taxes = _credit_lines(note_ids), _credit_taxes(note_ids)
    return {row["id"]: _note_info(row, lines[row["id"]], taxes[row["id"]]) for row in heads}


@query("invoicing.credit_note.view")
def load_credit_note(note_id: UUID) -> CreditNoteInfo:
    """One credit note. Raises ``NotFound``."""
    found = load_credit_notes([note_id])
    if note_id not in found:
        raise NotFound(f"There is no credit note {note_id}.")
    return found[note_id]


@query("invoicing.credit_note.view")
def credit_notes_of(invoice_id: UUID) -> list[CreditNoteInfo]:
    """The credit notes against an invoice, oldest first."""
    table = CreditNote.__table__.c
    ids = session.scalars(select(table.id).where(table.invoice_id == invoice_id)).all()
    return sorted(load_credit_notes(ids).values(), key=lambda note: note.id)


@query("invoicing.invoice.view")
def line_balances(line_ids: Collection[UUID]) -> dict[UUID, LineBalance]:
    """What is left on final lines, by line id."""
    table = InvoiceLine.__table__.c
    credited = _credited(line_ids)
    statement = select(table.id, table.invoice_id, table.amount_minor).where(ids_in(table.id, line_ids), in_scope(InvoiceLine))
    return {
        row.id: LineBalance(row.id, row.invoice_id, row.amount_minor, row.amount_minor - credited.get(row.id, 0))
        for row in session.execute(statement)
    }


def numbers_of(invoice_ids: Collection[UUID]) -> dict[UUID, str]:
    """The numbers of final invoices that were not closed, by id."""
    table = Invoice.__table__.c
    statement = select(table.id, table.number).where(ids_in(table.id, invoice_ids), table.number.is_not(None), table.closed_as == "")
    return dict(session.execute(statement).tuples().all())


def load_snapshots(ids: Collection[UUID | None]) -> dict[UUID, dict[str, Any]]:
    """Seller and buyer as documents were issued with, by id."""
    wanted = [key for key in ids if key is not None]
    return dict(session.execute(select(Party.id, Party.data).where(ids_in(Party.__table__.c.id, wanted))).tuples().all())


def _today(entity_ids: Collection[UUID]) -> dict[UUID, date]:
    return {key: today_at(entity) for key, entity in accounts.load_legal_entities(entity_ids).items()}


def _invoice_info(
    row: RowMapping, today: date, lines: Sequence[LineInfo], discounts: Sequence[DiscountInfo], taxes: Sequence[TaxInfo]
) -> InvoiceInfo:
    open_minor = row["residual_minor"] or 0
    state = invoice_state(
        is_final=row["finalized_at"] is not None,
        closed_as=row["closed_as"],
        total_minor=row["total_minor"],
        open_minor=open_minor,
        due_on=row["due_on"],
        today=today,
    )
    return InvoiceInfo(
        **{name: row[name] for name in _HEAD},
        number=row["number"] or "",
        state=state,
        open_minor=open_minor,
        effective_tax_percent=effective_percent(row["total_minor"] - row["tax_minor"], row["tax_minor"]),
        source=_source(row),
        lines=tuple(lines),
        discounts=tuple(discounts),
        taxes=tuple(taxes),
    )


def _note_info(row: RowMapping, lines: Sequence[CreditLineInfo], taxes: Sequence[TaxInfo]) -> CreditNoteInfo:
    return CreditNoteInfo(
        **{name: row[name] for name in _NOTE_HEAD},
        invoice_number=row["invoice_number"],
        invoice_issued_on=row["invoice_issued_on"],
        left_minor=row["residual_minor"] or 0,
        source=_source(row),
        lines=tuple(lines),
        taxes=tuple(taxes),
    )


def _source(row: RowMapping) -> SourceRef | None:
    return None if row["source_type"] is None else SourceRef(row["source_type"], row["source_id"], row["source_number"])


def _children(table: FromClause, invoice_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    statement = select(table).where(ids_in(table.c.invoice_id, invoice_ids)).order_by(table.c.invoice_id, table.c.position)
    return session.execute(statement).all()


def _lines(invoice_ids: Collection[UUID], rates: Mapping[UUID, TaxRate]) -> Mapping[UUID, list[LineInfo]]:
    rows = _children(InvoiceLine.__table__, invoice_ids)
    parts = LineTax.__table__.c
    applied: dict[UUID, list[TaxRate]] = defaultdict(list)
    for line_id, tax_id in session.execute(select(parts.line_id, parts.tax_id).where(ids_in(parts.tax_id, rates))):
        applied[line_id].append(rates[tax_id])
    credited = _credited([row.id for row in rows])
    found: dict[UUID, list[LineInfo]] = defaultdict(list)
    for row in rows:
        line = LineInfo(
            draft=DraftLine(**{name: getattr(row, name) for name in _LINE_FIELDS}),
            discount_minor=row.discount_minor,
            discount_exact=row.discount_exact,
            tax_minor=row.tax_minor,
            tax_included_minor=row.tax_included_minor,
            income_account=row.income_account,
            rates=tuple(applied[row.id]),
            credited_minor=credited.get(row.id, 0),
        )
        found[row.invoice_id].append(line)
    return found


def _credited(line_ids: Collection[UUID]) -> dict[UUID, int]:
    note, line = CreditNote.__table__.c, CreditLineRow.__table__.c
    statement = (
        select(line.line_id, func.sum(line.amount_minor))
        .join_from(CreditLineRow.__table__, CreditNote.__table__)
        .where(ids_in(line.line_id, line_ids), note.voided_at.is_(None))
        .group_by(line.line_id)
    )
    return {line_id: int(amount) for line_id, amount in session.execute(statement)}


def _discounts(invoice_ids: Collection[UUID]) -> Mapping[UUID, list[DiscountInfo]]:
    found: dict[UUID, list[DiscountInfo]] = defaultdict(list)
    for row in _children(InvoiceDiscount.__table__, invoice_ids):
        source = SourceRef(row.source_type, row.source_id)
        found[row.invoice_id].append(DiscountInfo(row.id, source, row.code, row.label, row.amount_minor))
    return found


def _taxes(invoice_ids: Collection[UUID]) -> Mapping[UUID, list[TaxInfo]]:
    found: dict[UUID, list[TaxInfo]] = defaultdict(list)
    for row in _children(InvoiceTax.__table__, invoice_ids):
        found[row.invoice_id].append(TaxInfo(row.id, _rate(row), row.base_minor, row.tax_minor))
    return found


def _rate(row: Row[Any]) -> TaxRate:
    return TaxRate(row.code, row.label, row.percent, row.inclusive, row.category, row.reason)


def _credit_lines(note_ids: Collection[UUID]) -> Mapping[UUID, list[CreditLineInfo]]:
    table = CreditLineRow.__table__
    rows = session.execute(
        select(table).where(ids_in(table.c.credit_note_id, note_ids)).order_by(table.c.credit_note_id, table.c.position)
    ).all()
    rates = _rates_of({row.line_id for row in rows})
    found: dict[UUID, list[CreditLineInfo]] = defaultdict(list)
    plain = ("id", "line_id", "kind", "description", "from_on", "to_on", "amount_minor", "discount_minor", "tax_included_minor")
    for row in rows:
        found[row.credit_note_id].append(CreditLineInfo(**{name: getattr(row, name) for name in plain}, rates=tuple(rates[row.line_id])))
    return found


def _rates_of(line_ids: Collection[UUID]) -> Mapping[UUID, list[TaxRate]]:
    tax, part, line = InvoiceTax.__table__, LineTax.__table__, InvoiceLine.__table__
    statement = (
        select(tax, part.c.line_id)
        .select_from(
            line.join(tax, tax.c.invoice_id == line.c.invoice_id).join(part, (part.c.tax_id == tax.c.id) & (part.c.line_id == line.c.id))
        )
        .where(ids_in(line.c.id, line_ids))
    )
    found: dict[UUID, list[TaxRate]] = defaultdict(list)
    for row in session.execute(statement.order_by(tax.c.position)):
        found[row.line_id].append(_rate(row))
    return found


def _credit_taxes(note_ids: Collection[UUID]) -> Mapping[UUID, list[TaxInfo]]:
    tax, part = InvoiceTax.__table__, CreditTaxRow.__table__
    statement = (
        select(tax, part.c.credit_note_id, part.c.base_minor.label("base_back"), part.c.tax_minor.label("tax_back"))
        .join_from(tax, part, part.c.tax_id == tax.c.id)
        .where(ids_in(part.c.credit_note_id, note_ids))
        .order_by(tax.c.position)
    )
    found: dict[UUID, list[TaxInfo]] = defaultdict(list)
    for row in session.execute(statement):
        found[row.credit_note_id].append(TaxInfo(row.id, _rate(row), row.base_back, row.tax_back))
    return found


@query("invoicing.invoice.view")
def invoice_before(invoice: InvoiceInfo) -> InvoiceInfo | None:
    """The account's invoice before this one, without its lines' details having to be known; ``None`` for the first."""
    table = Invoice.__table__.c
    earlier = select(table.id).where(table.account_id == invoice.account_id, table.finalized_at.is_not(None), table.id != invoice.id)
    earlier = earlier.where(in_scope(Invoice))
    older = tuple_(table.issued_on, table.id) < tuple_(literal(invoice.issued_on), literal(invoice.id))
    found = session.scalar(earlier.where(older).order_by(table.issued_on.desc(), table.id.desc()).limit(1))
    return None if found is None else load_invoices([found])[found]


@query("ledger.entry.view")
def entries_of(source_ids: Collection[UUID], entry_ids: Collection[UUID]) -> list[EntryInfo]:
    """The journal entries of some documents and some others by id, in the order of posting."""
    table = selectable(ENTRIES)
    own = session.scalars(select(table.c.id).where(ids_in(table.c.source_id, source_ids))).all()
    return list(ledger.load_entries({*own, *entry_ids}).values())
