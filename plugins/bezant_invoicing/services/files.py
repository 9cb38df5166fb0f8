"""Rendered documents: made once, kept byte for byte with their hash."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import in_scope, insert_into, session
from bezant.sdk.documents import Amount, Document, Paper, render_document
from bezant.sdk.services import now, query, use_case
from bezant.sdk.values import new_id
from bezant_accounts import services as accounts
from bezant_accounts.contracts import Addressee, Sender
from bezant_invoicing.contracts import CREDIT_NOTE, INVOICE, InvoiceInfo
from bezant_invoicing.domain.parties import kept_buyer, kept_seller
from bezant_invoicing.models import DocumentFile
from bezant_invoicing.services.loading import load_credit_note, load_invoice, load_snapshots
from bezant_invoicing.services.printing import credit_note_document, invoice_document
from bezant_ledger import services as ledger

_file = DocumentFile.__table__.c


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A stored document without its bytes."""

    id: UUID
    sha256: str
    size: int
    locale: str
    rendered_at: datetime


@dataclass(frozen=True, slots=True)
class Printable:
    """A document and how it is to be printed."""

    kind: str
    document: Document
    locale: str
    paper: Paper


@query("invoicing.invoice.view")
def invoice_pdf(invoice_id: UUID) -> bytes:
    """The PDF of an invoice, made and kept if nobody did yet; that of a draft is marked as one and not kept. Raises ``NotFound``."""
    invoice = load_invoice(invoice_id)
    if invoice.finalized_at is None:
        return _render(_invoice(invoice))
    return _kept(invoice_id) or _keep(INVOICE, invoice_id, _invoice(invoice))


@query("invoicing.credit_note.view")
def credit_note_pdf(note_id: UUID) -> bytes:
    """The PDF of a credit note, made and kept if nobody did yet. Raises ``NotFound``."""
    load_credit_note(note_id)
    return _kept(note_id) or _keep(CREDIT_NOTE, note_id, _credit_note(note_id))


@query("invoicing.invoice.view")
def file_of(document_id: UUID) -> FileInfo | None:
    """The kept file of a document, without its bytes."""
    statement = select(_file.id, _file.sha256, _file.size, _file.locale, _file.rendered_at).where(_file.document_id == document_id)
    row = session.execute(statement.where(in_scope(DocumentFile))).one_or_none()
    return None if row is None else FileInfo(*row)


def _kept(document_id: UUID) -> bytes | None:
    return session.scalar(select(_file.content).where(_file.document_id == document_id, _file.kind == "pdf"))


def _keep(document_type: str, document_id: UUID, printable: Printable) -> bytes:
    """Renders and keeps a document; where somebody else kept it meanwhile, theirs stays."""
    content = _render(printable)
    _store(document_type, document_id, printable.locale, content)
    return _kept(document_id) or content


@use_case("invoicing.invoice.view")
def _store(document_type: str, document_id: UUID, locale: str, content: bytes) -> None:
    row = {
        "id": new_id(),
        "document_type": document_type,
        "document_id": document_id,
        "kind": "pdf",
        "locale": locale,
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "content": content,
        "rendered_at": now(),
    }
    session.execute(insert_into(DocumentFile).on_conflict_do_nothing(), row)


def _render(printable: Printable) -> bytes:
    return render_document(printable.kind, printable.document, locale=printable.locale, paper=printable.paper)


def _invoice(invoice: InvoiceInfo) -> Printable:
    seller, buyer = _parties(invoice)
    return Printable("invoice", invoice_document(invoice, seller, buyer), buyer.locale, accounts.paper_of(seller))


def _credit_note(note_id: UUID) -> Printable:
    note = load_credit_note(note_id)
    invoice = load_invoice(note.invoice_id)
    seller, buyer = _kept_parties(note.seller_id, note.buyer_id)
    document = credit_note_document(note, invoice, _uses(note.credit_item_id), seller, buyer)
    return Printable("credit_note", document, buyer.locale, accounts.paper_of(seller))


def _uses(credit_item_id: UUID | None) -> list[Amount]:
    """What became of the credit so far, by the invoices that it paid."""
    if credit_item_id is None:
        return []
    allocations = [a for a in ledger.load_allocations([credit_item_id]) if a.item_id is not None]
    paid = {item.id: item for item in ledger.open_items(item_ids=[a.item_id for a in allocations if a.item_id], include_settled=True)}
    return [Amount(paid[a.item_id].source.number, -a.amount_minor, a.date) for a in allocations if a.item_id in paid]


def _parties(invoice: InvoiceInfo) -> tuple[Sender, Addressee]:
    """Seller and buyer as the invoice was issued with them; of a draft as they are now."""
    if invoice.seller_id is not None and invoice.buyer_id is not None:
        return _kept_parties(invoice.seller_id, invoice.buyer_id)
    return accounts.get_legal_entity(invoice.legal_entity_id), accounts.get_account(invoice.account_id)


def _kept_parties(seller_id: UUID, buyer_id: UUID) -> tuple[Sender, Addressee]:
    snapshots = load_snapshots([seller_id, buyer_id])
    return kept_seller(snapshots[seller_id]), kept_buyer(snapshots[buyer_id])
