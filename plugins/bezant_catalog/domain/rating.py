"""Rating: a price model and a measurement become an exact amount and the rows that explain it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction

from bezant.sdk.values import Invalid
from bezant_catalog.contracts import (
    Blocks,
    Capacity,
    Charge,
    ChargeFilter,
    Dynamic,
    Explanation,
    ExplanationRow,
    Flat,
    Formula,
    Graduated,
    GraduatedPercentage,
    GroupMeasure,
    Matrix,
    Measurement,
    Package,
    Percentage,
    PerUnit,
    PriceModel,
    Rated,
    Volume,
)
from bezant_catalog.contracts.rated import EXACT
from bezant_catalog.domain.percentages import percentage
from bezant_catalog.domain.rows import Rows
from bezant_catalog.domain.simple import capacity, dynamic, flat, formula, matrix, package, per_unit
from bezant_catalog.domain.tiers import blocks, graduated, graduated_percentage, volume

_RATERS: Mapping[type, Callable[..., Rows]] = {
    Flat: flat,
    PerUnit: per_unit,
    Graduated: graduated,
    Volume: volume,
    Package: package,
    Percentage: percentage,
    GraduatedPercentage: graduated_percentage,
    Blocks: blocks,
    Capacity: capacity,
    Matrix: matrix,
    Dynamic: dynamic,
    Formula: formula,
}
"""Each price model and the function that makes its rows."""


def rate(price: PriceModel, measurement: Measurement) -> Rated:
    """The exact amount of a measurement, in major units, with its explanation.

    Raises ``Invalid`` where the measurement lacks what the model needs: single transactions, dimensions, or a price for one
    of its dimension values. Nothing is left unbilled in silence; a quantity below zero pays nothing back.
    """
    _check_groups(measurement)
    with localcontext(EXACT):
        rows = _RATERS[type(price)](price, measurement)
    dimensions = price.dimensions if isinstance(price, Matrix) else ()
    explanation = Explanation(price.kind, measurement.quantity, rows, dimensions)
    total = explanation.total
    if total < 0:
        explanation = replace(explanation, rows=(*rows, ExplanationRow(-total, note="not_below_zero")))
    return Rated(max(total, Fraction(0)), explanation)


def rate_charge(charge: Charge, measurement: Measurement) -> Rated:
    """Like :func:`rate` with the price of a charge, where each of the charge's filters prices its own part."""
    if not charge.filters:
        return rate(charge.price, measurement)
    _check_groups(measurement)
    parts = _split(charge, measurement)
    priced = [(one.code, rate(one.price, parts[one.code])) for one in charge.filters if one.code in parts]
    rest = rate(charge.price, parts.get("", replace(measurement, quantity=Decimal(0), events=0, groups=())))
    explanation = replace(rest.explanation, quantity=measurement.quantity, parts=tuple((code, rated.explanation) for code, rated in priced))
    return Rated(sum((rated.exact for _, rated in priced), rest.exact), explanation)


def _check_groups(measurement: Measurement) -> None:
    width = len(measurement.dimensions)
    if any(len(group.values) != width for group in measurement.groups):
        raise Invalid.field("groups", "wrong_values", f"Each group has as many values as there are dimensions, here {width}.")


def pick_filter(filters: Sequence[ChargeFilter], properties: Mapping[str, str | None]) -> ChargeFilter | None:
    """The filter that prices an event: of those that accept it the most specific one, ties to the first listed."""
    accepting = [one for one in filters if all(properties.get(name) in values for name, values in one.match)]
    return min(accepting, key=lambda one: one.breadth, default=None)


def _split(charge: Charge, measurement: Measurement) -> dict[str, Measurement]:
    """The measurement of each filter by its code; what no filter takes is under the empty code."""
    if measurement.quantity and not measurement.groups:
        text = f"Charge {charge.code} has filters: measure it by {', '.join(charge.dimensions)}."
        raise Invalid.field("dimensions", "needs_dimensions", text)
    by_code: dict[str, list[GroupMeasure]] = {}
    for group in measurement.groups:
        found = pick_filter(charge.filters, dict(zip(measurement.dimensions, group.values, strict=True)))
        by_code.setdefault(found.code if found else "", []).append(group)
    return {code: _merge(groups, measurement.dimensions) for code, groups in by_code.items()}


def _merge(groups: Sequence[GroupMeasure], dimensions: tuple[str, ...]) -> Measurement:
    transactions = [group.transactions for group in groups if group.transactions is not None]
    carried = [group.carried_amount for group in groups if group.carried_amount is not None]
    return Measurement(
        quantity=sum((group.quantity for group in groups), Decimal(0)),
        events=sum(group.events for group in groups),
        dimensions=dimensions,
        groups=tuple(groups),
        transactions=tuple(one for some in transactions for one in some) if transactions else None,
        carried_amount=sum(carried, Decimal(0)) if carried else None,
        deltas=tuple(delta for group in groups for delta in group.deltas),
    )
