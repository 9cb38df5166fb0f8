"""Conditions on money: an amount in major units means another number of minor units in each currency."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal

from bezant.errors import Invalid
from bezant.lists.spec import Field, ListSpec
from bezant.money import all_currencies, exponent

USUAL_EXPONENT = 2

_LARGEST = 2**63 - 1
"""What a column of minor units holds, at most; whoever asks for more is answered as if they had asked for this."""


def unusual_currencies() -> Mapping[int, tuple[str, ...]]:
    """Decimals → the currencies that have so many, without those that have two."""
    groups: dict[int, list[str]] = defaultdict(list)
    for code, digits in all_currencies().items():
        if digits != USUAL_EXPONENT:
            groups[digits].append(code)
    return {digits: tuple(sorted(codes)) for digits, codes in sorted(groups.items())}


def minor_units(spec: ListSpec, field: Field, amount: Decimal, columns: Mapping[str, ColumnElement[Any]], currency: str) -> Any:
    """``amount`` in minor units: a number where the currency is certain, an expression over the row's currency otherwise.

    ``currency`` is the one that the filters ask for, or empty. Raises ``Invalid`` for more decimals than it has.
    """
    certain = currency or (field.currency if field.currency not in spec.by_name else "")
    if certain:
        return _scaled(field, amount, exponent(certain), certain)
    whens = [(columns[field.currency].in_(codes), literal(_nearest(amount, d))) for d, codes in unusual_currencies().items()]
    return case(*whens, else_=literal(_nearest(amount, USUAL_EXPONENT)))


def exactly(column: ColumnElement[Any], amount: Decimal, units: Any) -> ColumnElement[bool]:
    """Whether a column of minor units is ``amount``; the candidates are listed first, so that an index on the column is used."""
    if isinstance(units, int):
        return column == units
    return and_(column.in_(sorted({_nearest(amount, d) for d in (USUAL_EXPONENT, *unusual_currencies())})), column == units)


def currency_of(spec: ListSpec, field: Field, row: Mapping[str, Any]) -> str:
    """The currency of a money field in a row."""
    return str(row[field.currency]) if field.currency in spec.by_name else field.currency


def _scaled(field: Field, amount: Decimal, digits: int, currency: str) -> int:
    scaled = amount.scaleb(digits)
    if scaled != scaled.to_integral_value():
        raise Invalid.field(field.name, "too_many_decimals", f"{currency} has {digits} decimals; {amount} has more.")
    return _held(int(scaled))


def _nearest(amount: Decimal, digits: int) -> int:
    return _held(int(amount.scaleb(digits).to_integral_value()))


def _held(units: int) -> int:
    return max(-_LARGEST, min(units, _LARGEST))
