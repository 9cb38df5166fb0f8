"""What a metric is to measure must be a number: a value that is none is refused on arrival, instead of counting as nothing.

A property that is missing, or blank, is no mistake (not every event has everything); it is not counted, and *explain* says so.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from bezant.sdk.values import Invalid
from bezant_catalog.contracts import Metric
from bezant_catalog.services import as_number, evaluate, matches, names_in
from bezant_usage.contracts import PropertyValue
from bezant_usage.domain.arrival import properties_of

Metrics = Mapping[str, Sequence[Metric]]
"""Metrics by the event type that they measure."""

_TAKES = {"sum": "sum", "max": "highest value", "latest": "latest value", "weighted_sum": "mean over time"}
"""What aggregations that need numbers take of their field."""


class Reading(NamedTuple):
    """Properties that a metric reads: its field, or what its field is computed from."""

    names: Sequence[str]
    metric: Metric


def readings(metrics: Metrics) -> Mapping[str, Sequence[Reading]]:
    """What is read as a number, by event type; types of which nothing is are left out."""
    found = {kind: [_reading(one) for one in some if one.aggregation in _TAKES and one.field] for kind, some in metrics.items()}
    return {kind: some for kind, some in found.items() if some}


def unreadable(properties: Mapping[str, PropertyValue], members: str, wanted: Sequence[Reading]) -> str | None:
    """Why an event cannot be measured although the value is there. ``members`` are all its properties as JSON text."""
    for names, metric in wanted:
        for name in names:
            value = properties.get(name)
            if value is not None and not _is_number(value):
                reason = _reason(metric, properties_of(members))
                if reason is not None:
                    return f"{reason} Send a number, or leave it out."
    return None


def _reading(metric: Metric) -> Reading:
    return Reading(sorted(names_in(metric.expression)) if metric.expression else [metric.field or ""], metric)


def _is_number(value: PropertyValue) -> bool:
    if isinstance(value, str):
        return _is_number_or_blank(value)
    return not isinstance(value, bool)


@lru_cache(maxsize=10_000)
def _is_number_or_blank(text: str) -> bool:
    return not text.strip() or as_number(text) is not None


def _reason(metric: Metric, properties: Mapping[str, str]) -> str | None:
    """None where the metric does not measure the event, or can."""
    if not matches(metric.filters, properties):
        return None
    if metric.expression:
        return _not_computed(metric, metric.expression, properties)
    value = properties.get(metric.field or "")
    return f"{metric.field} is {value!r}, not a number, and metric {metric.code} takes its {_TAKES[metric.aggregation]}."


def _not_computed(metric: Metric, expression: str, properties: Mapping[str, str]) -> str | None:
    """A text may be what the expression compares with, and something else may be missing: neither is a mistake."""
    value = properties.get(metric.field or "")
    if as_number(value) is not None or not names_in(expression) <= properties.keys():
        return None
    if value is not None:
        return f"Metric {metric.code} computes {metric.field} as {expression!r}, which comes to {value!r}, not a number."
    return f"Metric {metric.code} cannot compute {metric.field} as {expression!r}: {_fault(expression, properties)}"


def _fault(expression: str, properties: Mapping[str, str]) -> str:
    numbers = {name: as_number(text) for name, text in properties.items()}
    try:
        evaluate(expression, {name: text if numbers[name] is None else numbers[name] for name, text in properties.items()})  # type: ignore[misc]
    except Invalid as error:
        return error.problems[0].message if error.problems else error.message
    return "its value is not a number."
