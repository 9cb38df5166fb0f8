"""What rating answers: an exact amount and the rows that explain it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from fractions import Fraction

from bezant.sdk.values import Exact
from bezant_catalog.contracts.prices import ZERO

EXACT = Context(prec=400, traps=[Inexact, InvalidOperation])
"""Decimal arithmetic that never rounds: it would raise first. Far faster than fractions."""

_QUOTIENT = Context(prec=120)


@dataclass(frozen=True, slots=True)
class ExplanationRow:
    """One row of "why this amount": so many units at that price. ``amount`` is exact; the rows add up to the whole.

    ``tier`` counts from 1; ``above`` and ``up_to`` are its bounds; ``group`` the dimension values. ``note`` is a stable code
    such as ``flat_fee``, ``free``, ``packages`` or ``minimum`` that the page translates.
    """

    amount: Exact
    quantity: Exact = ZERO
    unit_price: Decimal | None = None
    tier: int | None = None
    above: Decimal | None = None
    up_to: Decimal | None = None
    group: tuple[str | None, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an amount is what it is: the price model, the quantity, and rows whose amounts add up to the amount exactly."""

    model: str
    quantity: Decimal
    rows: tuple[ExplanationRow, ...] = ()
    dimensions: tuple[str, ...] = ()
    parts: tuple[tuple[str, "Explanation"], ...] = ()
    """Filter code and explanation, where the filters of a charge price parts of the quantity by models of their own."""

    @property
    def total(self) -> Fraction:
        """What the rows and parts add up to."""
        return exact_sum([*(row.amount for row in self.rows), *(part.total for _, part in self.parts)])


@dataclass(frozen=True, slots=True)
class Rated:
    """An exact amount in major units, not yet rounded, and its explanation."""

    exact: Fraction
    explanation: Explanation

    @property
    def amount(self) -> Decimal:
        """The amount as a decimal: exact where one exists, else to 40 digits."""
        return as_decimal(self.exact)

    @property
    def unit_amount(self) -> Decimal:
        """The average price of a unit; zero where there is none."""
        quantity = Fraction(self.explanation.quantity)
        return as_decimal(self.exact / quantity) if quantity else ZERO

    def to_dict(self) -> dict[str, object]:
        """The explanation as JSON for a document line: decimals as strings, empty values left out."""
        return explanation_dict(self.explanation)


def exact_sum(values: Iterable[Exact]) -> Fraction:
    """The sum of decimals and fractions, without rounding."""
    decimals, fractions = ZERO, Fraction(0)
    with localcontext(EXACT):
        for value in values:
            if isinstance(value, Fraction):
                fractions += value
            else:
                decimals += value
    return Fraction(decimals) + fractions if fractions else Fraction(decimals)


def as_decimal(value: Exact, digits: int = 40) -> Decimal:
    """A number as a decimal: exact where its expansion ends (within 120 digits), else to so many digits after the point."""
    if not isinstance(value, Fraction):
        return Decimal(value)
    with localcontext(_QUOTIENT) as context:
        context.clear_flags()
        found = Decimal(value.numerator) / value.denominator
        if not context.flags[Inexact]:
            return found
    return EXACT.scaleb(Decimal(round(value * 10**digits)), -digits)


def plain(value: Exact, digits: int = 12) -> str:
    """A number as a plain decimal string without trailing zeros; what has no end, to so many digits."""
    text = f"{as_decimal(value, digits):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def explanation_dict(explanation: Explanation) -> dict[str, object]:
    """An explanation as JSON: ``{model, quantity, rows: [{quantity, unit_price, amount, …}], parts}``."""
    found: dict[str, object] = {"model": explanation.model, "quantity": plain(explanation.quantity)}
    if explanation.dimensions:
        found["dimensions"] = list(explanation.dimensions)
    found["rows"] = [_row_dict(row) for row in explanation.rows]
    if explanation.parts:
        found["parts"] = [{"code": code, "explanation": explanation_dict(part)} for code, part in explanation.parts]
    return found


def _row_dict(row: ExplanationRow) -> dict[str, object]:
    found: dict[str, object] = {"quantity": plain(row.quantity), "amount": plain(row.amount)}
    numbers = {"unit_price": row.unit_price, "above": row.above, "up_to": row.up_to}
    found |= {name: plain(value) for name, value in numbers.items() if value is not None}
    others = {"tier": row.tier, "group": list(row.group), "note": row.note}
    return found | {name: value for name, value in others.items() if value}
