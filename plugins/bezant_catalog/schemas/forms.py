"""Forms of the pages: a plan's head, one charge with the parameters of its price model, publishing."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from bezant.sdk.api import CurrencyCode, Day, DecimalString, MoneyString, Schema, Text
from bezant_catalog.contracts import NewCharge, PriceModel
from bezant_catalog.domain import dump_price, load_price
from bezant_catalog.schemas.plans import UNITS
from bezant_catalog.services import find_metrics

KINDS = {"recurring": "Every period", "one_time": "Once", "metered": "By usage"}
TIMINGS = {"advance": "In advance", "arrears": "In arrears"}
POLICIES = {"keep": "Keep their version", "next_period": "Move at their next period", "at_once": "Move on the day, with credit"}
EVERY = dict(zip(UNITS, ("Every day", "Every week", "Every month", "Every quarter", "Every half-year", "Every year"), strict=True))


def _one_of(choices: Mapping[str, str]) -> validate.OneOf:
    return validate.OneOf(list(choices), labels=list(choices.values()))


class PlanForm(Schema):
    """The head of a plan."""

    name = Text(required=True, longest=200, blank=False, metadata={"label": "Name on invoices"})
    code = Text(required=True, longest=64, blank=False, metadata={"widget": "mono"})
    interval_unit = fields.String(load_default="month", validate=_one_of(EVERY), metadata={"label": "Billed", "optional": ""})
    currency = CurrencyCode(required=True)
    minimum = MoneyString(load_default=None, allow_none=True, metadata={"label": "Minimum commitment", "hint": "For a full period."})


class VersionForm(Schema):
    """When a version starts, and who moves to it."""

    effective = Day(load_default=None, allow_none=True, metadata={"label": "Effective from"})
    existing_policy = fields.String(
        load_default="keep", validate=_one_of(POLICIES), metadata={"label": "Existing subscriptions", "optional": ""}
    )
    existing_from = Day(load_default=None, allow_none=True, metadata={"label": "They move from"})


def _metric_choices() -> list[tuple[str, str]]:
    return [(code, f"{metric.name} ({metric.aggregation.replace('_', ' ')})") for code, metric in find_metrics().items()]


class ChargeForm(Schema):
    """What all charges have; the parameters of the price model follow in the classes below."""

    name = Text(required=True, longest=200, blank=False, metadata={"label": "Name on invoices"})
    code = Text(required=True, longest=64, blank=False, metadata={"widget": "mono"})
    kind = fields.String(load_default="recurring", validate=_one_of(KINDS), metadata={"label": "Charged", "optional": ""})
    timing = fields.String(load_default="arrears", validate=_one_of(TIMINGS), metadata={"label": "When", "optional": ""})
    metrics = fields.List(Text(longest=64), load_default=list, metadata={"label": "Measured by", "choices": _metric_choices})
    seats = fields.Boolean(load_default=False, truthy={True}, falsy={False}, metadata={"label": "For each seat of the subscription"})
    prorated = fields.Boolean(load_default=True, truthy={True}, falsy={False}, metadata={"label": "Parts of a period cost a part"})
    discountable = fields.Boolean(load_default=True, truthy={True}, falsy={False}, metadata={"label": "Coupons may lower it"})
    tax_category = Text(load_default="standard", longest=64)
    minimum = MoneyString(load_default=None, allow_none=True, metadata={"label": "Minimum spend"})


class TierForm(Schema):
    """One tier; the last one has no bound."""

    up_to = DecimalString(load_default=None, allow_none=True, metadata={"label": "Up to and including"})
    unit_price = DecimalString(required=True)
    flat_fee = DecimalString(load_default=None, allow_none=True)


class RateTierForm(Schema):
    """One tier of a percentage."""

    up_to = DecimalString(load_default=None, allow_none=True, metadata={"label": "Up to and including"})
    rate_percent = DecimalString(required=True, metadata={"label": "Per cent"})
    flat_fee = DecimalString(load_default=None, allow_none=True)


class BlockTierForm(Schema):
    """One tier of blocks."""

    size = DecimalString(required=True, metadata={"label": "Units in a block"})
    max_blocks = fields.Integer(load_default=None, allow_none=True, metadata={"label": "Blocks"})
    price = DecimalString(required=True, metadata={"label": "Price of a block"})


class CapacityTierForm(Schema):
    """One tier of a capacity."""

    up_to = DecimalString(load_default=None, allow_none=True, metadata={"label": "Up to and including"})
    price = DecimalString(required=True)


class MatrixPriceForm(Schema):
    """The price of one combination."""

    values = Text(required=True, longest=200, metadata={"label": "Values", "hint": "In order of the dimensions."})
    unit_price = DecimalString(required=True)


class FlatForm(ChargeForm):
    """A flat amount."""

    amount = DecimalString(required=True)


class PerUnitForm(ChargeForm):
    """A price for each unit."""

    unit_price = DecimalString(required=True)


class GraduatedForm(ChargeForm):
    """Tiers that price their own part."""

    tiers = fields.List(fields.Nested(TierForm), required=True)


class VolumeForm(GraduatedForm):
    """The tier reached prices all."""


class PackageForm(ChargeForm):
    """Packages."""

    price = DecimalString(required=True, metadata={"label": "Price of a package"})
    size = DecimalString(required=True, metadata={"label": "Units in a package"})
    free_units = DecimalString(load_default=None, allow_none=True)


class PercentageForm(ChargeForm):
    """A percentage of measured money."""

    rate_percent = DecimalString(required=True, metadata={"label": "Per cent"})
    fixed_fee = DecimalString(load_default=None, allow_none=True, metadata={"label": "Fee per transaction"})
    free_count = fields.Integer(load_default=None, allow_none=True, metadata={"label": "Free transactions"})
    free_amount = DecimalString(load_default=None, allow_none=True)
    minimum_fee = DecimalString(load_default=None, allow_none=True, metadata={"label": "Least per transaction"})
    maximum_fee = DecimalString(load_default=None, allow_none=True, metadata={"label": "Most per transaction"})


class GraduatedPercentageForm(ChargeForm):
    """Tiers of a percentage."""

    tiers = fields.List(fields.Nested(RateTierForm), required=True)


class BlocksForm(ChargeForm):
    """Tiers of blocks."""

    policy = fields.String(
        load_default="all", validate=validate.OneOf(["all", "top"], labels=["Fill tier after tier", "The tier reached prices all"])
    )
    tiers = fields.List(fields.Nested(BlockTierForm), required=True)


class CapacityForm(ChargeForm):
    """The peak picks the tier."""

    tiers = fields.List(fields.Nested(CapacityTierForm), required=True)


class MatrixForm(ChargeForm):
    """Prices by property values."""

    dimensions = Text(required=True, longest=130, metadata={"hint": "One or two properties of the event, with a comma between."})
    prices = fields.List(fields.Nested(MatrixPriceForm), required=True)
    default_unit_price = DecimalString(
        load_default=None, allow_none=True, metadata={"hint": "For what is not listed; empty: such usage is reported."}
    )


class DynamicForm(ChargeForm):
    """The events carry their price."""

    amount_property = Text(load_default="amount", longest=64, metadata={"label": "Property with the price"})


class FormulaForm(ChargeForm):
    """An expression."""

    expression = Text(required=True, longest=500, metadata={"full": True, "widget": "mono", "hint": "Such as: max(10, quantity * 0.2)"})


PRICE_FORMS: Mapping[str, type[ChargeForm]] = {
    "flat": FlatForm,
    "per_unit": PerUnitForm,
    "graduated": GraduatedForm,
    "volume": VolumeForm,
    "package": PackageForm,
    "percentage": PercentageForm,
    "graduated_percentage": GraduatedPercentageForm,
    "blocks": BlocksForm,
    "capacity": CapacityForm,
    "matrix": MatrixForm,
    "dynamic": DynamicForm,
    "formula": FormulaForm,
}
"""The form of a charge by its price model."""

_RENAMED = {"minimum_fee": "minimum", "maximum_fee": "maximum"}


def charge_of(model: str, data: Mapping[str, Any]) -> NewCharge:
    """The charge that a form describes. Raises ``Invalid`` at the form's own fields."""
    common = {name: data[name] for name in ("name", "code", "kind", "timing", "prorated", "discountable", "tax_category")}
    metrics = tuple(data["metrics"])
    return NewCharge(
        **common,
        price=load_price(price_json(model, data, metrics), ""),
        quantity_source="seats" if data["seats"] else None,
        metrics=metrics,
        minimum_minor=data["minimum"],
    )


def price_json(model: str, data: Mapping[str, Any], metrics: tuple[str, ...] = ()) -> dict[str, Any]:
    """The price that a form describes, as JSON."""
    own = [name for name in PRICE_FORMS[model]().fields if name not in ChargeForm().fields]
    found = {_RENAMED.get(name, name): data[name] for name in own if data.get(name) is not None}
    if model == "matrix":
        found["dimensions"] = _split(data["dimensions"])
        found["prices"] = [{"values": _split(row["values"]), "unit_price": row["unit_price"]} for row in data["prices"]]
    if model == "capacity":
        found["tiers"] = [{"limits": dict.fromkeys(metrics, row["up_to"]), "price": row["price"]} for row in data["tiers"]]
    return {"model": model, **found}


def charge_values(charge: NewCharge) -> dict[str, Any]:
    """A charge as the values of its form; numbers as text."""
    names = ("name", "code", "kind", "timing", "prorated", "discountable", "tax_category")
    shared = {name: getattr(charge, name) for name in names}
    return shared | {"metrics": list(charge.metrics), "seats": charge.source == "seats"} | _price_values(charge.price)


def _price_values(price: PriceModel) -> dict[str, Any]:
    stored: dict[str, Any] = dump_price(price)
    names = {"minimum": "minimum_fee", "maximum": "maximum_fee"}
    found = {names.get(name, name): value for name, value in stored.items() if name != "model"}
    if price.kind == "matrix":
        found["dimensions"] = ", ".join(stored["dimensions"])
        found["prices"] = [{**row, "values": ", ".join(row["values"])} for row in stored.get("prices", ())]
    if price.kind == "capacity":
        found["tiers"] = [{"up_to": next(iter(row["limits"].values()), None), "price": row["price"]} for row in stored["tiers"]]
    return found


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
