"""What is added to an event on arrival: the local hour, and the fields that metrics compute by an expression."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from functools import cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bezant.sdk.values import Invalid
from bezant_catalog.contracts import Metric, plain
from bezant_catalog.services import as_number, evaluate
from bezant_usage.contracts import LOCAL_HOUR
from bezant_usage.domain import Arrived
from bezant_usage.domain.arrival import properties_of, written
from bezant_usage.services.readable import Metrics
from bezant_usage.services.subjects import Owner

_HOURS = tuple(written(LOCAL_HOUR, str(hour)) for hour in range(24))


class _Item(Protocol):
    @property
    def event(self) -> Arrived: ...
    @property
    def owner(self) -> Owner | None: ...

    members: str


def complete_properties(items: Sequence[_Item], metrics: Metrics) -> None:
    """Sets ``members``: the event's properties, its local hour, computed fields. What an expression cannot compute is left out."""
    computed = {kind: computing for kind, some in metrics.items() if (computing := [m for m in some if m.expression and m.field])}
    for item in items:
        assert item.owner is not None
        hour = _local_hour(item.event.at, item.owner.timezone)
        item.members = f"{item.event.members},{hour}" if item.event.members else hour
        for metric in computed.get(item.event.type, ()):
            item.members = _with_computed(item.members, metric)


def _local_hour(at: datetime, timezone: str) -> str:
    return _HOURS[at.astimezone(_zone(timezone)).hour]


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _with_computed(members: str, metric: Metric) -> str:
    names = {name: _operand(value) for name, value in properties_of(members).items() if name != metric.field}
    try:
        value = evaluate(metric.expression or "", names)
    except Invalid:
        return members
    text = plain(value) if isinstance(value, Fraction) else str(value).lower() if isinstance(value, bool) else value
    return ",".join(written(name, one) for name, one in ({**properties_of(members), metric.field or "": text}).items())


def _operand(text: str) -> Any:
    number = as_number(text)
    return text if number is None else number
