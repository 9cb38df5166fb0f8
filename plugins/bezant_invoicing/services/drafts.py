"""Drafts: written, changed, discarded and issued. A draft is priced anew each time it is written, so its totals are what it would bill."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from bezant.sdk.db import ids_in, in_scope, session
from bezant.sdk.services import audit, audit_many, query, use_case
from bezant.sdk.values import Conflict, Invalid, NotFound, SourceRef, Stale, new_id
from bezant_invoicing.contracts import (
    INVOICE,
    DraftEdit,
    DraftInvoice,
    DraftLine,
    IssuedInvoice,
    IssuedPage,
    LineEdit,
    NewInvoice,
)
from bezant_invoicing.domain.drafts import edit_line, input_problems, line_from_input
from bezant_invoicing.models import Invoice, InvoiceLine
from bezant_invoicing.services.days import today_for
from bezant_invoicing.services.issue import preview_page, price_page, write_page
from bezant_invoicing.services.pricing import load_parties, price_drafts
from bezant_invoicing.services.writing import remove_drafts, write_invoices

_invoice = Invoice.__table__.c
_LINE_FIELDS = tuple(DraftLine.__dataclass_fields__)


@use_case("invoicing.invoice.create")
def create_draft(new: NewInvoice) -> UUID:
    """Writes the draft of a one-off invoice; its id. Raises ``Invalid`` and ``NotFound``."""
    draft = _from_input(new)
    save_drafts([draft])
    audit("invoicing.invoice.created", INVOICE, draft.id)
    return draft.id


@query("invoicing.invoice.view")
def preview_draft(new: NewInvoice) -> IssuedInvoice:
    """A one-off invoice as it would be issued now, with discounts, tax and credit; nothing is written. Raises like ``create_draft``."""
    return preview_page([_from_input(new)]).invoices[0]


@use_case("invoicing.invoice.create")
def save_drafts(drafts: Sequence[DraftInvoice]) -> list[IssuedInvoice]:
    """Writes a page of drafts, in place of earlier ones with the same ids; what each would bill now.

    Drafts are recomputed, never credited: a biller that holds invoices back writes them anew as often as it likes.
    """
    known = {row.id for row in _lock([draft.id for draft in drafts])}
    return _write(drafts, replaced=known)


@use_case("invoicing.invoice.edit")
def edit_draft(invoice_id: UUID, edit: DraftEdit, version: int | None = None) -> None:
    """Changes a draft; what is ``None`` stays. Raises ``Invalid``, ``Conflict`` for what is no draft, ``Stale`` for another version."""
    draft = _load_one(invoice_id, version)
    lines = draft.lines if edit.lines is None else _lines(edit, draft)
    changed = replace(
        draft,
        issued_on=edit.issued_on or draft.issued_on,
        due_on=edit.due_on or draft.due_on,
        purchase_order=draft.purchase_order if edit.purchase_order is None else edit.purchase_order,
        notes=draft.notes if edit.notes is None else edit.notes,
        lines=lines,
    )
    _write([changed], replaced={invoice_id})
    audit("invoicing.invoice.edited", INVOICE, invoice_id, {"fields": edit.changed})


@use_case("invoicing.invoice.edit")
def edit_draft_line(invoice_id: UUID, line_id: UUID, edit: LineEdit, version: int | None = None) -> None:
    """Types over a computed line of a draft. Raises ``NotFound``, ``Invalid``, and ``Conflict`` for what is no draft."""
    draft = _load_one(invoice_id, version)
    if all(line.id != line_id for line in draft.lines):
        raise NotFound("This draft has no such line.")
    lines = tuple(edit_line(line, edit, draft.currency) if line.id == line_id else line for line in draft.lines)
    _write([replace(draft, lines=lines)], replaced={invoice_id})
    audit("invoicing.invoice.edited", INVOICE, invoice_id, {"fields": "lines", "line": str(line_id)})


@use_case("invoicing.invoice.edit")
def discard_draft(invoice_id: UUID) -> None:
    """Deletes a draft: it took no number. Raises ``NotFound``, and ``Conflict`` for what is no draft."""
    _load_one(invoice_id, None)
    remove_drafts([invoice_id])
    audit("invoicing.invoice.discarded", INVOICE, invoice_id)


@use_case("invoicing.invoice.finalize")
def finalize_invoices(invoice_ids: Collection[UUID]) -> IssuedPage:
    """Issues drafts, in one transaction. Raises ``NotFound``, ``Conflict`` where one is final already, ``Invalid``."""
    drafts = list(load_drafts(invoice_ids, lock=True).values())
    priced = price_page(drafts, (), lock=True)
    remove_drafts(invoice_ids)
    page = write_page(priced)
    audit_many("invoicing.invoice.finalized", INVOICE, {invoice.id: {"number": invoice.number} for invoice in page.invoices})
    return page


def finalize_invoice(invoice_id: UUID) -> IssuedInvoice:
    """Issues one draft; see ``finalize_invoices``."""
    return finalize_invoices([invoice_id]).invoices[0]


def load_drafts(invoice_ids: Collection[UUID], *, lock: bool) -> dict[UUID, DraftInvoice]:
    """Stored drafts as they were written. Raises ``NotFound`` for an unknown one and ``Conflict`` for a final one."""
    rows = {row.id: row for row in _lock(invoice_ids, lock=lock)}
    missing = set(invoice_ids) - rows.keys()
    if missing:
        raise NotFound(f"There is no invoice {min(missing)}.")
    lines: dict[UUID, list[DraftLine]] = defaultdict(list)
    table = InvoiceLine.__table__.c
    statement = select(InvoiceLine.__table__).where(ids_in(table.invoice_id, invoice_ids)).order_by(table.invoice_id, table.position)
    for row in session.execute(statement):
        lines[row.invoice_id].append(DraftLine(**{name: getattr(row, name) for name in _LINE_FIELDS}))
    return {key: _draft(rows[key], lines[key]) for key in dict.fromkeys(invoice_ids)}


def _from_input(new: NewInvoice) -> DraftInvoice:
    account = load_parties([new.account_id], []).accounts[new.account_id]
    _check_input(new)
    currency = new.currency or account.currency
    return DraftInvoice(
        id=new_id(),
        account_id=account.id,
        legal_entity_id=account.legal_entity_id,
        currency=currency,
        issued_on=new.issued_on or today_for(account.legal_entity_id),
        due_on=new.due_on,
        lines=tuple(line_from_input(line, currency) for line in new.lines),
        purchase_order=new.purchase_order,
        notes=new.notes,
        with_pending_charges=new.with_pending_charges,
    )


def _lock(invoice_ids: Collection[UUID], *, lock: bool = True) -> Sequence[Row[Any]]:
    """The rows of drafts. Raises ``Conflict`` where one is final."""
    statement = select(Invoice.__table__).where(ids_in(_invoice.id, invoice_ids), in_scope(Invoice)).order_by(_invoice.id)
    rows = session.execute(statement.with_for_update() if lock else statement).all()
    final = next((row for row in rows if row.finalized_at is not None), None)
    if final is not None:
        raise Conflict(f"Invoice {final.number} is final: it cannot be changed. Credit or void it instead.", code="final")
    return rows


def _load_one(invoice_id: UUID, version: int | None) -> DraftInvoice:
    draft = load_drafts([invoice_id], lock=True)[invoice_id]
    if version is not None:
        current = session.scalar(select(_invoice.version).where(_invoice.id == invoice_id))
        if current != version:
            raise Stale("Somebody else changed this draft meanwhile; read it again and repeat your change.")
    return draft


def _draft(row: Row[Any], lines: Sequence[DraftLine]) -> DraftInvoice:
    return DraftInvoice(
        id=row.id,
        account_id=row.account_id,
        legal_entity_id=row.legal_entity_id,
        currency=row.currency,
        issued_on=row.issued_on,
        due_on=row.due_on if row.due_fixed else None,
        lines=tuple(lines),
        source=None if row.source_type is None else SourceRef(row.source_type, row.source_id, row.source_number),
        purchase_order=row.purchase_order,
        notes=row.notes,
        with_pending_charges=row.with_pending_charges,
    )


def _write(drafts: Sequence[DraftInvoice], *, replaced: Collection[UUID]) -> list[IssuedInvoice]:
    """Prices drafts and writes them, one version on from those they replace."""
    if not drafts:
        return []
    parties = load_parties({d.account_id for d in drafts}, {d.legal_entity_id for d in drafts})
    priced = price_drafts(drafts, parties)
    versions = _versions(replaced)
    remove_drafts(replaced)
    write_invoices(priced, drafts, None, None, {key: version + 1 for key, version in versions.items()})
    return priced


def _versions(invoice_ids: Collection[UUID]) -> dict[UUID, int]:
    if not invoice_ids:
        return {}
    return {row.id: row.version for row in session.execute(select(_invoice.id, _invoice.version).where(ids_in(_invoice.id, invoice_ids)))}


def _lines(edit: DraftEdit, draft: DraftInvoice) -> tuple[DraftLine, ...]:
    _check_input(edit)
    return tuple(line_from_input(line, draft.currency) for line in edit.lines or ())


def _check_input(typed: NewInvoice | DraftEdit) -> None:
    problems = input_problems(typed.lines or ())
    if problems:
        raise Invalid(problems=problems)
