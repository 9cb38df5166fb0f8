"""Models without tiers of quantity: flat, per unit, package, capacity, matrix, dynamic, formula."""

from collections.abc import Mapping
from decimal import Decimal

from bezant.sdk.values import Invalid
from bezant_catalog.contracts import (
    Capacity,
    CapacityTier,
    Dynamic,
    ExplanationRow,
    Flat,
    Formula,
    Matrix,
    Measurement,
    Package,
    PerUnit,
)
from bezant_catalog.domain.expressions import evaluate_number
from bezant_catalog.domain.rows import ONE, ZERO, Rows, ceil_div, priced

Values = tuple[str | None, ...]


def flat(price: Flat, measurement: Measurement) -> Rows:
    """The one amount."""
    return (ExplanationRow(price.amount, ONE, price.amount),)


def per_unit(price: PerUnit, measurement: Measurement) -> Rows:
    """Quantity times price."""
    return (priced(measurement.quantity, price.unit_price),)


def package(price: Package, measurement: Measurement) -> Rows:
    """Whole packages of what is left after the free units."""
    free = min(max(measurement.quantity, Decimal(0)), price.free_units)
    count = ceil_div(measurement.quantity - free, price.size)
    given = (ExplanationRow(ZERO, free, note="free"),) if free else ()
    return (*given, priced(count, price.price, note="packages"))


def capacity(price: Capacity, measurement: Measurement) -> Rows:
    """The price of the highest tier that any metric needs; without an event, nothing."""
    levels = measurement.levels or _only_level(price, measurement)
    if not levels:
        return ()
    number = max(_tier_needed(price.tiers, code, level) for code, level in levels)
    tier = price.tiers[number]
    return (ExplanationRow(tier.price, ONE, tier.price, note="capacity"),)


def matrix(price: Matrix, measurement: Measurement) -> Rows:
    """Each combination of dimension values at its unit price."""
    prices = {one.values: one.unit_price for one in price.prices}
    rows = []
    for values, quantity in _by_values(price, measurement).items():
        unit_price = prices.get(_known(values), price.default_unit_price)
        if unit_price is None and quantity:
            raise _unpriced(price, values)
        rows.append(priced(quantity, unit_price or Decimal(0), group=values, note="" if _known(values) in prices else "default"))
    return tuple(rows)


def dynamic(price: Dynamic, measurement: Measurement) -> Rows:
    """What the events themselves carried; nothing where the quantity is zero."""
    if not measurement.quantity:
        return ()
    if measurement.carried_amount is None:
        text = f"The events carry no price: send it in major units in the property {price.amount_property!r}."
        raise Invalid.field(price.amount_property, "needs_carried_amount", text)
    return (ExplanationRow(measurement.carried_amount, measurement.quantity, note="carried"),)


def formula(price: Formula, measurement: Measurement) -> Rows:
    """The value of the expression."""
    names = {"quantity": measurement.quantity, "events": Decimal(measurement.events), **dict(measurement.levels)}
    amount = evaluate_number(price.expression, names)
    return (ExplanationRow(amount, measurement.quantity, note="formula"),)


def _only_level(price: Capacity, measurement: Measurement) -> tuple[tuple[str, Decimal], ...]:
    """The quantity as the level of the one metric that the tiers name, where only a quantity was measured."""
    if not measurement.events:
        return ()
    codes = dict.fromkeys(code for tier in price.tiers for code, _ in tier.limits)
    return tuple((code, measurement.quantity) for code in codes)


def _tier_needed(tiers: tuple[CapacityTier, ...], code: str, level: Decimal) -> int:
    for number, tier in enumerate(tiers):
        limit = dict(tier.limits).get(code)
        if limit is None or level <= limit:
            return number
    return len(tiers) - 1


def _by_values(price: Matrix, measurement: Measurement) -> Mapping[Values, Decimal]:
    """Quantity by the matrix's own dimensions; the measurement may have been split further."""
    if (measurement.quantity or measurement.groups) and not set(price.dimensions) <= set(measurement.dimensions):
        raise Invalid.field("dimensions", "needs_dimensions", f"The price depends on {', '.join(price.dimensions)}: measure by it.")
    found: dict[Values, Decimal] = {}
    places = [measurement.dimensions.index(name) for name in price.dimensions] if measurement.groups else []
    for group in measurement.groups:
        values = tuple(group.values[place] for place in places)
        found[values] = found.get(values, Decimal(0)) + group.quantity
    return found


def _known(values: Values) -> tuple[str, ...]:
    return tuple(value or "" for value in values)


def _unpriced(price: Matrix, values: Values) -> Invalid:
    named = ", ".join(f"{name} = {value or '(none)'}" for name, value in zip(price.dimensions, values, strict=True))
    return Invalid.field("price", "unpriced_values", f"No price for {named}: add it to the matrix, or set a default unit price.")
