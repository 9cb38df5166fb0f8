"""Domain events: what happened, told in the past tense, with ids and no personal data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DomainEvent:
    """Base of all domain events. A subclass sets ``type`` (``invoicing.invoice.finalized``) and adds plain fields.

    Changes to a type are additive; what cannot be, gets a new ``version``.
    """

    type: ClassVar[str]
    version: ClassVar[int] = 1

    aggregate_id: UUID


@dataclass(frozen=True, slots=True)
class EventHandler:
    """Reacts to events of some types. ``handle`` gets up to 500 at once inside one unit of work and does no network call."""

    name: str
    types: tuple[type[DomainEvent], ...]
    handle: Callable[[Sequence[DomainEvent]], None]


def handles(*types: type[DomainEvent]) -> Callable[[Callable[[Sequence[DomainEvent]], None]], EventHandler]:
    """Turns a function of a batch of events into a handler, named after its module and itself."""

    def wrap(function: Callable[[Sequence[DomainEvent]], None]) -> EventHandler:
        return EventHandler(f"{function.__module__}.{function.__qualname__}", types, function)

    return wrap


def to_payload(event: DomainEvent) -> dict[str, Any]:
    """The fields of an event as JSON values."""
    payload: dict[str, Any] = {}
    for name in _names(event.__class__):
        value = getattr(event, name)
        writer = _WRITERS.get(value.__class__)
        payload[name] = writer(value) if writer else value
    return payload


_known_names: dict[type[DomainEvent], tuple[str, ...]] = {}


def _names(kind: type[DomainEvent]) -> tuple[str, ...]:
    """The names of the fields of a type of event, looked up once: a run writes hundreds of thousands of the same few."""
    names = _known_names.get(kind)
    if names is None:
        names = _known_names[kind] = tuple(f.name for f in fields(kind))
    return names


def from_payload(kind: type[DomainEvent], payload: dict[str, Any]) -> DomainEvent:
    """The event back from its JSON values; fields it does not know (a newer writer's) are passed over."""
    values: dict[str, Any] = {f.name: _from_json(payload[f.name], f.type) for f in fields(kind) if f.name in payload}
    return kind(**values)


_WRITERS: dict[type, Callable[[Any], Any]] = {UUID: str, Decimal: str, datetime: datetime.isoformat, date: date.isoformat}
_READERS: dict[str, Callable[[Any], object]] = {
    "UUID": UUID,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "Decimal": Decimal,
}


def _from_json(value: object, annotation: object) -> object:
    if value is None:
        return None
    name = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    reader = _READERS.get(str(name).replace(" ", "").removesuffix("|None"))
    return reader(value) if reader else value
