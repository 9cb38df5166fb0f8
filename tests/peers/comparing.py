"""Compares what a case expects with what the product answered: every key that the case has, numbers by their value."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bezant.money import round_half_away

UNASKED = frozenset({"units_decimals", "must_not_be"})
"""Keys that say how another one is meant."""
WRITTEN_OUT = 5
"""A number with so many decimals or more is one that was rounded to be written down."""


@dataclass(frozen=True, slots=True)
class Near:
    """A number that the other system keeps less exactly: any within ``by`` is the same."""

    value: Fraction
    by: Fraction


_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(/[0-9]+)?")


def differences(expected: Any, actual: Any, at: str = "") -> Iterator[str]:
    """Each difference as ``where: expected …, got …``; none where the answer is right."""
    if isinstance(expected, Mapping):
        yield from _of_mapping(expected, actual, at)
    elif isinstance(expected, list):
        yield from _of_list(expected, actual, at)
    elif not _same(expected, actual):
        yield f"{at or 'answer'}: expected {expected!r}, got {_shown(actual)}"


def _of_mapping(expected: Mapping[str, Any], actual: Any, at: str) -> Iterator[str]:
    if not isinstance(actual, Mapping):
        yield f"{at or 'answer'}: expected {dict(expected)!r}, got {_shown(actual)}"
        return
    for key, value in expected.items():
        if key in UNASKED:
            continue
        where = f"{at}.{key}" if at else key
        if key not in actual:
            yield f"{where}: expected {value!r}, got no answer"
        elif key.startswith("derived_tier_"):
            yield from differences(_without_zeros(value), _without_zeros(actual[key]), where)
        else:
            yield from differences(value, actual[key], where)


def _without_zeros(tiers: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """Tiers into which nothing fell may be listed or not."""
    return {name: [amount for amount in amounts if Fraction(amount)] for name, amounts in tiers.items()}


def _of_list(expected: Sequence[Any], actual: Any, at: str) -> Iterator[str]:
    if not isinstance(actual, list | tuple) or len(actual) != len(expected):
        yield f"{at or 'answer'}: expected {list(expected)!r}, got {_shown(actual)}"
        return
    for place, (one, other) in enumerate(zip(expected, actual, strict=True)):
        yield from differences(one, other, f"{at}[{place}]")


def _same(expected: Any, actual: Any) -> bool:
    if isinstance(actual, date):
        return bool(expected == _written(actual))
    if isinstance(expected, bool) or isinstance(actual, bool) or actual is None:
        return expected is actual
    if isinstance(actual, Near):
        return bool(_NUMBER.fullmatch(str(expected))) and abs(Fraction(expected) - actual.value) <= actual.by
    if isinstance(actual, int | Decimal | Fraction):
        return _same_number(expected, actual)
    if isinstance(expected, str) and isinstance(actual, str) and _NUMBER.fullmatch(expected) and _NUMBER.fullmatch(actual):
        return Fraction(expected) == Fraction(actual)
    return bool(expected == actual)


def _same_number(expected: Any, actual: int | Decimal | Fraction) -> bool:
    text = str(expected)
    if not _NUMBER.fullmatch(text):
        return False
    decimals = len(text.partition(".")[2])
    if "/" in text:
        return abs(Fraction(text) - Fraction(actual)) < Fraction(1, 10**12)
    if decimals < WRITTEN_OUT:
        return Fraction(text) == Fraction(actual)
    return Fraction(text) * 10**decimals == round_half_away(Fraction(actual) * 10**decimals)


def _written(value: date) -> str:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value.isoformat()


def _shown(value: Any) -> str:
    if isinstance(value, Fraction):
        return f"{value} ({float(value)})"
    if isinstance(value, date | Decimal):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return repr(value)
