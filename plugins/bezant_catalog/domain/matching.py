"""Properties of usage events as text and numbers, and the filters of a metric."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from bezant_catalog.contracts import MetricFilter

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")

_NUMERIC: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "lt": lambda value, bound: value < bound,
    "le": lambda value, bound: value <= bound,
    "gt": lambda value, bound: value > bound,
    "ge": lambda value, bound: value >= bound,
}


def as_number(value: object) -> Decimal | None:
    """A property as a number; None where it is missing or is not one. What is no number is never counted."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | Decimal):
        return Decimal(value)
    text = str(value).strip()
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def as_text(value: object) -> str | None:
    """A property as text to compare and group by: ``true``, ``12.5``, or as it is; None where it is missing."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def matches(filters: Sequence[MetricFilter], properties: Mapping[str, object]) -> bool:
    """Whether an event passes all filters."""
    return all(_passes(one, properties.get(one.property)) for one in filters)


def _passes(condition: MetricFilter, value: object) -> bool:
    if condition.operator in _NUMERIC:
        number, bound = as_number(value), as_number(condition.values[0])
        return number is not None and bound is not None and _NUMERIC[condition.operator](number, bound)
    if condition.operator in ("exists", "missing"):
        return (value is not None) == (condition.operator == "exists")
    listed = as_text(value) in condition.values
    return listed == (condition.operator in ("in", "eq"))
