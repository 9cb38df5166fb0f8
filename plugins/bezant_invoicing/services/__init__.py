"""What other plugins, pages, the API and jobs can ask of invoicing."""

from bezant_invoicing.services.closing import issue_credit_note, mark_uncollectible, undo_write_off, void_credit_note, void_invoice
from bezant_invoicing.services.drafts import (
    create_draft,
    discard_draft,
    edit_draft,
    edit_draft_line,
    finalize_invoice,
    finalize_invoices,
    save_drafts,
)
from bezant_invoicing.services.issue import issue_page
from bezant_invoicing.services.loading import (
    credit_notes_of,
    line_balances,
    load_credit_note,
    load_credit_notes,
    load_invoice,
    load_invoices,
)
from bezant_invoicing.services.pending import add_pending_charge, cancel_pending_charge

__all__ = [
    "add_pending_charge",
    "cancel_pending_charge",
    "create_draft",
    "credit_notes_of",
    "discard_draft",
    "edit_draft",
    "edit_draft_line",
    "finalize_invoice",
    "finalize_invoices",
    "issue_credit_note",
    "issue_page",
    "line_balances",
    "load_credit_note",
    "load_credit_notes",
    "load_invoice",
    "load_invoices",
    "mark_uncollectible",
    "save_drafts",
    "undo_write_off",
    "void_credit_note",
    "void_invoice",
]
