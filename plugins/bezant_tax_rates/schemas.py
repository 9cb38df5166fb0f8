"""Tax rates as JSON, and their list."""

from flask import url_for
from marshmallow import fields, validate
from sqlalchemy import select

from bezant.sdk.api import Day, DecimalString, Schema, Text, Uuid
from bezant.sdk.lists import Choice, EmptyState, Field, ListSpec, Step
from bezant_tax_rates.models import RateRow

CATEGORIES = {
    "S": "Standard",
    "Z": "Zero-rated",
    "E": "Exempt",
    "AE": "Reverse charge",
    "G": "Export",
    "O": "Out of scope",
}

_rates = RateRow.__table__.c


class TaxRateEdit(Schema):
    """What may change of a rate."""

    label = Text(longest=200, blank=False, metadata={"hint": "Stands on invoices."})
    reason = Text(longest=500, metadata={"hint": "Printed with rates of zero: why nothing is charged.", "full": True})
    valid_to = Day(metadata={"label": "Ends before", "hint": "The first day on which it no longer holds."})


class TaxRateBody(Schema):
    """A rate to be created. An empty country, region or tax category matches everything."""

    code = Text(required=True, longest=64, blank=False)
    label = Text(required=True, longest=200, blank=False, metadata={"hint": "Stands on invoices."})
    percent = DecimalString(required=True, allow_negative=False, metadata={"suffix": "%"})
    tax = Text(load_default="vat", longest=64, metadata={"hint": "Which tax it is. Of one tax the most specific rate applies."})
    country = Text(load_default="", longest=2, metadata={"hint": "Two capitals; empty for everywhere."})
    region = Text(load_default="", longest=64, metadata={"hint": "State or province, such as NY."})
    tax_category = Text(load_default="", longest=64, metadata={"hint": "Of the line; empty for every category."})
    inclusive = fields.Boolean(load_default=False, truthy={True}, falsy={False}, metadata={"label": "Contained in prices"})
    reverse_charge = fields.Boolean(
        load_default=False, truthy={True}, falsy={False}, metadata={"label": "Reverse charge within the EU", "hint": "With a VAT id."}
    )
    category = fields.String(load_default="S", validate=validate.OneOf(list(CATEGORIES), labels=list(CATEGORIES.values())))
    valid_from = Day(load_default=None, allow_none=True)
    valid_to = Day(load_default=None, allow_none=True, metadata={"label": "Ends before"})
    reason = Text(load_default="", longest=500, metadata={"hint": "Printed with rates of zero: why nothing is charged.", "full": True})


class TaxRateSchema(TaxRateBody):
    """A rate."""

    id = Uuid()
    version = fields.Integer()


RATE_LIST = ListSpec(
    name="tax_rates",
    title="Tax rates",
    permission="tax_rates.rate.view",
    scope=RateRow,
    statement=lambda: select().select_from(RateRow.__table__),
    fields=(
        Field("id", "Id", _rates.id, "uuid", hidden=True),
        Field("code", "Code", _rates.code, "code"),
        Field("label", "Label", _rates.label),
        Field("percent", "Per cent", _rates.percent, "decimal"),
        Field("tax", "Tax", _rates.tax, "code"),
        Field("country", "Country", _rates.country, "code"),
        Field("region", "Region", _rates.region, "code"),
        Field("tax_category", "Category", _rates.tax_category, "code"),
        Field("inclusive", "Contained", _rates.inclusive, "boolean"),
        Field("reverse_charge", "Reverse charge", _rates.reverse_charge, "boolean", hidden=True),
        Field("category", "EN 16931", _rates.category, "status", choices=tuple(Choice(k, v) for k, v in CATEGORIES.items()), hidden=True),
        Field("valid_from", "From", _rates.valid_from, "day"),
        Field("valid_to", "Ends before", _rates.valid_to, "day"),
    ),
    default_sort="country,region,code",
    search=("code", "label"),
    search_hint="Code or label",
    record=lambda row: url_for("tax_rates.rate", code=row["code"]),
    empty=EmptyState(
        "No tax rates yet",
        "Without a rate that matches, lines are untaxed.",
        Step("New tax rate", lambda: url_for("tax_rates.new_rate"), permission="tax_rates.rate.create"),
    ),
    actions=(Step("New tax rate", lambda: url_for("tax_rates.new_rate"), "plus", "tax_rates.rate.create"),),
    name_field="label",
)
