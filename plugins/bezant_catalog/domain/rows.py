"""Rows of an explanation, and the helpers that make them. Decimals are multiplied and added inside the exact context of ``rate``."""

from decimal import Decimal
from fractions import Fraction

from bezant.sdk.values import Exact
from bezant_catalog.contracts import ExplanationRow

Rows = tuple[ExplanationRow, ...]

ZERO = Decimal(0)
ONE = Decimal(1)


def priced(quantity: Exact, unit_price: Decimal, **details: object) -> ExplanationRow:
    """So many units at that price."""
    amount: Exact = quantity * Fraction(unit_price) if isinstance(quantity, Fraction) else quantity * unit_price
    return ExplanationRow(amount, quantity, unit_price, **details)  # type: ignore[arg-type]


def flat_fee(amount: Decimal) -> Rows:
    """A flat fee, or no row where it is zero."""
    return (ExplanationRow(amount, ONE, amount, note="flat_fee"),) if amount else ()


def ceil_div(quantity: Decimal, size: Decimal) -> int:
    """How many packages of ``size`` hold the quantity; a started one counts whole, and less than nothing needs none."""
    if quantity <= 0:
        return 0
    whole, rest = divmod(quantity, size)
    return int(whole) + (1 if rest else 0)
