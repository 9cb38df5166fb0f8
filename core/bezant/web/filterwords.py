"""Filters in words, for their chips."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bezant.lists import Field, Filter
from bezant.web import formats
from bezant.web.statuses import status_choice

_OPERATORS = {"ne": "not ", "gt": "above ", "gte": "from ", "lt": "below ", "lte": "up to ", "prefix": "begins with "}


def condition_words(field: Field, conditions: Sequence[Filter]) -> str:
    """All conditions on one field: ``Aug 1, 2013 - Sep 1, 2013``, ``from 100``, ``Open, Paid``."""
    by_operator = {c.operator: c for c in conditions}
    if set(by_operator) == {"gte", "lte"}:
        return f"{_values(field, by_operator['gte'])} \N{EN DASH} {_values(field, by_operator['lte'])}"
    return ", ".join(_words(field, condition) for condition in conditions)


def _words(field: Field, condition: Filter) -> str:
    if condition.operator == "null":
        return "none" if condition.values[0] else "any"
    return _OPERATORS.get(condition.operator, "") + _values(field, condition)


def _values(field: Field, condition: Filter) -> str:
    return ", ".join(_value(field, value) for value in condition.values)


def _value(field: Field, value: Any) -> str:
    if field.kind == "status":
        return status_choice(str(value), field.choices).label
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return formats.instant(value)
    if isinstance(value, date):
        return formats.day(value)
    return formats.number(value) if isinstance(value, int | Decimal) else str(value)
