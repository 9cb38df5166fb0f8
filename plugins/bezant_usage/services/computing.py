"""What is added to an event on arrival: the local hour, and the fields that metrics compute by an expression."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from bezant.sdk.values import Invalid
from bezant_catalog.contracts import Metric, plain
from bezant_catalog.services import as_number, evaluate, metrics_of_types
from bezant_usage.contracts import LOCAL_HOUR, Subject
from bezant_usage.domain import Arrived

_HOURS = tuple(map(str, range(24)))


def compute_properties(events: Sequence[Arrived], owners: Mapping[Subject, Any]) -> None:
    """Adds computed properties in place. What an expression cannot compute is left out, and :func:`explain` says so."""
    if not events:
        return
    zones = {subject: ZoneInfo(owner.timezone) for subject, owner in owners.items() if hasattr(owner, "timezone")}
    for event in events:
        event.properties[LOCAL_HOUR] = _HOURS[event.at.astimezone(zones[Subject(event.account, event.subscription)]).hour]
    computed = {
        kind: [metric for metric in metrics if metric.expression and metric.field]
        for kind, metrics in metrics_of_types({event.type for event in events}).items()
    }
    if any(computed.values()):
        for event in events:
            for metric in computed.get(event.type, ()):
                _compute(event, metric)


def _compute(event: Arrived, metric: Metric) -> None:
    names = {name: _operand(value) for name, value in event.properties.items()}
    try:
        value = evaluate(metric.expression or "", names)
    except Invalid:
        return
    event.properties[metric.field or ""] = plain(value) if isinstance(value, Fraction) else str(value).lower() if isinstance(value, bool) else value


def _operand(text: str) -> Any:
    number = as_number(text)
    return text if number is None else number
