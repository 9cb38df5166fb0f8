"""Rows of an explanation, and the helpers that make them."""

from decimal import Decimal
from fractions import Fraction

from bezant.sdk.values import Exact
from bezant_catalog.contracts import ExplanationRow

Rows = tuple[ExplanationRow, ...]


def priced(quantity: Exact, unit_price: Decimal, **details: object) -> ExplanationRow:
    """So many units at that price."""
    amount = Fraction(quantity) * Fraction(unit_price)
    return ExplanationRow(amount, Fraction(quantity), unit_price, **details)  # type: ignore[arg-type]


def flat_fee(amount: Decimal) -> Rows:
    """A flat fee, or no row where it is zero."""
    return (ExplanationRow(Fraction(amount), Fraction(1), amount, note="flat_fee"),) if amount else ()


def ceil_div(quantity: Exact, size: Decimal) -> int:
    """How many packages of ``size`` hold the quantity; a started one counts whole."""
    return -(-Fraction(quantity) // Fraction(size))
