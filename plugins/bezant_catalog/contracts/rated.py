"""What rating answers: an exact amount and the rows that explain it."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bezant_catalog.contracts.prices import ZERO


@dataclass(frozen=True, slots=True)
class ExplanationRow:
    """One row of "why this amount": so many units at that price. ``amount`` is exact; the rows add up to the whole.

    ``tier`` counts from 1; ``above`` and ``up_to`` are its bounds; ``group`` the dimension values. ``note`` is a stable code
    such as ``flat_fee``, ``free``, ``packages`` or ``minimum`` that the page translates.
    """

    amount: Fraction
    quantity: Fraction = Fraction(0)
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
        return sum((row.amount for row in self.rows), Fraction(0)) + sum((part.total for _, part in self.parts), Fraction(0))


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


def as_decimal(value: Fraction | Decimal | int, digits: int = 40) -> Decimal:
    """A number as a decimal: exact where its expansion ends, else to so many digits after the point."""
    fraction = Fraction(value)
    rest, places = fraction.denominator, 0
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest //= prime
            power += 1
        places = max(places, power)
    places = places if rest == 1 else digits
    scaled = fraction * 10**places
    whole = round(scaled)
    sign, text = (1 if whole < 0 else 0), str(abs(whole))
    return Decimal((sign, tuple(map(int, text)), -places))


def plain(value: Fraction | Decimal | int, digits: int = 12) -> str:
    """A number as a plain decimal string without trailing zeros."""
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
