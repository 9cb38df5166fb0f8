"""Tables of invoicing. Once an invoice or credit note is final, the database refuses to change it and all that belongs to it."""

from bezant_invoicing.models.credit_notes import CreditLineRow, CreditNote, CreditTaxRow
from bezant_invoicing.models.files import DocumentFile, Party
from bezant_invoicing.models.invoices import Invoice, InvoiceDiscount, InvoiceLine, InvoiceTax, LineDiscount, LineTax
from bezant_invoicing.models.pending import PendingCharge

__all__ = [
    "CreditLineRow",
    "CreditNote",
    "CreditTaxRow",
    "DocumentFile",
    "Invoice",
    "InvoiceDiscount",
    "InvoiceLine",
    "InvoiceTax",
    "LineDiscount",
    "LineTax",
    "Party",
    "PendingCharge",
]
