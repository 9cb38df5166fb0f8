"""Background work of invoicing, and what it does when something happened elsewhere."""

from collections.abc import Callable, Sequence
from uuid import UUID

from bezant.sdk.events import DomainEvent, handles, post_events
from bezant.sdk.jobs import enqueue, job, progress
from bezant.sdk.services import setting
from bezant_invoicing.contracts import INVOICE, CreditNoteFinalized, InvoiceFinalized, InvoicePaid, InvoiceReopened
from bezant_invoicing.services.files import credit_note_pdf, invoice_pdf
from bezant_invoicing.services.loading import numbers_of
from bezant_ledger.contracts import OpenItemReopened, OpenItemSettled

BATCH = 50
"""Documents that one job renders."""


@job("invoicing.render_documents", title="Render documents", can_wait=True)
def render_documents(invoices: Sequence[str] = (), credit_notes: Sequence[str] = ()) -> dict[str, int]:
    """Makes the PDFs of documents and keeps them; those that are kept already are left alone, so it may be repeated."""
    work: list[tuple[Callable[[UUID], bytes], str]] = [(invoice_pdf, id) for id in invoices] + [
        (credit_note_pdf, id) for id in credit_notes
    ]
    for done, (render, id) in enumerate(work, start=1):
        render(UUID(id))
        progress(done, len(work), "documents rendered")
    return {"rendered": len(work)}


@handles(InvoiceFinalized, CreditNoteFinalized)
def render_when_issued(events: Sequence[DomainEvent]) -> None:
    """Has the documents of a page rendered, some at a time, so that a run never waits for it."""
    if setting("invoicing.render_documents") != "when_issued":
        return
    for start in range(0, len(events), BATCH):
        some = events[start : start + BATCH]
        enqueue(
            render_documents,
            invoices=[str(e.aggregate_id) for e in some if isinstance(e, InvoiceFinalized)],
            credit_notes=[str(e.aggregate_id) for e in some if isinstance(e, CreditNoteFinalized)],
        )


@handles(OpenItemSettled, OpenItemReopened)
def tell_of_payment(events: Sequence[DomainEvent]) -> None:
    """An invoice is paid when its open item is settled, and open again when that is."""
    ours = [e for e in events if isinstance(e, OpenItemSettled | OpenItemReopened) and e.source_type == INVOICE]
    numbers = numbers_of([event.source_id for event in ours])
    told: list[DomainEvent] = []
    for event in ours:
        number = numbers.get(event.source_id)
        if number is not None:
            kind = InvoicePaid if isinstance(event, OpenItemSettled) else InvoiceReopened
            told.append(kind(event.source_id, event.account_id, number))
    post_events(told)


JOBS = (render_documents,)
HANDLERS = (render_when_issued, tell_of_payment)
