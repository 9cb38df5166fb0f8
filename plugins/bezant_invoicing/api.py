"""REST: invoices, credit notes and pending charges."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from bezant.sdk.api import ApiBlueprint, idempotent, if_match, list_endpoint, requires
from bezant.sdk.values import new_id
from bezant_invoicing import services
from bezant_invoicing.contracts import (
    CreditNoteInfo,
    DraftCreditNote,
    DraftEdit,
    InvoiceInfo,
    IssuedInvoice,
    LineEdit,
)
from bezant_invoicing.models import CreditNote, Invoice, PendingCharge
from bezant_invoicing.schemas.documents import CreditNoteSchema, InvoicePreviewSchema, InvoiceSchema, PendingChargeSchema
from bezant_invoicing.schemas.inputs import (
    BookingDaySchema,
    EditInvoiceLineSchema,
    EditInvoiceSchema,
    NewCreditNoteSchema,
    NewInvoiceSchema,
    NewPendingChargeSchema,
    VoidInvoiceSchema,
)
from bezant_invoicing.schemas.lists import CREDIT_NOTE_LIST, INVOICE_LIST, PENDING_CHARGE_LIST
from bezant_invoicing.schemas.reading import Body, credit_line, new_invoice, new_pending_charge

invoices = ApiBlueprint("invoices", __name__, scope=Invoice, url_prefix="/invoices", description="Invoices and their drafts.")
credit_notes = ApiBlueprint(
    "credit-notes", __name__, scope=CreditNote, url_prefix="/credit-notes", description="Credit notes against invoices."
)
pending_charges = ApiBlueprint(
    "pending-charges",
    __name__,
    scope=PendingCharge,
    url_prefix="/pending-charges",
    description="Charges that wait for an account's next invoice.",
)
BLUEPRINTS: tuple[Blueprint, ...] = (invoices, credit_notes, pending_charges)

list_endpoint(invoices, INVOICE_LIST)
list_endpoint(credit_notes, CREDIT_NOTE_LIST)
list_endpoint(pending_charges, PENDING_CHARGE_LIST)


@invoices.route("", methods=["POST"])
@requires("invoicing.invoice.create")
@invoices.arguments(NewInvoiceSchema)
@invoices.response(201, InvoiceSchema)
def create_invoice(body: Body) -> InvoiceInfo:
    """Write the draft of a one-off invoice."""
    return services.load_invoice(services.create_draft(new_invoice(body)))


@invoices.route("/preview", methods=["POST"])
@requires("invoicing.invoice.view")
@invoices.arguments(NewInvoiceSchema)
@invoices.response(200, InvoicePreviewSchema)
def preview_invoice(body: Body) -> IssuedInvoice:
    """Compute a one-off invoice with discounts, tax and credit; nothing is stored."""
    return services.preview_draft(new_invoice(body))


@invoices.route("/<uuid:invoice_id>", methods=["GET"])
@requires("invoicing.invoice.view")
@invoices.response(200, InvoiceSchema)
def get_invoice(invoice_id: UUID) -> InvoiceInfo:
    """One invoice or draft with lines, discounts and taxes."""
    return services.load_invoice(invoice_id)


@invoices.route("/<uuid:invoice_id>", methods=["PATCH"])
@requires("invoicing.invoice.edit")
@invoices.arguments(EditInvoiceSchema)
@invoices.response(200, InvoiceSchema)
def edit_invoice(body: Body, invoice_id: UUID) -> InvoiceInfo:
    """Change a draft; `lines` replace all lines."""
    version = if_match()
    lines = body["lines"]
    services.edit_draft(invoice_id, DraftEdit(**{**body, "lines": None if lines is None else tuple(lines)}), version)
    return services.load_invoice(invoice_id)


@invoices.route("/<uuid:invoice_id>/lines/<uuid:line_id>", methods=["PATCH"])
@requires("invoicing.invoice.edit")
@invoices.arguments(EditInvoiceLineSchema)
@invoices.response(200, InvoiceSchema)
def edit_invoice_line(body: Body, invoice_id: UUID, line_id: UUID) -> InvoiceInfo:
    """Type over a line of a draft; without a unit price the computed one is kept."""
    version = if_match()
    services.edit_draft_line(invoice_id, line_id, LineEdit(**body), version)
    return services.load_invoice(invoice_id)


@invoices.route("/<uuid:invoice_id>", methods=["DELETE"])
@requires("invoicing.invoice.edit")
@invoices.response(204)
def discard_invoice(invoice_id: UUID) -> None:
    """Discard a draft; it took no number."""
    services.discard_draft(invoice_id)


@invoices.route("/<uuid:invoice_id>/finalize", methods=["POST"])
@requires("invoicing.invoice.finalize")
@idempotent(required=True)
@invoices.response(200, InvoiceSchema)
def finalize_invoice(invoice_id: UUID) -> InvoiceInfo:
    """Issue a draft: it gets its number and is posted."""
    services.finalize_invoice(invoice_id)
    return services.load_invoice(invoice_id)


@invoices.route("/<uuid:invoice_id>/void", methods=["POST"])
@requires("invoicing.invoice.void")
@idempotent(required=True)
@invoices.arguments(VoidInvoiceSchema)
@invoices.response(200, CreditNoteSchema)
def void_invoice(body: Body, invoice_id: UUID) -> CreditNoteInfo:
    """Void an invoice; the answer is the credit note that does it. Refused while money is allocated or a credit note corrects it."""
    return services.load_credit_note(services.void_invoice(invoice_id, body["reason"], body["on"]).id)


@invoices.route("/<uuid:invoice_id>/write-off", methods=["POST"])
@requires("invoicing.invoice.write_off")
@idempotent(required=True)
@invoices.arguments(BookingDaySchema)
@invoices.response(200, InvoiceSchema)
def write_off_invoice(body: Body, invoice_id: UUID) -> InvoiceInfo:
    """Write off what is left of an invoice: it is uncollectible."""
    services.mark_uncollectible(invoice_id, body["on"])
    return services.load_invoice(invoice_id)


@invoices.route("/<uuid:invoice_id>/undo-write-off", methods=["POST"])
@requires("invoicing.invoice.write_off")
@idempotent(required=True)
@invoices.arguments(BookingDaySchema)
@invoices.response(200, InvoiceSchema)
def undo_write_off(body: Body, invoice_id: UUID) -> InvoiceInfo:
    """Take a write-off back: what was given up is owed again."""
    services.undo_write_off(invoice_id, body["on"])
    return services.load_invoice(invoice_id)


@invoices.route("/<uuid:invoice_id>/pdf", methods=["GET"])
@requires("invoicing.invoice.view")
@invoices.response(200, content_type="application/pdf", description="The document; that of a draft is marked as one.")
def get_invoice_pdf(invoice_id: UUID) -> Response:
    """The invoice as a PDF, the same bytes each time."""
    return Response(services.invoice_pdf(invoice_id), mimetype="application/pdf")


@credit_notes.route("", methods=["POST"])
@requires("invoicing.credit_note.create")
@idempotent(required=True)
@credit_notes.arguments(NewCreditNoteSchema)
@credit_notes.response(201, CreditNoteSchema)
def create_credit_note(body: Body) -> CreditNoteInfo:
    """Issue a credit note; the lines' shares of discount and tax go back with them."""
    invoice = services.load_invoice(body["invoice_id"])
    note = DraftCreditNote(
        id=new_id(),
        invoice_id=invoice.id,
        issued_on=body["issued_on"] or services.today_for(invoice.legal_entity_id),
        reason=body["reason"],
        lines=tuple(credit_line(line, invoice.currency, f"lines.{index}.amount") for index, line in enumerate(body["lines"])),
    )
    return services.load_credit_note(services.issue_credit_note(note).id)


@credit_notes.route("/<uuid:note_id>", methods=["GET"])
@requires("invoicing.credit_note.view")
@credit_notes.response(200, CreditNoteSchema)
def get_credit_note(note_id: UUID) -> CreditNoteInfo:
    """One credit note with lines and taxes."""
    return services.load_credit_note(note_id)


@credit_notes.route("/<uuid:note_id>/void", methods=["POST"])
@requires("invoicing.credit_note.void")
@idempotent(required=True)
@credit_notes.arguments(BookingDaySchema)
@credit_notes.response(200, CreditNoteSchema)
def void_credit_note(body: Body, note_id: UUID) -> CreditNoteInfo:
    """Take back a credit note whose credit was not used."""
    services.void_credit_note(note_id, body["on"])
    return services.load_credit_note(note_id)


@credit_notes.route("/<uuid:note_id>/pdf", methods=["GET"])
@requires("invoicing.credit_note.view")
@credit_notes.response(200, content_type="application/pdf")
def get_credit_note_pdf(note_id: UUID) -> Response:
    """The credit note as a PDF, the same bytes each time."""
    return Response(services.credit_note_pdf(note_id), mimetype="application/pdf")


@pending_charges.route("", methods=["POST"])
@requires("invoicing.pending_charge.create")
@pending_charges.arguments(NewPendingChargeSchema)
@pending_charges.response(201, PendingChargeSchema)
def create_pending_charge(body: Body) -> Mapping[str, Any]:
    """Add a charge to the account's next invoice."""
    return services.load_pending_charge(services.add_pending_charge(new_pending_charge(body)))


@pending_charges.route("/<uuid:charge_id>", methods=["GET"])
@requires("invoicing.pending_charge.view")
@pending_charges.response(200, PendingChargeSchema)
def get_pending_charge(charge_id: UUID) -> Mapping[str, Any]:
    """One pending charge."""
    return services.load_pending_charge(charge_id)


@pending_charges.route("/<uuid:charge_id>/cancel", methods=["POST"])
@requires("invoicing.pending_charge.edit")
@pending_charges.response(200, PendingChargeSchema)
def cancel_pending_charge(charge_id: UUID) -> Mapping[str, Any]:
    """Take a charge back that was not billed yet."""
    services.cancel_pending_charge(charge_id)
    return services.load_pending_charge(charge_id)
