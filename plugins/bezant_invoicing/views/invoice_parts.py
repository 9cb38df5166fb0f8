"""Parts of an invoice's page: lines and sums, payments, ledger entries, timeline, the document, what is related."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

from flask import url_for

from bezant.sdk.services import may
from bezant.sdk.values import Link, Money, SourceRef
from bezant.sdk.web import (
    Column,
    Fact,
    Panel,
    TableRow,
    TimelineEntry,
    amount_text,
    facts_panel,
    links_panel,
    links_to,
    shown,
    span_text,
    table_panel,
    timeline_panel,
)
from bezant_accounts.contracts import AccountInfo
from bezant_invoicing import services
from bezant_invoicing.contracts import CREDIT_NOTE, CreditNoteInfo, InvoiceInfo, LineInfo, TaxInfo
from bezant_ledger import services as ledger
from bezant_ledger.contracts import AllocationInfo, OpenItemInfo

Links = Mapping[SourceRef, Link]


def panels_of(found: InvoiceInfo, account: AccountInfo, links: Links) -> list[Panel]:
    """Everything on the page below the facts."""
    notes = services.credit_notes_of(found.id) if found.number else []
    used, sources = _allocations(found)
    panels = [
        lines_panel(found),
        _document_panel(found, account),
    ]
    if found.number:
        panels += [
            _payments_panel(found, used, sources),
            *_entries_panel(found, used),
            timeline_panel("Timeline", _timeline(found, notes, used, sources)),
        ]
    if found.notes:
        panels.append(facts_panel("Notes", [Fact("On the invoice", found.notes)]))
    return panels + _related(found, notes, links)


def lines_panel(found: InvoiceInfo) -> Panel:
    """Lines with why each amount is what it is, and the sums."""
    columns = (
        Column("Item", place="s1"),
        Column("Service period", place="s3"),
        Column("Quantity", numeric=True),
        Column("Tax", place="s4"),
        Column("Amount", place="s2", currency=found.currency),
    )
    rows = [_row(line, found.currency) for line in found.lines]
    return Panel("Lines", "invoicing/lines.html", {"columns": columns, "rows": rows, "sums": sums_of(found)}, order=10)


def sums_of(found: InvoiceInfo) -> list[Fact]:
    """Subtotal, discounts, taxes and what was paid, as names and amounts; the total stands in between, marked."""

    def fact(label: str, minor: int, note: str = "") -> Fact:
        return Fact(label, Money(minor, found.currency), note)

    sums = [fact("Subtotal", found.subtotal_minor), *(fact(d.label, -d.amount_minor) for d in found.discounts)]
    sums += [fact(tax_words(tax, found.currency), tax.tax_minor, "included" if tax.rate.inclusive else "") for tax in found.taxes]
    sums.append(fact("Total", found.total_minor))
    if found.number:
        sums.append(fact("Paid and credited", found.total_minor - found.open_minor))
    return sums


def tax_words(tax: TaxInfo, currency: str) -> str:
    """NY sales tax 8.875% on 2,500.00."""
    return f"{tax.rate.label} {_plain(tax.rate.percent)}% on {amount_text(tax.base_minor, currency)}"


def _row(line: LineInfo, currency: str) -> TableRow:
    draft = line.draft
    rates = " + ".join(f"{_plain(rate.percent)}%" for rate in line.rates) or "exempt"
    cells = (
        draft.description,
        _span(line),
        draft.quantity if draft.quantity is not None else "",
        rates,
        Money(draft.amount_minor, currency),
    )
    return TableRow(cells, draft.explanation, currency)


def _span(line: LineInfo) -> str:
    draft = line.draft
    return span_text(draft.service_from, draft.service_to) if draft.service_from and draft.service_to else ""


def _plain(percent: Decimal) -> str:
    return f"{percent.normalize():f}"


def _document_panel(found: InvoiceInfo, account: AccountInfo) -> Panel:
    """The first page in small, with the way to the PDF."""
    kept = services.file_of(found.id)
    context = {
        "doc": found,
        "account": account,
        "kept": kept,
        "url": url_for("invoicing.invoice_pdf", invoice_id=found.id),
        "word": "Invoice",
    }
    return Panel("Document", "invoicing/document.html", context, place="aside", order=10)


def _allocations(found: InvoiceInfo) -> tuple[list[AllocationInfo], dict[UUID, OpenItemInfo]]:
    """What was taken from the invoice's open item, and the credits that paid it."""
    if found.open_item_id is None:
        return [], {}
    used = ledger.load_allocations([found.open_item_id])
    credits = [a.credit_item_id for a in used if a.credit_item_id]
    return used, {item.id: item for item in ledger.open_items(item_ids=credits, include_settled=True)} if credits else {}


def _payments_panel(found: InvoiceInfo, used: Sequence[AllocationInfo], sources: Mapping[UUID, OpenItemInfo]) -> Panel:
    links = links_to([item.source for item in sources.values()])
    rows = []
    for one in used:
        credit = sources.get(one.credit_item_id) if one.credit_item_id else None
        what = shown(credit.source, links) if credit else "Written off or voided"
        rows.append(TableRow((what, one.date, Money(one.amount_minor, found.currency))))
    columns = (Column("Source", place="s1"), Column("Date", place="s3"), Column("Amount", place="s2", currency=found.currency))
    return table_panel("Payments and credit", columns, rows, empty="Nothing was paid or credited yet.", order=20)


def _entries_panel(found: InvoiceInfo, used: Sequence[AllocationInfo]) -> list[Panel]:
    """The journal entries of the invoice and of what paid it, for whoever may see the ledger."""
    if not may("ledger.entry.view"):
        return []
    entries = services.entries_of([found.id], [one.entry_id for one in used])
    columns = (
        Column("Date", place="s3"),
        Column("Entry", place="s1"),
        Column("Account", place="s4"),
        Column("Amount", place="s2", currency=found.currency),
    )
    rows = [
        TableRow(
            (
                entry.date,
                entry.description,
                posting.ledger_account.replace("_", " ").capitalize(),
                Money(posting.amount_minor, found.currency),
            )
        )
        for entry in entries
        for posting in entry.postings
    ]
    return [
        table_panel(
            "Ledger entries", columns, rows, empty="Nothing was posted: the invoice is zero.", permission="ledger.entry.view", order=30
        )
    ]


def _timeline(
    found: InvoiceInfo, notes: Sequence[CreditNoteInfo], used: Sequence[AllocationInfo], sources: Mapping[UUID, OpenItemInfo]
) -> list[TimelineEntry]:
    entries = []
    if found.finalized_at:
        count = f"{len(found.lines)} line{'s' if len(found.lines) != 1 else ''}"
        entries.append(TimelineEntry(found.finalized_at, f"Finalized as {found.number}", count, "bolt"))
    kept = services.file_of(found.id)
    if kept:
        entries.append(TimelineEntry(kept.rendered_at, "PDF stored", f"SHA-256 {kept.sha256[:4]}…{kept.sha256[-4:]}, PDF/A-3", "file-text"))
    for note in notes:
        url = url_for("invoicing.credit_note", note_id=note.id)
        title = f"Credit note {note.number}" + (" (voided)" if note.voided_at else "")
        entries.append(TimelineEntry(note.finalized_at, title, amount_text(note.total_minor, found.currency), "receipt-refund", url))
    for one in used:
        source = sources.get(one.credit_item_id) if one.credit_item_id else None
        if source is not None and source.source.type != CREDIT_NOTE:
            words = amount_text(one.amount_minor, found.currency)
            entries.append(TimelineEntry(moment(one.date), f"Paid by {source.source.number}", words, "cash-banknote"))
    if found.closed_at:
        word = "Voided" if found.closed_as == "voided" else "Written off"
        entries.append(TimelineEntry(found.closed_at, word, "", "ban" if found.closed_as == "voided" else "circle-x"))
    return entries


def _related(found: InvoiceInfo, notes: Sequence[CreditNoteInfo], links: Links) -> list[Panel]:
    related: list[tuple[Link, str, str]] = []
    if found.source is not None and found.source in links:
        related.append((links[found.source], "Made by", "history"))
    for note in notes:
        url = url_for("invoicing.credit_note", note_id=note.id)
        related.append((Link(note.number, url, "invoicing.credit_note.view"), f"Credit note, {note.kind}", "receipt-refund"))
    before = services.invoice_before(found)
    if before is not None:
        url = url_for("invoicing.invoice", invoice_id=before.id)
        related.append((Link(before.number, url, "invoicing.invoice.view"), "Invoice before", "file-invoice"))
    return [links_panel("Related", related)] if related else []


def moment(day: date) -> datetime:
    """A day as an instant, for timelines that mix both."""
    return datetime.combine(day, time(12), UTC)
