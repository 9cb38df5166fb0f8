"""The journal entries of documents."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from bezant.sdk.values import SourceRef, new_id
from bezant_invoicing.contracts import CREDIT_NOTE, INVOICE, IssuedCreditNote, IssuedInvoice
from bezant_invoicing.domain.credits import CreditableInvoice
from bezant_ledger.contracts import CUSTOMER_CREDIT, RECEIVABLES, TAX_PAYABLE, WRITE_OFFS, NewEntry, NewPosting


def invoice_entries(invoices: Iterable[IssuedInvoice]) -> list[NewEntry]:
    """Dr receivables and discounts, Cr income per line and tax payable, for a page of invoices; none for one of nothing but zeros.

    ``invoice.open_item_id`` becomes the id of the receivable posting, and so of the open item. Invoices that are alike share the
    other postings.
    """
    known: dict[int, tuple[NewPosting, ...]] = {}
    entries = []
    for invoice in invoices:
        key = id(invoice.pattern)
        others = known.get(key) if invoice.pattern else None
        if others is None:
            others = known[key] = _income(invoice)
        entries.append(_entry(invoice, SourceRef(INVOICE, invoice.id, invoice.number), f"Invoice {invoice.number}", _item(invoice), others))
    return [entry for entry in entries if entry is not None]


def _item(invoice: IssuedInvoice) -> NewPosting:
    return NewPosting(
        RECEIVABLES,
        invoice.total_minor,
        account_id=invoice.account_id,
        due_on=invoice.due_on,
        payer_id=invoice.payer_id,
        id=invoice.open_item_id,
    )


def _income(invoice: IssuedInvoice) -> tuple[NewPosting, ...]:
    amounts: dict[str, int] = {}
    for line in invoice.lines:
        _add(amounts, line.accounts.income, line.tax_included_minor - line.draft.amount_minor)
        _add(amounts, line.accounts.discounts, line.discount_minor)
    _add(amounts, TAX_PAYABLE, -invoice.tax_minor)
    return _postings(amounts.items())


def credit_note_entry(note: IssuedCreditNote, invoice: CreditableInvoice) -> NewEntry | None:
    """Dr income and tax payable, Cr discounts and customer credit; a void takes from the invoice's open item instead of making credit."""
    amounts: dict[str, int] = {}
    for line in note.lines:
        accounts = invoice.lines[line.draft.line_id].accounts
        _add(amounts, accounts.income, line.draft.amount_minor - line.tax_included_minor)
        _add(amounts, accounts.discounts, -line.discount_minor)
    _add(amounts, TAX_PAYABLE, note.tax_minor)
    if note.kind == "void":
        item = NewPosting(RECEIVABLES, -note.total_minor, account_id=note.account_id, item_id=invoice.open_item_id)
    else:
        item = NewPosting(CUSTOMER_CREDIT, -note.total_minor, account_id=note.account_id, payer_id=note.payer_id, id=note.credit_item_id)
    return _entry(
        note,
        SourceRef(CREDIT_NOTE, note.id, note.number),
        f"Credit note {note.number} to {invoice.number}",
        item,
        _postings(amounts.items()),
    )


def void_credit_entry(note: IssuedCreditNote, invoice: CreditableInvoice, date: date) -> NewEntry | None:
    """The reverse of a credit note's entry: what it gave back is owed again, its unused credit is taken."""
    entry = credit_note_entry(note, invoice)
    if entry is None:
        return None
    postings = tuple(NewPosting(p.ledger_account, -p.amount_minor, account_id=p.account_id, item_id=p.id) for p in entry.postings)
    return replace(entry, id=new_id(), date=date, description=f"Credit note {note.number} voided", postings=postings)


def write_off_entry(invoice: CreditableInvoice, amount_minor: int, date: date) -> NewEntry:
    """Dr write-offs, Cr receivables: what is left of an invoice's open item is given up (positive) or owed again (negative)."""
    verb = "written off" if amount_minor > 0 else "owed again"
    return NewEntry(
        new_id(),
        date,
        invoice.legal_entity_id,
        invoice.currency,
        SourceRef(INVOICE, invoice.id, invoice.number),
        f"Invoice {invoice.number} {verb}",
        (
            NewPosting(WRITE_OFFS, amount_minor),
            NewPosting(RECEIVABLES, -amount_minor, account_id=invoice.account_id, item_id=invoice.open_item_id),
        ),
    )


def _entry(
    document: IssuedInvoice | IssuedCreditNote, source: SourceRef, description: str, item: NewPosting, others: tuple[NewPosting, ...]
) -> NewEntry | None:
    postings = (item, *others) if item.amount_minor else others
    if not postings:
        return None
    return NewEntry(new_id(), document.issued_on, document.legal_entity_id, document.currency, source, description, postings)


def _postings(amounts: Iterable[tuple[str, int]]) -> tuple[NewPosting, ...]:
    return tuple(NewPosting(account, amount) for account, amount in amounts if amount)


def _add(amounts: dict[str, int], account: str, amount: int) -> None:
    amounts[account] = amounts.get(account, 0) + amount
