"""Quotes: one full period of a plan, or one price, for given quantities."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from bezant.sdk.values import Invalid, Problem, round_to_minor
from bezant_catalog.contracts import Charge, Measurement, PlanVersion, PriceModel, PriceQuote, QuoteLine
from bezant_catalog.domain.rating import rate, rate_charge


def quote_price(price: PriceModel, measurement: Measurement, currency: str, already_billed_minor: int = 0) -> PriceQuote:
    """What a price costs for a measurement. Raises ``Invalid`` where the measurement lacks what the price needs."""
    rated = rate(price, measurement)
    line = QuoteLine("", "", rated, round_to_minor(rated.exact, currency))
    return PriceQuote(currency, (line,), already_billed_minor=already_billed_minor)


def quote_plan(version: PlanVersion, quantities: Mapping[str, Measurement], already_billed_minor: int = 0) -> PriceQuote:
    """What one full period of a plan costs; ``quantities`` by charge code.

    A charge that is not named costs what it costs unused: a recurring one its fixed quantity, a metered one zero units.
    Raises ``Invalid`` for codes that the plan lacks.
    """
    unknown = sorted(set(quantities) - {charge.code for charge in version.charges})
    if unknown:
        known = ", ".join(charge.code for charge in version.charges)
        text = f"The plan {version.plan_code} has no such charge; it has {known}."
        raise Invalid(problems=[Problem(f"quantities.{code}", "unknown_charge", text) for code in unknown])
    lines = tuple(_line(charge, quantities.get(charge.code), version.currency) for charge in version.charges)
    counted = sum(line.amount_minor for line in lines)
    minimum = version.commitment.minimum_minor if version.commitment else 0
    return PriceQuote(version.currency, lines, max(minimum - counted, 0), already_billed_minor)


def _line(charge: Charge, measurement: Measurement | None, currency: str) -> QuoteLine:
    measured = measurement or Measurement(quantity=charge.fixed_quantity if charge.kind != "metered" else Decimal(0))
    rated = rate_charge(charge, _with_dimensions(charge, measured))
    amount = round_to_minor(rated.exact, currency)
    return QuoteLine(charge.code, charge.name, rated, max(amount, charge.minimum_minor or 0))


def _with_dimensions(charge: Charge, measurement: Measurement) -> Measurement:
    """Groups are in the order of the charge's own dimensions unless they say otherwise."""
    if measurement.groups and not measurement.dimensions:
        return replace(measurement, dimensions=charge.dimensions)
    return measurement
