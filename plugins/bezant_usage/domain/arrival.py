"""An event on arrival: checked, its properties as text, its content hashed."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from bezant_usage.contracts import LOCAL_HOUR, EventOutcome, NewEvent, PropertyValue

MAX_PROPERTIES = 100
MAX_NAME, MAX_VALUE = 100, 1000
MAX_SOURCE, MAX_TRANSACTION, MAX_TYPE = 100, 255, 100
HASH_BYTES = 16
FIRST_YEAR, LAST_YEAR = 1970, 2200

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:\-]*", re.ASCII)
_NUMBER = re.compile(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\s*", re.ASCII)
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


class Arrived(NamedTuple):
    """An event that can be kept; ``properties`` are text, sorted by name."""

    source: str
    transaction_id: str
    type: str
    at: datetime
    account: str | None
    subscription: str | None
    properties: dict[str, str]
    content_hash: bytes
    replaces: str | None
    deleted: bool


def arrive(event: NewEvent) -> Arrived | EventOutcome:
    """The event as it can be kept, or the outcome that refuses it."""
    problem = _problem(event)
    if problem:
        return refusal(event, *problem)
    properties: dict[str, str] = {}
    for name, value in sorted(event.properties.items()):
        text = property_text(value)
        if text is None:
            continue
        wrong = _property_problem(name, text)
        if wrong:
            return refusal(event, *wrong)
        properties[name] = text
    at = event.at.astimezone(UTC)
    digest = _digest(event, at, properties)
    return Arrived(
        event.source, event.transaction_id, event.type, at, event.account, event.subscription, properties, digest, event.replaces, event.deleted
    )


def refusal(event: NewEvent | Arrived, code: str, reason: str) -> EventOutcome:
    """The outcome of an event that is not taken."""
    return EventOutcome(event.source[:MAX_SOURCE], event.transaction_id[:MAX_TRANSACTION], "rejected", code, reason)


def property_text(value: PropertyValue) -> str | None:
    """A property as the text that is kept: numbers in plain notation, ``true``/``false``; None where there is nothing to keep."""
    if isinstance(value, str):
        return _as_written(value)
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


@lru_cache(maxsize=100_000)
def _as_written(text: str) -> str:
    """Text as it is, but for numbers in another notation (``1e3``, ``.5``, `` 7 ``), which are written plainly for the database."""
    if _PLAIN.fullmatch(text) or not _NUMBER.fullmatch(text):
        return text
    return f"{Decimal(text.strip()):f}"


def _problem(event: NewEvent) -> tuple[str, str] | None:
    if not event.transaction_id or len(event.transaction_id) > MAX_TRANSACTION or "\0" in event.transaction_id:
        return "bad_transaction_id", f"transaction_id has 1 to {MAX_TRANSACTION} characters; it names the event for ever."
    if not event.type or len(event.type) > MAX_TYPE or "\0" in event.type:
        return "bad_type", f"type has 1 to {MAX_TYPE} characters; metrics select events by it."
    if not event.source or len(event.source) > MAX_SOURCE or "\0" in event.source:
        return "bad_source", f"source has 1 to {MAX_SOURCE} characters."
    if event.at.tzinfo is None or not FIRST_YEAR <= event.at.year <= LAST_YEAR:
        return "bad_time", f"The timestamp needs an offset and a year from {FIRST_YEAR} to {LAST_YEAR}."
    if not event.account and not event.subscription:
        return "no_subject", "Name the account or the subscription that the event belongs to, by its external id."
    if event.deleted and not event.replaces:
        return "deletes_nothing", "A deletion names the event that it takes out in `replaces`."
    return _properties_problem(event.properties)


def _properties_problem(properties: Mapping[str, PropertyValue]) -> tuple[str, str] | None:
    if len(properties) > MAX_PROPERTIES:
        return "too_many_properties", f"An event has at most {MAX_PROPERTIES} properties."
    if LOCAL_HOUR in properties:
        return "reserved_property", f"{LOCAL_HOUR} is set by Bezant; name your property otherwise."
    for name, value in properties.items():
        if not isinstance(value, str | int | Decimal | None) or (isinstance(value, Decimal) and not value.is_finite()):
            return "bad_property", f"{name}: a property is a text, a number, true or false; write nested ones as {name}.part."
    return None


def _property_problem(name: str, text: str) -> tuple[str, str] | None:
    if len(text) > MAX_VALUE or "\0" in text:
        return "bad_property", f"{name}: at most {MAX_VALUE} characters, and no NUL."
    if not _name_is_good(name):
        return "bad_property_name", f"{name[:MAX_NAME]!r}: a property's name begins with a letter and holds letters, digits, _ . : and -."
    return None


@lru_cache(maxsize=10_000)
def _name_is_good(name: str) -> bool:
    return len(name) <= MAX_NAME and _NAME.fullmatch(name) is not None


def _digest(event: NewEvent, at: datetime, properties: Mapping[str, str]) -> bytes:
    parts = [event.type, at.isoformat(), event.account or "", event.subscription or "", event.replaces or "", "x" if event.deleted else ""]
    for pair in properties.items():
        parts += pair
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).digest()
