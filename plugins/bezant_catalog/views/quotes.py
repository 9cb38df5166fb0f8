"""The price quote page: quantities in the address, amounts and their reasons on the page, nothing stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from flask import request
from werkzeug.datastructures import MultiDict

from bezant.sdk.values import Invalid, Money, Problem, to_major
from bezant.sdk.web import Column, TableRow, page, requires
from bezant_catalog import services
from bezant_catalog.contracts import Capacity, Charge, GroupMeasure, Matrix, Measurement, PlanVersion, PriceQuote
from bezant_catalog.schemas import PLAN_LIST
from bezant_catalog.services import plan_codes
from bezant_catalog.views.blueprint import blueprint
from bezant_catalog.views.plans import pick_version
from bezant_catalog.views.words import words

PREFIX = "q"


@dataclass(frozen=True, slots=True)
class QuantityInput:
    """One quantity to type: of a charge, of one of its matrix values, or of one of its metrics."""

    name: str
    label: str
    hint: str
    value: str


@blueprint.get("/price-quotes")
@requires("catalog.price_quote.create")
def quote() -> str:
    """What one period of a plan costs."""
    codes = plan_codes()
    code = request.args.get("plan") or (codes[0][0] if codes else "")
    if not code:
        return page("catalog/quote.html", title="Price quote", plans=codes, version=None, problems=(), empty=PLAN_LIST.empty)
    version = pick_version(services.plan_versions(services.get_plan(code).id), request.args.get("version", ""))
    found, problems = _compute(version, request.args)
    return page(
        "catalog/quote.html",
        title="Price quote",
        plans=codes,
        version=version,
        inputs=[one for charge in version.charges for one in _inputs(charge, request.args)],
        problems=problems,
        total=found and Money(found.total_minor, version.currency),
        columns=(
            Column("Charge", place="s1"),
            Column("Price model", place="s3"),
            Column("Quantity", numeric=True),
            Column("Amount", numeric=True, place="s2"),
        ),
        rows=_rows(found, version) if found else (),
        foot=_foot(found) if found else (),
    )


def _compute(version: PlanVersion, typed: "MultiDict[str, str]") -> tuple[PriceQuote | None, Sequence[Problem]]:
    """The quote, or what is wrong with what was typed."""
    try:
        quantities = {charge.code: _measurement(charge, typed) for charge in version.charges}
        return services.quote(version, {code: one for code, one in quantities.items() if one is not None}), ()
    except Invalid as error:
        return None, error.problems


def _inputs(charge: Charge, typed: Mapping[str, str]) -> list[QuantityInput]:
    hint = words(charge.price)
    if charge.kind != "metered" and charge.quantity_source == "fixed":
        return []
    if isinstance(charge.price, Matrix):
        pairs = [(f"{charge.code}.{'|'.join(row.values)}", f"{charge.name}, {' · '.join(row.values)}") for row in charge.price.prices]
    elif isinstance(charge.price, Capacity) and len(charge.metrics) > 1:
        pairs = [(f"{charge.code}.{metric.code}", f"{charge.name}, {metric.name}") for metric in charge.metrics]
    else:
        pairs = [(charge.code, charge.name)]
    return [QuantityInput(f"{PREFIX}.{name}", label, hint, typed.get(f"{PREFIX}.{name}", "")) for name, label in pairs]


def _measurement(charge: Charge, typed: Mapping[str, str]) -> Measurement | None:
    numbers = {one.name: _number(one, typed) for one in _inputs(charge, typed)}
    if not any(numbers.values()):
        return None
    total = sum(numbers.values(), Decimal(0))
    parts = {name.removeprefix(f"{PREFIX}.{charge.code}."): number for name, number in numbers.items() if number}
    if isinstance(charge.price, Matrix):
        groups = tuple(GroupMeasure(tuple(values.split("|")), number, 1) for values, number in parts.items())
        return Measurement(total, len(groups), charge.price.dimensions, groups)
    if isinstance(charge.price, Capacity) and len(charge.metrics) > 1:
        return Measurement(total, 1, levels=tuple(parts.items()))
    return Measurement(total, events=1, transactions=(total,), carried_amount=total)


def _number(one: QuantityInput, typed: Mapping[str, str]) -> Decimal:
    text = typed.get(one.name, "").strip().replace(",", "")
    try:
        number = Decimal(text or "0")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0 or number.adjusted() > 18:
        raise Invalid.field(one.name, "not_a_quantity", f"{one.label}: write a number, zero or more.")
    return number


def _rows(found: PriceQuote, version: PlanVersion) -> list[TableRow]:
    return [
        TableRow(
            (line.name, words(charge.price), line.rated.explanation.quantity, Money(line.amount_minor, found.currency)),
            why=line.rated.to_dict(),
            currency=found.currency,
        )
        for line, charge in zip(found.lines, version.charges, strict=True)
    ]


def _foot(found: PriceQuote) -> tuple[object, ...]:
    label = f"Total, with a true-up of {to_major(found.true_up_minor, found.currency):,}" if found.true_up_minor else "Total"
    return (label, "", "", Money(found.total_minor, found.currency))
