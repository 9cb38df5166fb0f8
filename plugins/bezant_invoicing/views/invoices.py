"""Pages: invoices and their drafts."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from bezant.sdk.services import now
from bezant.sdk.values import Money, SourceRef
from bezant.sdk.web import Action, Fact, Link, NextStep, Status, links_to, render_form, render_list, render_record, requires, say, shown
from bezant_accounts import services as accounts
from bezant_accounts.contracts import AccountInfo
from bezant_invoicing import services
from bezant_invoicing.contracts import DraftEdit, InvoiceInfo
from bezant_invoicing.schemas.inputs import EditInvoiceSchema, NewInvoiceSchema, VoidFormSchema
from bezant_invoicing.schemas.lists import INVOICE_LIST, INVOICE_STATES
from bezant_invoicing.schemas.reading import new_invoice as read_invoice
from bezant_invoicing.views.blueprint import ACCOUNT, SUBSCRIPTION, blueprint
from bezant_invoicing.views.invoice_parts import panels_of

_FINAL = ("open", "partly_paid", "overdue", "paid")


@blueprint.get("/invoices")
@requires("invoicing.invoice.view")
def invoices() -> ResponseReturnValue:
    """All invoices and drafts."""
    return render_list(INVOICE_LIST)


@blueprint.route("/invoices/new", methods=["GET", "POST"])
@requires("invoicing.invoice.create")
def new_invoice() -> ResponseReturnValue:
    """The draft of a one-off invoice."""

    def save(data: dict[str, Any]) -> str:
        return url_for("invoicing.invoice", invoice_id=services.create_draft(read_invoice(data)))

    return render_form(
        NewInvoiceSchema(),
        title="New invoice",
        noun="invoice",
        submit="Save draft",
        save=save,
        cancel=url_for("invoicing.invoices"),
        done="The draft is saved. Look it over, then finalize it.",
    )


@blueprint.get("/invoices/<uuid:invoice_id>")
@requires("invoicing.invoice.view")
def invoice(invoice_id: UUID) -> str:
    """One invoice or draft."""
    found = services.load_invoice(invoice_id)
    account = accounts.get_account(found.account_id)
    subscriptions = {line.draft.subscription_id for line in found.lines if line.draft.subscription_id}
    refs = [SourceRef(ACCOUNT, account.id, account.name), *(SourceRef(SUBSCRIPTION, key, "Subscription") for key in subscriptions)]
    links = links_to([*refs, *([found.source] if found.source else [])])
    account_link = shown(refs[0], links)
    return render_record(
        title=found.number or "Draft invoice",
        status=Status(found.state, _status_words(found), INVOICE_STATES),
        subtitle=account_link,
        facts=_facts(found, account, [shown(ref, links) for ref in refs[1:]]),
        actions=_actions(found),
        next_step=_next_step(found),
        panels=panels_of(found, account, links),
    )


@blueprint.route("/invoices/<uuid:invoice_id>/edit", methods=["GET", "POST"])
@requires("invoicing.invoice.edit")
def edit_invoice(invoice_id: UUID) -> ResponseReturnValue:
    """Changes a draft."""
    found = services.load_invoice(invoice_id)
    back = url_for("invoicing.invoice", invoice_id=invoice_id)

    def save(data: dict[str, Any], version: int) -> str:
        lines = data.pop("lines")
        services.edit_draft(invoice_id, DraftEdit(lines=tuple(lines) if lines else None, **data), version)
        return back

    return render_form(
        EditInvoiceSchema(),
        title="Edit draft",
        noun="draft",
        save=save,
        values=_form_values(found),
        version=found.version,
        cancel=back,
        done="The draft was changed.",
        intro="The lines are priced anew; what was computed for them is replaced by what you type.",
    )


@blueprint.post("/invoices/<uuid:invoice_id>/finalize")
@requires("invoicing.invoice.finalize")
def finalize_invoice(invoice_id: UUID) -> ResponseReturnValue:
    """Issues a draft."""
    say(f"Invoice {services.finalize_invoice(invoice_id).number} is issued.")
    return redirect(url_for("invoicing.invoice", invoice_id=invoice_id), 303)


@blueprint.post("/invoices/<uuid:invoice_id>/discard")
@requires("invoicing.invoice.edit")
def discard_invoice(invoice_id: UUID) -> ResponseReturnValue:
    """Deletes a draft."""
    services.discard_draft(invoice_id)
    say("The draft is gone. It had taken no number.")
    return redirect(url_for("invoicing.invoices"), 303)


@blueprint.route("/invoices/<uuid:invoice_id>/void", methods=["GET", "POST"])
@requires("invoicing.invoice.void")
def void_invoice(invoice_id: UUID) -> ResponseReturnValue:
    """Voids an invoice by a credit note."""
    found = services.load_invoice(invoice_id)
    back = url_for("invoicing.invoice", invoice_id=invoice_id)

    def save(data: dict[str, Any]) -> str:
        services.void_invoice(invoice_id, data["reason"])
        return back

    return render_form(
        VoidFormSchema(),
        title=f"Void {found.number}",
        noun="invoice",
        submit="Void invoice",
        save=save,
        cancel=back,
        done=f"Invoice {found.number} is voided.",
        intro="A credit note takes back all of it; what it covered is billed again by the next run. A void is final.",
    )


@blueprint.post("/invoices/<uuid:invoice_id>/write-off")
@requires("invoicing.invoice.write_off")
def write_off_invoice(invoice_id: UUID) -> ResponseReturnValue:
    """Writes off what is left."""
    services.mark_uncollectible(invoice_id)
    say("What was left is written off.")
    return redirect(url_for("invoicing.invoice", invoice_id=invoice_id), 303)


@blueprint.post("/invoices/<uuid:invoice_id>/undo-write-off")
@requires("invoicing.invoice.write_off")
def undo_write_off(invoice_id: UUID) -> ResponseReturnValue:
    """Takes a write-off back."""
    services.undo_write_off(invoice_id)
    say("The write-off is taken back; the amount is owed again.")
    return redirect(url_for("invoicing.invoice", invoice_id=invoice_id), 303)


@blueprint.get("/invoices/<uuid:invoice_id>/pdf")
@requires("invoicing.invoice.view")
def invoice_pdf(invoice_id: UUID) -> Response:
    """The document; with ``?download=1`` as a file."""
    found = services.load_invoice(invoice_id)
    return pdf_response(services.invoice_pdf(invoice_id), found.number or "draft")


def pdf_response(content: bytes, name: str) -> Response:
    """A PDF, shown in the browser or downloaded."""
    kind = "attachment" if request.args.get("download") else "inline"
    safe = "".join(c if c.isalnum() or c in "-_." else "-" for c in name)
    return Response(content, mimetype="application/pdf", headers={"Content-Disposition": f'{kind}; filename="{safe}.pdf"'})


def _status_words(found: InvoiceInfo) -> str:
    if found.state != "overdue":
        return ""
    days = (_today() - found.due_on).days
    return f"Overdue {days} day{'s' if days != 1 else ''}" if days > 0 else ""


def _facts(found: InvoiceInfo, account: AccountInfo, subscriptions: list[Link | str]) -> list[Fact]:
    days = (found.due_on - found.issued_on).days
    facts = [
        Fact(
            "Total" if found.state == "draft" else "Amount due",
            Money(found.total_minor if found.state == "draft" else found.open_minor, found.currency),
        ),
        Fact("Due", found.due_on, _distance(found.due_on) if found.open_minor else ""),
        Fact("Issued", found.issued_on),
        Fact("Terms", "At once" if days == 0 else f"Net {days}"),
    ]
    if found.purchase_order:
        facts.append(Fact("Your order", found.purchase_order))
    if account.external_id:
        facts.append(Fact("Account", account.external_id))
    return facts + [Fact("Subscription", one) for one in subscriptions[:2]]


def _distance(due_on: date) -> str:
    days = (due_on - _today()).days
    if days == 0:
        return "today"
    return f"in {days} day{'s' if days != 1 else ''}" if days > 0 else f"{-days} day{'s' if days != -1 else ''} ago"


def _today() -> date:
    return now().date()


def _actions(found: InvoiceInfo) -> list[Action]:
    url = {name: url_for(f"invoicing.{name}", invoice_id=found.id) for name in _ENDPOINTS}
    pdf = Action("PDF", url["invoice_pdf"], "file-text", permission="invoicing.invoice.view")
    if found.state == "draft":
        gone = "Discard this draft? Its lines are lost."
        return [
            Action("Discard", url["discard_invoice"], "trash", "post", "invoicing.invoice.edit", danger=True, confirm=gone),
            pdf,
            Action("Edit", url["edit_invoice"], "pencil", permission="invoicing.invoice.edit"),
            Action("Finalize", url["finalize_invoice"], "check", "post", "invoicing.invoice.finalize", primary=True),
        ]
    actions = []
    if found.state == "uncollectible":
        actions.append(Action("Undo write-off", url["undo_write_off"], "arrow-back-up", "post", "invoicing.invoice.write_off"))
    if found.state in _FINAL and found.open_minor == found.total_minor:
        actions.append(Action("Void", url["void_invoice"], "ban", permission="invoicing.invoice.void", danger=True))
    if found.state in _FINAL and found.open_minor:
        ask = f"Write off {found.currency} {Money(found.open_minor, found.currency).major}? It is no longer collected."
        actions.append(Action("Write off", url["write_off_invoice"], "circle-x", "post", "invoicing.invoice.write_off", confirm=ask))
    if found.state != "voided" and any(line.left_minor for line in found.lines):
        actions.append(Action("Credit", url["credit_invoice"], "receipt-refund", permission="invoicing.credit_note.create"))
    return [*actions, pdf]


_ENDPOINTS = (
    "invoice_pdf",
    "discard_invoice",
    "edit_invoice",
    "finalize_invoice",
    "undo_write_off",
    "void_invoice",
    "write_off_invoice",
    "credit_invoice",
)


def _next_step(found: InvoiceInfo) -> NextStep | None:
    if found.state == "draft":
        return NextStep("Next: look it over and finalize it.", "Only then it gets a number, is posted and can be sent.", icon="checklist")
    if found.state in _FINAL and found.open_minor and not any(line.left_minor for line in found.lines):
        left = (
            f"{found.currency} {Money(found.open_minor, found.currency).major:,} of this invoice is open, although all of it was credited."
        )
        return NextStep(left, "Its credit paid something else or waits on the account: set it against this invoice.", icon="info-circle")
    if found.state == "overdue":
        owed = f"{found.currency} {Money(found.open_minor, found.currency).major:,} is overdue."
        return NextStep(owed, "Collect it, remind the customer, or write it off.", icon="alert-triangle", tone="bad")
    return None


def _form_values(found: InvoiceInfo) -> dict[str, Any]:
    return {
        "issued_on": found.issued_on.isoformat(),
        "due_on": found.due_on.isoformat(),
        "purchase_order": found.purchase_order,
        "notes": found.notes,
        "lines": [
            {
                "description": line.draft.description,
                "quantity": "" if line.draft.quantity is None else f"{line.draft.quantity:f}",
                "unit_price": "" if line.draft.unit_price is None else f"{line.draft.unit_price:f}",
                "tax_category": line.draft.tax_category,
            }
            for line in found.lines
        ],
    }
