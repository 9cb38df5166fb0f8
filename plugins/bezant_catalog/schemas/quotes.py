"""Price quotes as JSON."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import fields, validate

from bezant.sdk.api import CurrencyCode, Day, DecimalString, MoneyString, Schema, Text
from bezant_catalog.contracts import Delta, GroupMeasure, Measurement, PriceQuote, plain
from bezant_catalog.schemas.plans import PRICE


class QuoteGroupSchema(Schema):
    """A part of the quantity, by property values in the order of ``dimensions``."""

    values = fields.List(Text(longest=200, allow_none=True), required=True)
    quantity = DecimalString(required=True)
    events = fields.Integer(load_default=1, strict=True, validate=validate.Range(0, 10**12))


class QuoteDeltaSchema(Schema):
    """A change of the level: in full units, and weighted by time."""

    full = DecimalString(required=True)
    prorated = DecimalString(required=True)


class QuoteMeasurementSchema(Schema):
    """What was measured; what a price does not ask for may be left out."""

    quantity = DecimalString(load_default=None, allow_none=True)
    events = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(0, 10**12))
    full_quantity = DecimalString(load_default=None, allow_none=True)
    dimensions = fields.List(Text(longest=64), load_default=list)
    groups = fields.List(fields.Nested(QuoteGroupSchema), load_default=list, validate=validate.Length(0, 1000))
    levels = fields.Dict(keys=Text(longest=64), values=DecimalString(), load_default=dict)
    transactions = fields.List(DecimalString(), load_default=None, allow_none=True, validate=validate.Length(0, 10_000))
    carried_amount = DecimalString(load_default=None, allow_none=True)
    deltas = fields.List(fields.Nested(QuoteDeltaSchema), load_default=list, validate=validate.Length(0, 10_000))


class PriceQuoteBody(Schema):
    """Either a ``plan`` (code) with ``quantities`` by charge code, or a ``price`` with one ``measurement`` and a ``currency``."""

    plan = Text(longest=64, blank=False)
    on = Day()
    quantities = fields.Dict(keys=Text(longest=64), values=fields.Nested(QuoteMeasurementSchema), load_default=dict)
    price = fields.Raw(metadata=PRICE)
    measurement = fields.Nested(QuoteMeasurementSchema)
    currency = CurrencyCode()
    already_billed = MoneyString(load_default=None, allow_none=True)


class PriceQuoteLineSchema(Schema):
    """One charge: its exact amount, the rounded one, and why."""

    charge = fields.String()
    name = fields.String()
    amount_exact = fields.String()
    unit_amount = fields.String()
    amount = MoneyString()
    explanation = fields.Dict()


class PriceQuoteSchema(Schema):
    """What one full period costs. ``total`` = lines + ``true_up`` − ``already_billed``."""

    currency = fields.String()
    lines = fields.List(fields.Nested(PriceQuoteLineSchema))
    subtotal = MoneyString()
    true_up = MoneyString()
    already_billed = MoneyString()
    total = MoneyString()


def measurement_of(body: Mapping[str, Any]) -> Measurement:
    """The measurement that a body describes: quantity and events follow from their parts where they are left out."""
    groups = tuple(GroupMeasure(tuple(one["values"]), one["quantity"], one["events"]) for one in body["groups"])
    transactions = None if body["transactions"] is None else tuple(body["transactions"])
    parts = [group.quantity for group in groups] or list(transactions or ())
    return Measurement(
        quantity=sum(parts, Decimal(0)) if body["quantity"] is None else body["quantity"],
        events=_events(body, groups, transactions),
        dimensions=tuple(body["dimensions"]),
        groups=groups,
        levels=tuple(body["levels"].items()),
        transactions=transactions,
        carried_amount=body["carried_amount"],
        deltas=tuple(Delta(one["full"], one["prorated"]) for one in body["deltas"]),
        full_quantity=body["full_quantity"],
    )


def _events(body: Mapping[str, Any], groups: tuple[GroupMeasure, ...], transactions: tuple[Any, ...] | None) -> int:
    if body["events"] is not None:
        return int(body["events"])
    if transactions is not None:
        return len(transactions)
    return sum(group.events for group in groups) if groups else int(bool(body["quantity"]))


def quote_resource(quote: PriceQuote) -> dict[str, Any]:
    """A quote for :class:`PriceQuoteSchema`."""
    lines = [
        {
            "charge": line.code,
            "name": line.name,
            "amount_exact": plain(line.rated.exact),
            "unit_amount": plain(line.rated.unit_amount),
            "amount": line.amount_minor,
            "explanation": line.rated.to_dict(),
        }
        for line in quote.lines
    ]
    amounts = {"subtotal": quote.subtotal_minor, "true_up": quote.true_up_minor, "total": quote.total_minor}
    return {"currency": quote.currency, "lines": lines, "already_billed": quote.already_billed_minor, **amounts}
