"""An event on arrival: checked, its properties as JSON text, its content hashed.

This is the hot path of every import. What repeats in real events (names, and most values) is checked and written once and then
remembered; the rest is a handful of comparisons.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from json.encoder import encode_basestring_ascii
from typing import NamedTuple

from bezant_usage.contracts import LOCAL_HOUR, EventOutcome, NewEvent, PropertyValue

MAX_PROPERTIES = 100
MAX_NAME, MAX_VALUE = 100, 1000
MAX_SOURCE, MAX_TRANSACTION, MAX_TYPE = 100, 255, 100
HASH_BYTES = 16
FIRST_YEAR, LAST_YEAR = 1970, 2200
REMEMBERED = 100_000
"""Properties whose text is remembered."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:\-]*", re.ASCII)
_NUMBER = re.compile(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\s*", re.ASCII)
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


class Arrived(NamedTuple):
    """An event that can be kept.

    ``moment`` is ``at`` as UTC text with microseconds; ``members`` the inside of the JSON object of its properties, sorted by name.
    """

    source: str
    transaction_id: str
    type: str
    at: datetime
    moment: str
    account: str | None
    subscription: str | None
    members: str
    content_hash: bytes
    replaces: str | None
    deleted: bool


class RefusedError(ValueError):
    """A property that cannot be kept: a code, and the reason."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def arrive(event: NewEvent) -> Arrived | EventOutcome:
    """The event as it can be kept, or the outcome that refuses it."""
    problem = _problem(event)
    if problem:
        return refusal(event, *problem)
    try:
        members = _members(event.properties)
    except RefusedError as error:
        return refusal(event, error.code, error.reason)
    except TypeError:
        return refusal(event, "bad_property", "A property is a text, a number, true or false; name the parts of nested ones (a.b).")
    at = event.at.astimezone(UTC)
    moment = at.replace(tzinfo=None).isoformat(" ", "microseconds")
    content = f"{event.type}\0{moment}\0{event.account}\0{event.subscription}\0{event.replaces}\0{event.deleted}\0{members}"
    digest = blake2b(content.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).digest()
    subject = event.account, event.subscription
    return Arrived(event.source, event.transaction_id, event.type, at, moment, *subject, members, digest, event.replaces, event.deleted)


def refusal(event: NewEvent | Arrived, code: str, reason: str) -> EventOutcome:
    """The outcome of an event that is not taken."""
    return EventOutcome(event.source[:MAX_SOURCE], event.transaction_id[:MAX_TRANSACTION], "rejected", code, reason)


_known: dict[tuple[str, object], str] = {}


def _members(properties: Mapping[str, PropertyValue]) -> str:
    parts = [_known.get(pair) or _learn(pair) for pair in properties.items()]
    parts.sort()
    return ",".join(filter(None, parts))


def _learn(pair: tuple[str, PropertyValue]) -> str:
    """The member, remembered if its value is text (``1``, ``True`` and ``Decimal(1)`` are one key to Python, but three to us)."""
    text = member(*pair)
    if isinstance(pair[1], str):
        if len(_known) >= REMEMBERED:
            _known.clear()
        _known[pair] = text
    return text


def member(name: str, value: object) -> str:
    """A property as a member of a JSON object, empty where there is nothing to keep. Raises ``RefusedError``."""
    if len(name) > MAX_NAME or not _NAME.fullmatch(name):
        raise RefusedError("bad_property_name", f"{name[:MAX_NAME]!r}: a name begins with a letter; letters, digits, _ . : - follow.")
    if name == LOCAL_HOUR:
        raise RefusedError("reserved_property", f"{LOCAL_HOUR} is set by Bezant; name your property otherwise.")
    text = property_text(value)
    if text is None:
        return ""
    if len(text) > MAX_VALUE or "\0" in text:
        raise RefusedError("bad_property", f"{name}: at most {MAX_VALUE} characters, and no NUL.")
    return written(name, text)


def written(name: str, text: str) -> str:
    """A member of a JSON object."""
    return f"{encode_basestring_ascii(name)}:{encode_basestring_ascii(text)}"


def property_text(value: object) -> str | None:
    """A property as the text that is kept: numbers in plain notation (``1e3``, ``.5``, `` 7 `` are written plainly), ``true``,
    ``false``; None where there is nothing to keep. Raises ``RefusedError`` for what is neither."""
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) or not _NUMBER.fullmatch(value) else f"{Decimal(value.strip()):f}"
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    number = Decimal(value) if isinstance(value, int | Decimal) else Decimal("NaN")
    if number.is_finite() and (abs(number.adjusted()) > MAX_VALUE or abs(int(number.as_tuple().exponent)) > MAX_VALUE):
        raise RefusedError("bad_property", f"A number has at most {MAX_VALUE} digits.")
    if number.is_finite():
        return f"{number:f}"
    raise RefusedError("bad_property", f"{value!r} is not a text, a number, true or false.")


def _problem(event: NewEvent) -> tuple[str, str] | None:
    if not 0 < len(event.transaction_id) <= MAX_TRANSACTION or "\0" in event.transaction_id:
        return "bad_transaction_id", f"transaction_id has 1 to {MAX_TRANSACTION} characters; it names the event for ever."
    if not _short(event.type, MAX_TYPE):
        return "bad_type", f"type has 1 to {MAX_TYPE} characters; metrics select events by it."
    if not _short(event.source, MAX_SOURCE):
        return "bad_source", f"source has 1 to {MAX_SOURCE} characters."
    if event.at.tzinfo is None or not FIRST_YEAR <= event.at.year <= LAST_YEAR:
        return "bad_time", f"The timestamp needs an offset and a year from {FIRST_YEAR} to {LAST_YEAR}."
    if not event.account and not event.subscription:
        return "no_subject", "Name the account or the subscription that the event belongs to, by its external id."
    if event.deleted and not event.replaces:
        return "deletes_nothing", "A deletion names the event that it takes out in `replaces`."
    if len(event.properties) > MAX_PROPERTIES:
        return "too_many_properties", f"An event has at most {MAX_PROPERTIES} properties."
    return None


@lru_cache(maxsize=10_000)
def _short(text: str, longest: int) -> bool:
    return 0 < len(text) <= longest and "\0" not in text


def properties_of(members: str) -> Mapping[str, str]:
    """The properties back from their JSON text."""
    found: dict[str, str] = json.loads(f"{{{members}}}")
    return found
