"""Money: whole minor units and an ISO 4217 currency. No float, ever.

Rounding is half away from zero, once per amount, by :func:`round_to_minor`; parts that must add up to a whole are made by
:func:`share`, the method of largest remainder.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import lcm
from typing import Self

from iso4217 import Currency

from bezant.errors import Invalid

Exact = Decimal | Fraction | int
"""A number without rounding error."""

_AMOUNT = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]+)?")


_FURTHER = re.compile(r"([A-Z0-9]{3}):([0-9])(?::(\S{1,4}))?")
_MOST_DECIMALS = 8


@dataclass(frozen=True, slots=True)
class FurtherCurrency:
    """A currency that ISO 4217 does not have: its code of three, its decimals, and its sign where it has one."""

    code: str
    exponent: int
    sign: str = ""

    @classmethod
    def parse(cls, text: str, field: str) -> Self:
        """``BTC:8:₿`` or ``BTC:8``. Raises ``Invalid`` naming ``field``."""
        found = _FURTHER.fullmatch(text.strip())
        if found is None or int(found[2]) > _MOST_DECIMALS:
            message = f"{text!r} is no further currency; write code, decimals (up to {_MOST_DECIMALS}) and sign, such as BTC:8:₿."
            raise Invalid.field(field, "not_a_currency", message)
        if found[1] in _iso_currencies():
            raise Invalid.field(field, "in_iso_4217", f"{found[1]} is a currency of ISO 4217, which says what it has.")
        return cls(found[1], int(found[2]), found[3] or "")


_further: dict[str, FurtherCurrency] = {}


def use_currencies(further: Iterable[FurtherCurrency]) -> None:
    """Sets which currencies there are besides those of ISO 4217."""
    _further.clear()
    _further.update({one.code: one for one in further})


def exponent(currency: str) -> int:
    """Decimals of a currency by ISO 4217 (JPY 0, EUR 2, KWD 3) or the configuration. Raises ``Invalid`` for an unknown code."""
    digits = _iso_currencies().get(currency)
    if digits is not None:
        return digits
    if currency in _further:
        return _further[currency].exponent
    raise Invalid.field("currency", "unknown_currency", f"{currency!r} is not an ISO 4217 currency; write a code such as EUR.")


def further_sign(currency: str) -> str:
    """The sign of a currency beyond ISO 4217; empty where it has none, and for all others."""
    return _further[currency].sign if currency in _further else ""


def all_currencies() -> Mapping[str, int]:
    """Every currency there is, with its decimals."""
    return {**_iso_currencies(), **{one.code: one.exponent for one in _further.values()}}


@cache
def _iso_currencies() -> Mapping[str, int]:
    return {str(one.code): int(one.exponent) for one in Currency if one.exponent is not None}


def round_half_away(value: Exact) -> int:
    """The nearest whole number; a half goes away from zero."""
    fraction = Fraction(value)
    doubled = 2 * abs(fraction.numerator) + fraction.denominator
    rounded = doubled // (2 * fraction.denominator)
    return rounded if fraction.numerator >= 0 else -rounded


def round_to_minor(amount: Exact, currency: str) -> int:
    """An exact amount in major units as whole minor units: the one rounding point of every amount."""
    return round_half_away(Fraction(amount) * 10 ** exponent(currency))


def to_major(minor: int, currency: str) -> Decimal:
    """Minor units as an exact decimal with all of the currency's decimals: 1230 USD is ``Decimal('12.30')``."""
    return Decimal(minor).scaleb(-exponent(currency))


def format_plain(minor: int, currency: str) -> str:
    """Minor units as the decimal string that the API speaks: ``-12.30``."""
    return f"{to_major(minor, currency):f}"


def parse_plain(text: object, currency: str, field: str = "amount") -> int:
    """The decimal string that the API speaks as minor units.

    Refuses what is not a plain decimal string (floats, exponents, grouping, foreign digits) and more decimals than the
    currency has. Raises ``Invalid`` naming ``field``.
    """
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        raise Invalid.field(field, "not_money", 'Money is a decimal string such as "12.30", with no grouping and no exponent.')
    digits = exponent(currency)
    decimals = len(text.partition(".")[2])
    if decimals > digits:
        raise Invalid.field(field, "too_many_decimals", f"{currency} has {digits} decimals, {text!r} has {decimals}.")
    return int(Decimal(text).scaleb(digits))


def share(total: int, weights: Sequence[Exact]) -> list[int]:
    """``total`` split over ``weights`` so that the parts add up to it exactly (largest remainder).

    Each part is at most one unit away from its exact share. Equal remainders are served in order. Weights must not be
    negative; where all are zero the whole goes to the first part.
    """
    if not weights:
        return []
    whole = sum(weights)
    if whole == 0:
        return [total] + [0] * (len(weights) - 1)
    fractions = [Fraction(weight) for weight in weights if type(weight) is not int]
    common = lcm(*(fraction.denominator for fraction in fractions))
    return _share_whole(total, [int(Fraction(weight) * common) if fractions else int(weight) for weight in weights])


def _share_whole(total: int, weights: Sequence[int]) -> list[int]:
    """:func:`share` for whole weights of which one at least is not zero: what the billing run does most."""
    whole, magnitude, sign = sum(weights), abs(total), 1 if total >= 0 else -1
    parts, remainders = map(list, zip(*(divmod(magnitude * weight, whole) for weight in weights), strict=True))
    left = magnitude - sum(parts)
    if left:
        for i in sorted(range(len(weights)), key=lambda i: -remainders[i])[:left]:
            parts[i] += 1
    return parts if sign > 0 else [-part for part in parts]


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency. Amounts of different currencies do not add up: that raises ``ValueError``."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """``Money.parse("12.30", "EUR")``."""
        return cls(parse_plain(text, currency), currency)

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        return f"{self.currency} {format_plain(self.minor, self.currency)}"

    @property
    def major(self) -> Decimal:
        """The amount as an exact decimal."""
        return to_major(self.minor, self.currency)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot combine {self.currency} with {other.currency}")
