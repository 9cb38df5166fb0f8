"""Products, plans and their versions as JSON. Prices are objects named by their ``model``; see the catalog's README."""

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import fields, validate

from bezant.sdk.api import CurrencyCode, Day, DecimalString, MoneyString, Schema, Text, Uuid
from bezant.sdk.values import Invalid, Problem, format_plain, parse_plain
from bezant_catalog.contracts import Charge, ChargeFilter, Commitment, NewCharge, NewPlan, NewPlanVersion, Phase, PlanInfo, PlanVersion
from bezant_catalog.contracts.prices import ONE
from bezant_catalog.domain import dump_price, load_price
from bezant_catalog.domain.codec import MODELS
from bezant_catalog.domain.plan_codec import dump_filters, dump_phases, dump_prices, load_prices

UNITS = ("day", "week", "month", "quarter", "half_year", "year")
PRICE = {"type": "object", "required": ["model"], "properties": {"model": {"type": "string", "enum": list(MODELS)}}}
PRICES = {"type": "object", "additionalProperties": PRICE, "description": "Prices by currency."}


def _price(**options: Any) -> fields.Raw:
    return fields.Raw(metadata={**PRICE, "description": "A price model and its parameters, numbers as decimal strings."}, **options)


class ProductBody(Schema):
    """A product to be created."""

    code = Text(required=True, longest=64, blank=False)
    name = Text(required=True, longest=200, blank=False)
    description = Text(load_default="", longest=2000, lines=True)


class ProductEdit(Schema):
    """What is to change of a product."""

    name = Text(longest=200, blank=False)
    description = Text(longest=2000, lines=True)


class ProductSchema(ProductBody):
    """A product."""

    id = Uuid()
    archived = fields.Boolean()
    version = fields.Integer()


class PlanChargeFilterSchema(Schema):
    """A price of its own for events with certain property values."""

    code = Text(required=True, longest=64, blank=False)
    name = Text(load_default="", longest=200)
    match = fields.Dict(keys=Text(longest=64), values=fields.List(Text(longest=200)), required=True)
    price = _price(required=True)
    other_prices = fields.Raw(load_default=dict, metadata=PRICES)


class PlanChargeSchema(Schema):
    """A charge of a plan version."""

    code = Text(required=True, longest=64, blank=False)
    name = Text(required=True, longest=200, blank=False)
    names = fields.Dict(keys=Text(longest=20), values=Text(longest=200), load_default=dict)
    kind = fields.String(load_default="recurring", validate=validate.OneOf(("recurring", "one_time", "metered")))
    timing = fields.String(load_default="arrears", validate=validate.OneOf(("advance", "arrears")))
    prorated = fields.Boolean(load_default=True, truthy={True}, falsy={False})
    quantity_source = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(("fixed", "seats", "metric")))
    fixed_quantity = DecimalString(load_default=ONE, allow_negative=False)
    metrics = fields.List(Text(longest=64), load_default=list)
    price = _price(required=True)
    other_prices = fields.Raw(load_default=dict, metadata=PRICES)
    filters = fields.List(fields.Nested(PlanChargeFilterSchema), load_default=list)
    tax_category = Text(load_default="standard", longest=64)
    minimum = MoneyString(load_default=None, allow_none=True)
    other_minimums = fields.Dict(keys=CurrencyCode(), values=Text(longest=30), load_default=dict)
    discountable = fields.Boolean(load_default=True, truthy={True}, falsy={False})
    on_change = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(("credit", "difference", "keep")))


class PlanPhaseSchema(Schema):
    """A phase; the last one has no length."""

    code = Text(required=True, longest=64, blank=False)
    kind = fields.String(required=True, validate=validate.OneOf(("trial", "discount", "evergreen")))
    unit = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(UNITS))
    count = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 1000))
    prices = fields.Raw(load_default=dict, metadata={"type": "object", "description": "Prices by charge code."})
    other_prices = fields.Raw(load_default=dict, metadata={"type": "object", "description": "Prices by currency and charge code."})


class PlanCommitmentSchema(Schema):
    """The least that a full period costs."""

    minimum = MoneyString(required=True)
    name = Text(load_default="Minimum commitment", longest=200, blank=False)
    tax_category = Text(load_default="standard", longest=64)
    other_minimums = fields.Dict(keys=CurrencyCode(), values=Text(longest=30), load_default=dict)


class PlanVersionBody(Schema):
    """What a version of a plan says."""

    currency = CurrencyCode(required=True)
    other_currencies = fields.List(CurrencyCode(), load_default=list)
    interval_unit = fields.String(load_default="month", validate=validate.OneOf(UNITS))
    interval_count = fields.Integer(load_default=1, strict=True, validate=validate.Range(1, 1000))
    charges = fields.List(fields.Nested(PlanChargeSchema), required=True, validate=validate.Length(1, 200))
    phases = fields.List(fields.Nested(PlanPhaseSchema), load_default=list)
    commitment = fields.Nested(PlanCommitmentSchema, load_default=None, allow_none=True)
    effective = Day(load_default=None, allow_none=True)
    existing_policy = fields.String(load_default="keep", validate=validate.OneOf(("keep", "next_period", "at_once")))
    existing_from = Day(load_default=None, allow_none=True)


class PlanVersionEdit(PlanVersionBody):
    """What is to change of a draft; what is left out stays."""


class PlanBody(PlanVersionBody):
    """A plan with its first version."""

    code = Text(required=True, longest=64, blank=False)
    name = Text(required=True, longest=200, blank=False)
    product = Text(load_default=None, longest=64, blank=False, allow_none=True)
    publish = fields.Boolean(load_default=True, truthy={True}, falsy={False})


class PlanEdit(Schema):
    """What is to change of a plan; ``product`` null takes it out of its product."""

    name = Text(longest=200, blank=False)
    product = Text(longest=64, blank=False, allow_none=True)


class PlanVersionSchema(PlanVersionBody):
    """A version of a plan."""

    id = Uuid()
    plan_id = Uuid()
    number = fields.Integer()
    published = fields.Boolean()
    version = fields.Integer(metadata={"description": "How often it was saved, for If-Match."})


class PlanSchema(Schema):
    """A plan and all its versions, newest first."""

    id = Uuid()
    code = fields.String()
    name = fields.String()
    product = fields.String(attribute="product_code", allow_none=True)
    archived = fields.Boolean()
    version = fields.Integer()
    versions = fields.List(fields.Nested(PlanVersionSchema))


def new_plan(body: Mapping[str, Any]) -> NewPlan:
    """The input that a body describes. Raises ``Invalid`` with every problem of its prices."""
    return NewPlan(body["code"], body["name"], new_version(body), body["product"])


def new_version(body: Mapping[str, Any]) -> NewPlanVersion:
    """The version that a body describes. Raises ``Invalid`` with every problem of its prices."""
    charges = _collect([lambda one=one, n=n: _charge(one, f"charges.{n}") for n, one in enumerate(body["charges"])])
    phases = _collect([lambda one=one, n=n: _phase(one, f"phases.{n}") for n, one in enumerate(body["phases"])])
    return NewPlanVersion(
        currency=body["currency"],
        charges=charges,
        interval_unit=body["interval_unit"],
        interval_count=body["interval_count"],
        phases=phases,
        commitment=_commitment(body["commitment"]),
        effective=body["effective"],
        existing_policy=body["existing_policy"],
        existing_from=body["existing_from"],
        other_currencies=tuple(body["other_currencies"]),
    )


def plan_resource(plan: PlanInfo, versions: Sequence[PlanVersion]) -> dict[str, Any]:
    """A plan for :class:`PlanSchema`."""
    names = ("id", "code", "name", "product_code", "archived", "version")
    return {name: getattr(plan, name) for name in names} | {"versions": [version_resource(one) for one in versions]}


def version_resource(version: PlanVersion) -> dict[str, Any]:
    """A version for :class:`PlanVersionSchema`."""
    names = ("id", "plan_id", "number", "currency", "other_currencies", "interval_unit", "interval_count", "effective", "published")
    found = {name: getattr(version, name) for name in (*names, "existing_policy", "existing_from")}
    return found | {
        "charges": [_charge_resource(charge) for charge in version.charges],
        "phases": dump_phases(version.phases),
        "commitment": _commitment_resource(version.commitment),
        "version": version.revision,
    }


def _collect(readers: Sequence[Any]) -> tuple[Any, ...]:
    """What the readers give; the problems of all of them together."""
    found, problems = [], list[Problem]()
    for read in readers:
        try:
            found.append(read())
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid(problems=problems)
    return tuple(found)


def _charge(body: Mapping[str, Any], field: str) -> NewCharge:
    plain = {name: body[name] for name in ("code", "name", "kind", "timing", "prorated", "quantity_source", "fixed_quantity")}
    return NewCharge(
        **plain,
        price=load_price(body["price"], f"{field}.price"),
        other_prices=load_prices(_object(body["other_prices"], f"{field}.other_prices"), f"{field}.other_prices"),
        filters=tuple(_filter(one, f"{field}.filters.{n}") for n, one in enumerate(body["filters"])),
        metrics=tuple(body["metrics"]),
        tax_category=body["tax_category"],
        minimum_minor=body["minimum"],
        other_minimums=_minimums(body["other_minimums"], f"{field}.other_minimums"),
        discountable=body["discountable"],
        on_change=body["on_change"],
        names=tuple(body["names"].items()),
    )


def _filter(body: Mapping[str, Any], field: str) -> ChargeFilter:
    return ChargeFilter(
        code=body["code"],
        name=body["name"] or body["code"],
        match=tuple((name, tuple(values)) for name, values in body["match"].items()),
        price=load_price(body["price"], f"{field}.price"),
        other_prices=load_prices(_object(body["other_prices"], f"{field}.other_prices"), f"{field}.other_prices"),
    )


def _phase(body: Mapping[str, Any], field: str) -> Phase:
    other = _object(body["other_prices"], f"{field}.other_prices")
    return Phase(
        code=body["code"],
        kind=body["kind"],
        unit=body["unit"],
        count=body["count"],
        prices=load_prices(_object(body["prices"], f"{field}.prices"), f"{field}.prices"),
        other_prices=tuple(
            (currency, load_prices(_object(prices, f"{field}.other_prices.{currency}"), f"{field}.other_prices.{currency}"))
            for currency, prices in other.items()
        ),
    )


def _commitment(body: Mapping[str, Any] | None) -> Commitment | None:
    if body is None:
        return None
    minimums = _minimums(body["other_minimums"], "commitment.other_minimums")
    return Commitment(body["minimum"], body["name"], body["tax_category"], minimums)


def _minimums(body: Mapping[str, str], field: str) -> tuple[tuple[str, int], ...]:
    return tuple((currency, parse_plain(text, currency, f"{field}.{currency}")) for currency, text in body.items())


def _object(value: object, field: str) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    raise Invalid.field(field, "not_an_object", "Write an object.")


def _charge_resource(charge: Charge) -> dict[str, Any]:
    names = ("code", "name", "kind", "timing", "prorated", "quantity_source", "fixed_quantity", "tax_category", "discountable", "on_change")
    return {name: getattr(charge, name) for name in names} | {
        "metrics": [metric.code for metric in charge.metrics],
        "price": dump_price(charge.price),
        "other_prices": dump_prices(charge.other_prices),
        "filters": dump_filters(charge.filters),
        "minimum": charge.minimum_minor,
        "other_minimums": _minimums_resource(charge.other_minimums),
        "names": dict(charge.names),
    }


def _commitment_resource(commitment: Commitment | None) -> dict[str, Any] | None:
    if commitment is None:
        return None
    return {
        "minimum": commitment.minimum_minor,
        "name": commitment.name,
        "tax_category": commitment.tax_category,
        "other_minimums": _minimums_resource(commitment.other_minimums),
    }


def _minimums_resource(minimums: Sequence[tuple[str, int]]) -> dict[str, str]:
    return {currency: format_plain(minor, currency) for currency, minor in minimums}
