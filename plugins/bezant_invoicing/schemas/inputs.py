"""What the REST API and forms take. Loading gives the plain input values of the services."""

from typing import Any

import marshmallow as ma
from marshmallow import validate

from bezant.sdk.api import CurrencyCode, Day, DecimalString, MoneyString, Schema, Text, Uuid
from bezant_invoicing.contracts import NewLine


class NewInvoiceLineSchema(Schema):
    """One line of a one-off invoice."""

    description = Text(required=True, metadata={"label": "Description"})
    quantity = DecimalString(load_default=None, allow_none=True, metadata={"label": "Quantity", "placeholder": "1"})
    unit_price = DecimalString(required=True, metadata={"label": "Unit price"})
    tax_category = Text(
        load_default="", metadata={"label": "Tax category", "description": "As the tax provider knows it; empty: standard."}
    )
    charge_code = Text(load_default="", metadata={"form": False})
    service_from = Day(load_default=None, allow_none=True, metadata={"form": False})
    service_to = Day(load_default=None, allow_none=True, metadata={"form": False, "description": "The day after the last one."})
    discountable = ma.fields.Boolean(load_default=True, metadata={"form": False})

    @ma.post_load
    def make(self, data: dict[str, Any], **_options: object) -> NewLine:
        """The line as the service takes it."""
        quantity = data.pop("quantity")
        return NewLine(**data) if quantity is None else NewLine(quantity=quantity, **data)


class NewInvoiceSchema(Schema):
    """A one-off invoice. ``account`` is an id or ``external:<your id>``."""

    account = Text(required=True, free=False, metadata={"label": "Account", "hint": "Your own id of it (its external id), or its id here."})
    currency = CurrencyCode(load_default=None, allow_none=True, metadata={"hint": "Empty: the account's."})
    issued_on = Day(load_default=None, allow_none=True, metadata={"label": "Issued", "hint": "Empty: today."})
    due_on = Day(load_default=None, allow_none=True, metadata={"label": "Due", "hint": "Empty: by the account's payment terms."})
    purchase_order = Text(
        load_default="", free=False, metadata={"label": "Your order", "hint": "The customer's number, printed on the invoice."}
    )
    lines = ma.fields.List(
        ma.fields.Nested(NewInvoiceLineSchema), required=True, validate=validate.Length(min=1, error="Add at least one line.")
    )
    notes = Text(load_default="", lines=True, metadata={"label": "Notes", "hint": "Printed below the sums."})
    with_pending_charges = ma.fields.Boolean(load_default=False, metadata={"label": "Add what waits for the next invoice"})


class EditInvoiceSchema(Schema):
    """A change of a draft; what is left out stays."""

    issued_on = Day(load_default=None, metadata={"label": "Issued"})
    due_on = Day(load_default=None, metadata={"label": "Due"})
    purchase_order = Text(load_default=None, free=False, metadata={"label": "Your order"})
    lines = ma.fields.List(ma.fields.Nested(NewInvoiceLineSchema), load_default=None)
    notes = Text(load_default=None, lines=True, metadata={"label": "Notes"})


class EditInvoiceLineSchema(Schema):
    """What is typed over a line of a draft; without a unit price the computed one is kept."""

    quantity = DecimalString(load_default=None)
    unit_price = DecimalString(load_default=None)
    description = Text(load_default=None)


class VoidInvoiceSchema(Schema):
    """Why, and dated when (today at the legal entity, unless given)."""

    reason = Text(load_default="", lines=True)
    on = Day(load_default=None)


class BookingDaySchema(Schema):
    """Dated when: today at the legal entity, unless given."""

    on = Day(load_default=None)


class NewCreditLineSchema(Schema):
    """What to give back of an invoice line, before its share of discount and tax."""

    line_id = Uuid(required=True)
    amount = MoneyString(required=True)
    kind = Text(
        load_default="goodwill",
        validate=validate.OneOf(["correction", "goodwill"]),
        metadata={
            "description": (
                "Goodwill lowers what was billed. A correction names the days that it takes back, of a line that no subscription billed; "
                "what a subscription billed is corrected by changing it."
            )
        },
    )
    from_on = Day(load_default=None, allow_none=True)
    to_on = Day(load_default=None, allow_none=True)
    description = Text(load_default="")


class NewCreditNoteSchema(Schema):
    """A credit note against one invoice."""

    invoice_id = Uuid(required=True)
    issued_on = Day(load_default=None, allow_none=True)
    reason = Text(load_default="", lines=True)
    lines = ma.fields.List(
        ma.fields.Nested(NewCreditLineSchema), required=True, validate=validate.Length(min=1, error="Add at least one line.")
    )


class NewPendingChargeSchema(Schema):
    """A charge to add to an account's next invoice."""

    account = Text(required=True, free=False, metadata={"label": "Account", "hint": "Your own id of it (its external id), or its id here."})
    currency = CurrencyCode(load_default=None, allow_none=True, metadata={"hint": "Empty: the account's."})
    description = Text(required=True, metadata={"label": "Description"})
    quantity = DecimalString(load_default=None, allow_none=True, metadata={"label": "Quantity", "placeholder": "1"})
    unit_price = DecimalString(required=True, metadata={"label": "Unit price"})
    tax_category = Text(load_default="", metadata={"label": "Tax category"})
    charge_code = Text(load_default="", metadata={"label": "Charge code"})
    service_from = Day(load_default=None, allow_none=True, metadata={"label": "Service from"})
    service_to = Day(load_default=None, allow_none=True, metadata={"label": "Service to", "hint": "The day after the last one."})


class CreditFormLineSchema(Schema):
    """A line of the credit form: an invoice line with what to give back of it, if anything."""

    line_id = Uuid(required=True, metadata={"widget": "hidden"})
    description = Text(load_default="", metadata={"label": "Line"})
    amount = MoneyString(load_default=None, allow_none=True, metadata={"label": "Give back"})


class CreditFormSchema(Schema):
    """The credit form of an invoice."""

    currency = CurrencyCode(required=True, metadata={"widget": "hidden"})
    reason = Text(required=True, lines=True, metadata={"label": "Reason", "hint": "Printed on the credit note."})
    issued_on = Day(load_default=None, allow_none=True, metadata={"label": "Date", "hint": "Empty: today."})
    lines = ma.fields.List(
        ma.fields.Nested(CreditFormLineSchema),
        required=True,
        metadata={"label": "What is given back", "hint": "Before discount and tax; their shares go back with it."},
    )


class VoidFormSchema(Schema):
    """The form that voids an invoice."""

    reason = Text(required=True, lines=True, metadata={"label": "Reason", "hint": "Printed on the credit note that voids the invoice."})
