"""What other plugins, pages, the API and jobs can ask of invoicing."""

from bezant_invoicing.services.closing import issue_credit_note, mark_uncollectible, undo_write_off, void_credit_note, void_invoice
from bezant_invoicing.services.days import today_for
from bezant_invoicing.services.drafts import (
    create_draft,
    discard_draft,
    edit_draft,
    edit_draft_line,
    finalize_invoice,
    finalize_invoices,
    preview_draft,
    save_drafts,
)
from bezant_invoicing.services.files import credit_note_pdf, file_of, invoice_pdf
from bezant_invoicing.services.issue import issue_page
from bezant_invoicing.services.loading import (
    credit_notes_of,
    entries_of,
    invoice_before,
    line_balances,
    load_credit_note,
    load_credit_notes,
    load_invoice,
    load_invoices,
)
from bezant_invoicing.services.pending import add_pending_charge, cancel_pending_charge, load_pending_charge

__all__ = [
    "add_pending_charge",
    "cancel_pending_charge",
    "create_draft",
    "credit_note_pdf",
    "credit_notes_of",
    "discard_draft",
    "edit_draft",
    "edit_draft_line",
    "entries_of",
    "file_of",
    "finalize_invoice",
    "finalize_invoices",
    "invoice_before",
    "invoice_pdf",
    "issue_credit_note",
    "issue_page",
    "line_balances",
    "load_credit_note",
    "load_credit_notes",
    "load_invoice",
    "load_invoices",
    "load_pending_charge",
    "mark_uncollectible",
    "preview_draft",
    "save_drafts",
    "today_for",
    "undo_write_off",
    "void_credit_note",
    "void_invoice",
]
