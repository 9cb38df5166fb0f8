"""Issuing: the one way by which documents come into being.

A page of drafts is priced without writing; then, in one transaction, numbers are taken, entries posted, credit set off, rows
inserted, hooks told and events posted. Nothing in it grows in queries with the page.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from bezant.sdk.events import post_events
from bezant.sdk.hooks import each
from bezant.sdk.services import audit, now, query, use_case
from bezant.sdk.values import like
from bezant_accounts import services as accounts
from bezant_invoicing.contracts import (
    CreditNoteFinalized,
    DraftCreditNote,
    DraftInvoice,
    InvoiceFinalized,
    InvoicePaid,
    IssuedCreditNote,
    IssuedInvoice,
    IssuedPage,
    bezant_record_issued,
)
from bezant_invoicing.domain.credits import CreditableInvoice
from bezant_invoicing.domain.entries import credit_note_entry, invoice_entries
from bezant_invoicing.services.credits import load_creditable, price_credit_notes
from bezant_invoicing.services.pending import mark_billed, with_pending_charges
from bezant_invoicing.services.pricing import Parties, load_parties, price_drafts
from bezant_invoicing.services.settling import Settlement, plan_settlement
from bezant_invoicing.services.writing import keep_parties, write_credit_notes, write_invoices
from bezant_ledger import services as ledger

SERIES = {IssuedInvoice: "invoice", IssuedCreditNote: "credit_note"}
"""The number series of each kind of document."""

D = TypeVar("D", IssuedInvoice, IssuedCreditNote)


@dataclass(frozen=True, slots=True)
class Priced:
    """A page computed, nothing written: what the second half needs."""

    drafts: list[DraftInvoice]
    parties: Parties
    corrected: dict[UUID, CreditableInvoice]
    settlement: Settlement
    billed_charges: Mapping[UUID, UUID]


def issue_page(invoices: Sequence[DraftInvoice], credit_notes: Sequence[DraftCreditNote] = (), *, preview: bool = False) -> IssuedPage:
    """Issues a page of invoices and credit notes in one transaction; with ``preview`` computes the same and writes nothing.

    Credit notes come first in what they set off, invoices keep their order in numbers. All or nothing: raises ``Invalid`` for a
    draft that cannot be issued, ``PluginError`` where a discount or tax provider fails, ``Conflict`` where the page met another.
    """
    return preview_page(invoices, credit_notes) if preview else issue_documents(invoices, credit_notes)


@query("invoicing.invoice.view")
def preview_page(invoices: Sequence[DraftInvoice], credit_notes: Sequence[DraftCreditNote] = ()) -> IssuedPage:
    """The page as it would be issued now, without numbers and open items. Reads only."""
    priced = price_page(invoices, credit_notes, lock=False)
    return IssuedPage(
        tuple(replace(invoice, open_item_id=None) for invoice in priced.settlement.invoices),
        tuple(replace(note, credit_item_id=None) for note in priced.settlement.credit_notes),
    )


@use_case("invoicing.invoice.finalize")
def issue_documents(invoices: Sequence[DraftInvoice], credit_notes: Sequence[DraftCreditNote] = ()) -> IssuedPage:
    """Issues a page; see ``issue_page``."""
    page = write_page(price_page(invoices, credit_notes, lock=True))
    if page.invoices or page.credit_notes:
        first = (page.invoices or page.credit_notes)[0]
        audit("invoicing.page.issued", "invoicing.page", first.id, {"invoices": len(page.invoices), "credit_notes": len(page.credit_notes)})
    return page


def price_page(invoices: Sequence[DraftInvoice], credit_notes: Sequence[DraftCreditNote], *, lock: bool) -> Priced:
    """The first half: everything read and computed. ``lock`` holds what the second half will change."""
    corrected = load_creditable({note.invoice_id for note in credit_notes}, lock=lock)
    drafts, billed = with_pending_charges(invoices, lock=lock)
    documents: list[DraftInvoice | CreditableInvoice] = [*drafts, *corrected.values()]
    parties = load_parties({d.account_id for d in documents}, {d.legal_entity_id for d in documents})
    priced, notes = price_drafts(drafts, parties), price_credit_notes(credit_notes, corrected)
    return Priced(drafts, parties, corrected, plan_settlement(priced, notes, corrected), billed)


def write_page(priced: Priced) -> IssuedPage:
    """The second half: everything written and told. Needs a unit of work."""
    settled, finalized_at = priced.settlement, now()
    kept = keep_parties([*settled.invoices, *settled.credit_notes], priced.parties)
    invoices, notes = _numbered(settled.invoices), _numbered(settled.credit_notes)
    entries = [*invoice_entries(invoices), *(credit_note_entry(note, priced.corrected[note.invoice_id]) for note in notes)]
    ledger.post([entry for entry in entries if entry is not None])
    if settled.allocations:
        ledger.allocate(settled.allocations)
    write_invoices(invoices, priced.drafts, kept, finalized_at)
    write_credit_notes(notes, kept, finalized_at)
    mark_billed(priced.billed_charges)
    page = IssuedPage(tuple(invoices), tuple(notes))
    each(bezant_record_issued, page)
    paid = [InvoicePaid(invoice.id, invoice.account_id, invoice.number) for invoice in invoices if invoice.total_minor == 0]
    post_events([*map(_finalized, invoices), *paid, *map(_credited, notes)])
    return page


def _numbered(documents: Sequence[D]) -> list[D]:
    """Documents with their numbers, gapless per legal entity and year, in the order of the page."""
    by_series: dict[tuple[UUID, int], list[D]] = defaultdict(list)
    for document in documents:
        by_series[document.legal_entity_id, document.issued_on.year].append(document)
    numbers: dict[UUID, str] = {}
    for (entity, year), members in sorted(by_series.items()):
        taken = accounts.take_numbers(entity, SERIES[type(members[0])], year, len(members))
        numbers |= {member.id: number for member, number in zip(members, taken, strict=True)}
    return [like(document, number=numbers[document.id]) for document in documents]


def _finalized(invoice: IssuedInvoice) -> InvoiceFinalized:
    return InvoiceFinalized(
        invoice.id,
        invoice.account_id,
        invoice.legal_entity_id,
        invoice.number,
        invoice.currency,
        invoice.total_minor,
        invoice.issued_on,
        invoice.due_on,
    )


def _credited(note: IssuedCreditNote) -> CreditNoteFinalized:
    return CreditNoteFinalized(
        note.id,
        note.account_id,
        note.legal_entity_id,
        note.invoice_id,
        note.number,
        note.currency,
        note.total_minor,
        note.issued_on,
    )
