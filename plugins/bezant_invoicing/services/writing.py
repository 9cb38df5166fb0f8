"""Documents written: bulk inserts, children before their final parents, a constant number of statements for a page."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from bezant.sdk.db import bulk_insert, ids_in, insert_columns, insert_into, session
from bezant.sdk.services import now
from bezant_invoicing.contracts import DraftInvoice, IssuedCreditNote, IssuedInvoice
from bezant_invoicing.domain.parties import Snapshot, buyer_party, seller_party
from bezant_invoicing.models import (
    CreditLineRow,
    CreditNote,
    CreditTaxRow,
    Invoice,
    InvoiceDiscount,
    InvoiceLine,
    InvoiceTax,
    LineDiscount,
    LineTax,
    Party,
)
from bezant_invoicing.services import rows
from bezant_invoicing.services.pricing import Parties

_PARTS = ((LineTax, LineTax.__table__.c.tax_id, InvoiceTax), (LineDiscount, LineDiscount.__table__.c.discount_id, InvoiceDiscount))
_CHILDREN = (InvoiceTax, InvoiceDiscount, InvoiceLine)


def write_invoices(
    invoices: Sequence[IssuedInvoice],
    drafts: Sequence[DraftInvoice],
    parties: Mapping[UUID, tuple[UUID, UUID]] | None,
    finalized_at: datetime | None,
    versions: Mapping[UUID, int] | None = None,
) -> None:
    """Inserts invoices with all that belongs to them; ``parties`` are seller and buyer by invoice, none for drafts; ``versions`` go on
    from those of drafts that were replaced."""
    kinds, at = rows.kinds(invoices, drafts), now()
    insert_columns(InvoiceLine, [rows.line_columns(kind) for kind in kinds])
    bulk_insert(InvoiceDiscount, rows.flat(rows.discount_rows(invoice) for invoice in invoices))
    bulk_insert(LineDiscount, rows.flat(rows.line_discount_rows(invoice) for invoice in invoices))
    insert_columns(InvoiceTax, [rows.tax_columns(kind) for kind in kinds])
    insert_columns(LineTax, [rows.line_tax_columns(kind) for kind in kinds])
    known, later = parties or {}, versions or {}
    insert_columns(Invoice, [rows.invoice_columns(kind, at, finalized_at, known, later) for kind in kinds])


def write_credit_notes(notes: Sequence[IssuedCreditNote], parties: Mapping[UUID, tuple[UUID, UUID]], finalized_at: datetime) -> None:
    """Inserts credit notes with their lines and taxes; ``parties`` are seller and buyer by credit note."""
    bulk_insert(CreditNote, [rows.credit_note_row(note, finalized_at=finalized_at, parties=parties[note.id]) for note in notes])
    bulk_insert(CreditLineRow, rows.flat(rows.credit_line_rows(note) for note in notes))
    bulk_insert(CreditTaxRow, rows.flat(rows.credit_tax_rows(note) for note in notes))


def remove_drafts(invoice_ids: Collection[UUID]) -> None:
    """Deletes drafts with all that belongs to them; the database refuses where one is final."""
    if not invoice_ids:
        return
    for part, key, whole in _PARTS:
        wholes = select(whole.__table__.c.id).where(ids_in(whole.__table__.c.invoice_id, invoice_ids))
        session.execute(delete(part).where(key.in_(wholes)))
    for child in _CHILDREN:
        session.execute(delete(child).where(ids_in(child.__table__.c.invoice_id, invoice_ids)))
    session.execute(delete(Invoice).where(ids_in(Invoice.__table__.c.id, invoice_ids)))


def keep_parties(documents: Iterable[IssuedInvoice | IssuedCreditNote], parties: Parties) -> dict[UUID, tuple[UUID, UUID]]:
    """Keeps how seller and buyer are called now; the ids of both by document."""
    documents = list(documents)
    sellers = {key: seller_party(parties.entities[key]) for key in {d.legal_entity_id for d in documents}}
    buyers = {key: buyer_party(parties.accounts[key]) for key in {d.account_id for d in documents}}
    _keep(dict((*sellers.values(), *buyers.values())))
    return {d.id: (sellers[d.legal_entity_id][0], buyers[d.account_id][0]) for d in documents}


def _keep(snapshots: Mapping[UUID, Snapshot]) -> None:
    """Inserts what is not there yet; two runs may meet here, so a row that appears meanwhile is fine."""
    known = set(session.scalars(select(Party.id).where(ids_in(Party.__table__.c.id, snapshots.keys()))))
    new = [{"id": key, "data": data} for key, data in snapshots.items() if key not in known]
    if new:
        session.connection().execute(insert_into(Party).on_conflict_do_nothing(), new)
