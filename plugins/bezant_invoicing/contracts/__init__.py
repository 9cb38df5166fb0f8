"""What other plugins may know of invoicing: drafts in, issued documents out, quotes, hooks, events and readable tables.

Amounts are whole minor units of the document's currency and never negative: what is given back is a credit note. Days are days
of the account (service) or of the legal entity (issue, due); spans are half-open. A *page* is a few hundred documents that are
issued together, in one transaction and with a constant number of queries.
"""

from bezant_invoicing.contracts.drafts import (
    CREDIT_NOTE,
    INVOICE,
    CreditKind,
    CreditLine,
    DraftCreditNote,
    DraftEdit,
    DraftInvoice,
    DraftLine,
    InvoiceState,
    LineEdit,
    LineKind,
    NewInvoice,
    NewLine,
    NewPendingCharge,
)
from bezant_invoicing.contracts.events import (
    CreditNoteFinalized,
    CreditNoteVoided,
    InvoiceFinalized,
    InvoiceMarkedUncollectible,
    InvoicePaid,
    InvoiceReopened,
    InvoiceVoided,
)
from bezant_invoicing.contracts.infos import CreditLineInfo, CreditNoteInfo, DiscountInfo, InvoiceInfo, LineInfo, TaxInfo
from bezant_invoicing.contracts.issued import (
    IssuedCreditLine,
    IssuedCreditNote,
    IssuedCreditTax,
    IssuedDiscount,
    IssuedInvoice,
    IssuedLine,
    IssuedPage,
    IssuedTax,
    LineBalance,
    VoidedInvoice,
)
from bezant_invoicing.contracts.quotes import Discount, DiscountQuote, LineAccounts, TaxQuote, TaxRate
from bezant_invoicing.contracts.specs import (
    bezant_choose_credit_accounts,
    bezant_discount_invoices,
    bezant_quote_taxes,
    bezant_record_issued,
    bezant_record_voided,
)
from bezant_invoicing.contracts.tables import CREDIT_LINES, CREDIT_NOTES, INVOICE_DISCOUNTS, INVOICE_LINES, INVOICES

__all__ = [
    "CREDIT_LINES",
    "CREDIT_NOTE",
    "CREDIT_NOTES",
    "INVOICE",
    "INVOICES",
    "INVOICE_DISCOUNTS",
    "INVOICE_LINES",
    "CreditKind",
    "CreditLine",
    "CreditLineInfo",
    "CreditNoteFinalized",
    "CreditNoteInfo",
    "CreditNoteVoided",
    "Discount",
    "DiscountInfo",
    "DiscountQuote",
    "DraftCreditNote",
    "DraftEdit",
    "DraftInvoice",
    "DraftLine",
    "InvoiceFinalized",
    "InvoiceInfo",
    "InvoiceMarkedUncollectible",
    "InvoicePaid",
    "InvoiceReopened",
    "InvoiceState",
    "InvoiceVoided",
    "IssuedCreditLine",
    "IssuedCreditNote",
    "IssuedCreditTax",
    "IssuedDiscount",
    "IssuedInvoice",
    "IssuedLine",
    "IssuedPage",
    "IssuedTax",
    "LineAccounts",
    "LineBalance",
    "LineEdit",
    "LineInfo",
    "LineKind",
    "NewInvoice",
    "NewLine",
    "NewPendingCharge",
    "TaxInfo",
    "TaxQuote",
    "TaxRate",
    "VoidedInvoice",
    "bezant_choose_credit_accounts",
    "bezant_discount_invoices",
    "bezant_quote_taxes",
    "bezant_record_issued",
    "bezant_record_voided",
]
