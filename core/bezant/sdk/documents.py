"""Printed documents: what a plugin fills in, and the PDF that comes of it (:mod:`bezant.documents`)."""

from bezant.documents import (
    Amount,
    BankDetails,
    Bucket,
    Buyer,
    CreditNoteDocument,
    Document,
    InvoiceDocument,
    Line,
    Paper,
    PayBy,
    ReminderDocument,
    ReminderLine,
    Seller,
    StatementDocument,
    StatementLine,
    TaxId,
    TaxTotal,
    Totals,
    paper_for,
    running_sums,
)

__all__ = [
    "Amount",
    "BankDetails",
    "Bucket",
    "Buyer",
    "CreditNoteDocument",
    "Document",
    "InvoiceDocument",
    "Line",
    "Paper",
    "PayBy",
    "ReminderDocument",
    "ReminderLine",
    "Seller",
    "StatementDocument",
    "StatementLine",
    "TaxId",
    "TaxTotal",
    "Totals",
    "paper_for",
    "render_document",
    "running_sums",
]


def render_document(kind: str, context: Document, *, locale: str, paper: Paper = "a4", theme: str = "") -> bytes:
    """The PDF of a document: tagged, archivable (PDF/A-3a), the same bytes for the same input.

    ``kind`` names the template ``documents/<kind>.html``; ``locale`` is the reader's (``de_DE``); ``theme`` another one than the
    deployment's (a preview). Slow (about a tenth of a
    second a page): call it in a job. Raises ``ConfigurationError`` for an unknown theme and ``Invalid`` for an unknown locale.
    """
    from bezant.web.assets import current_theme
    from bezant.web.documents import render  # WeasyPrint takes half a second to import: only those who print pay for it

    return render(kind, context, locale=locale, paper=paper, theme=theme or current_theme())
