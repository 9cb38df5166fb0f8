"""Pages: credit notes, and the form that writes one against an invoice."""

from typing import Any
from uuid import UUID

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from bezant.sdk.values import Invalid, Money, SourceRef, new_id, parse_plain
from bezant.sdk.web import (
    Action,
    Column,
    Fact,
    Link,
    Panel,
    Status,
    TableRow,
    TimelineEntry,
    amount_text,
    links_to,
    render_form,
    render_list,
    render_record,
    requires,
    say,
    shown,
    span_text,
    table_panel,
    timeline_panel,
)
from bezant_accounts import services as accounts
from bezant_invoicing import services
from bezant_invoicing.contracts import CreditLine, CreditNoteInfo, DraftCreditNote, InvoiceInfo
from bezant_invoicing.schemas.inputs import CreditFormSchema
from bezant_invoicing.schemas.lists import CREDIT_KINDS, CREDIT_NOTE_LIST, CREDIT_STATES
from bezant_invoicing.views.blueprint import ACCOUNT, blueprint
from bezant_invoicing.views.invoice_parts import tax_words
from bezant_invoicing.views.invoices import pdf_response
from bezant_ledger import services as ledger


@blueprint.get("/credit-notes")
@requires("invoicing.credit_note.view")
def credit_notes() -> ResponseReturnValue:
    """All credit notes."""
    return render_list(CREDIT_NOTE_LIST)


@blueprint.route("/invoices/<uuid:invoice_id>/credit", methods=["GET", "POST"])
@requires("invoicing.credit_note.create")
def credit_invoice(invoice_id: UUID) -> ResponseReturnValue:
    """A credit note against an invoice, as goodwill: it lowers what was billed."""
    found = services.load_invoice(invoice_id)
    back = url_for("invoicing.invoice", invoice_id=invoice_id)

    def save(data: dict[str, Any]) -> str:
        day = data["issued_on"] or services.today_for(found.legal_entity_id)
        draft = DraftCreditNote(id=new_id(), invoice_id=invoice_id, issued_on=day, lines=_typed_lines(data, found), reason=data["reason"])
        return url_for("invoicing.credit_note", note_id=services.issue_credit_note(draft).id)

    return render_form(
        CreditFormSchema(),
        title=f"Credit {found.number}",
        noun="credit note",
        submit="Issue credit note",
        save=save,
        values=_form_values(found),
        cancel=back,
        done="The credit note is issued.",
        intro=f"It lowers what was billed; what was covered stays covered. Left to give back: {_left(found)}.",
    )


@blueprint.get("/credit-notes/<uuid:note_id>")
@requires("invoicing.credit_note.view")
def credit_note(note_id: UUID) -> str:
    """One credit note."""
    found = services.load_credit_note(note_id)
    invoice = services.load_invoice(found.invoice_id)
    account = accounts.get_account(found.account_id)
    ref = SourceRef(ACCOUNT, account.id, account.name)
    link = Link(found.invoice_number, url_for("invoicing.invoice", invoice_id=found.invoice_id), "invoicing.invoice.view")
    return render_record(
        title=found.number,
        status=Status(state_of(found), choices=CREDIT_STATES),
        subtitle=shown(ref, links_to([ref])),
        facts=[
            Fact("Total", Money(found.total_minor, found.currency)),
            Fact("Not used", Money(found.left_minor, found.currency)),
            Fact("Corrects", link),
            Fact("Issued", found.issued_on),
            Fact("Kind", Status(found.kind, choices=CREDIT_KINDS)),
            Fact("Reason", found.reason),
        ],
        actions=_actions(found),
        panels=[
            _lines_panel(found, invoice),
            _uses_panel(found),
            _document_panel(found, account),
            timeline_panel("Timeline", _timeline(found)),
        ],
    )


@blueprint.post("/credit-notes/<uuid:note_id>/void")
@requires("invoicing.credit_note.void")
def void_credit_note(note_id: UUID) -> ResponseReturnValue:
    """Takes an unused credit note back."""
    services.void_credit_note(note_id)
    say("The credit note is taken back.")
    return redirect(url_for("invoicing.credit_note", note_id=note_id), 303)


@blueprint.get("/credit-notes/<uuid:note_id>/pdf")
@requires("invoicing.credit_note.view")
def credit_note_pdf(note_id: UUID) -> Response:
    """The document; with ``?download=1`` as a file."""
    return pdf_response(services.credit_note_pdf(note_id), services.load_credit_note(note_id).number)


def state_of(note: CreditNoteInfo) -> str:
    """Open, partly used, used or voided."""
    if note.voided_at is not None:
        return "voided"
    if note.left_minor == 0:
        return "used"
    return "open" if note.left_minor == note.total_minor else "partly_used"


def _actions(found: CreditNoteInfo) -> list[Action]:
    pdf = Action("PDF", url_for("invoicing.credit_note_pdf", note_id=found.id), "file-text", permission="invoicing.credit_note.view")
    if state_of(found) != "open" or found.kind == "void" or found.source or any(line.from_on for line in found.lines):
        return [pdf]
    ask = f"Take credit note {found.number} back? Its credit is gone."
    url = url_for("invoicing.void_credit_note", note_id=found.id)
    return [Action("Void", url, "ban", "post", "invoicing.credit_note.void", danger=True, confirm=ask), pdf]


def _form_values(found: InvoiceInfo) -> dict[str, Any]:
    """The lines of which something is left; how much to give back is for people to say."""
    lines = [{"line_id": str(line.draft.id), "description": line.draft.description} for line in found.lines if line.left_minor]
    return {"currency": found.currency, "lines": lines}


def _left(found: InvoiceInfo) -> str:
    return ", ".join(f"{line.draft.description} {amount_text(line.left_minor, found.currency)}" for line in found.lines if line.left_minor)


def _typed_lines(data: dict[str, Any], found: InvoiceInfo) -> tuple[CreditLine, ...]:
    """The lines of which something is to be given back. Raises ``Invalid`` where there is none."""
    typed = [
        CreditLine(
            line_id=line["line_id"], amount_minor=_minor(line["amount"], found.currency), kind="goodwill", description=line["description"]
        )
        for line in data["lines"]
        if line["amount"]
    ]
    if not typed:
        raise Invalid.field("lines", "no_lines", "Say at one line at least how much is to be given back.")
    return tuple(typed)


def _minor(amount: Any, currency: str) -> int:
    return amount if isinstance(amount, int) else parse_plain(f"{amount:f}", currency)


def _lines_panel(found: CreditNoteInfo, invoice: InvoiceInfo) -> Panel:
    words = {line.draft.id: line.draft.description for line in invoice.lines}
    columns = (
        Column("Item", place="s1"),
        Column("Days taken back", place="s3"),
        Column("Discount taken back", currency=found.currency),
        Column("Amount", place="s2", currency=found.currency),
    )
    rows = [
        TableRow(
            (
                line.description or words[line.line_id],
                span_text(line.from_on, line.to_on) if line.from_on and line.to_on else "",
                Money(line.discount_minor, found.currency),
                Money(line.amount_minor, found.currency),
            )
        )
        for line in found.lines
    ]
    sums = [
        Fact("Subtotal", Money(found.subtotal_minor, found.currency)),
        Fact("Discount taken back", Money(-found.discount_minor, found.currency)),
    ]
    sums += [Fact(tax_words(tax, found.currency), Money(tax.tax_minor, found.currency)) for tax in found.taxes]
    sums.append(Fact("Total credit", Money(found.total_minor, found.currency)))
    return Panel("Lines", "invoicing/lines.html", {"columns": columns, "rows": rows, "sums": sums}, order=10)


def _uses_panel(found: CreditNoteInfo) -> Panel:
    used = [a for a in ledger.load_allocations([found.credit_item_id]) if a.item_id] if found.credit_item_id else []
    paid = (
        {item.id: item for item in ledger.open_items(item_ids=[a.item_id for a in used if a.item_id], include_settled=True)} if used else {}
    )
    links = links_to([item.source for item in paid.values()])
    rows = [
        TableRow((shown(paid[a.item_id].source, links), a.date, Money(a.amount_minor, found.currency))) for a in used if a.item_id in paid
    ]
    columns = (Column("Set against", place="s1"), Column("Date", place="s3"), Column("Amount", place="s2", currency=found.currency))
    return table_panel("How the credit is used", columns, rows, empty="Nothing of it was used yet.", order=20)


def _document_panel(found: CreditNoteInfo, account: object) -> Panel:
    url = url_for("invoicing.credit_note_pdf", note_id=found.id)
    context = {"doc": found, "account": account, "kept": services.file_of(found.id), "url": url, "word": "Credit note"}
    return Panel("Document", "invoicing/document.html", context, place="aside", order=10)


def _timeline(found: CreditNoteInfo) -> list[TimelineEntry]:
    entries = [
        TimelineEntry(found.finalized_at, f"Issued as {found.number}", amount_text(found.total_minor, found.currency), "receipt-refund")
    ]
    if found.voided_at:
        entries.append(TimelineEntry(found.voided_at, "Taken back", "", "ban"))
    return entries
