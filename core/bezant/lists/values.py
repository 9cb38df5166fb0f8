"""The kinds of fields: which operators they know, and how the text of an address becomes a value."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any
from uuid import UUID

from bezant.errors import Problem
from bezant.lists.spec import Field, Kind

ORDERED = ("eq", "gt", "gte", "lt", "lte", "in", "null")
CHOSEN = ("eq", "ne", "in", "null")

OPERATORS: Mapping[Kind, tuple[str, ...]] = {
    "text": ("eq", "ne", "in", "prefix", "null"),
    "code": ("eq", "ne", "in", "prefix", "null"),
    "uuid": CHOSEN,
    "money": ORDERED,
    "decimal": ORDERED,
    "integer": ORDERED,
    "day": ORDERED,
    "instant": ORDERED,
    "status": CHOSEN,
    "boolean": ("eq", "null"),
    "tags": ("eq", "in"),
}
"""The operators of each kind; ``eq`` is written without a suffix: ``status=open``, ``total.gte=100``."""

_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,18})?")
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}


class UnreadableError(ValueError):
    """The text is no value of that kind; the message says what one looks like."""


def read_value(field: Field, operator: str, text: str) -> Any:
    """The value that ``text`` stands for. Money stays a decimal of major units here: its currency is only known per row.

    Raises :class:`UnreadableError`.
    """
    if operator == "null":
        return _boolean(text)
    if field.kind == "status" and field.choices:
        return _choice(field, text)
    return _READERS[field.kind](text)


def unknown(what: str, name: str, known: list[str]) -> str:
    """A message about a name that does not exist, with the near ones."""
    near = get_close_matches(name, known, n=3, cutoff=0.6)
    hint = f" Did you mean {' or '.join(near)}?" if near else f" There is: {', '.join(known)}."
    return f"There is no {what} {name!r}.{hint}"


def problem(parameter: str, error: UnreadableError) -> Problem:
    """An unreadable value as a problem at its parameter."""
    return Problem(parameter, "unreadable", str(error))


def _text(text: str) -> str:
    if "\0" in text:
        raise UnreadableError("A text holds no NUL character.")
    return text


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise UnreadableError(f"{text!r} is no id; ids are UUIDs such as 01920c5e-7c1a-7d3e-8b1f-0d6c2f9a4b11.") from None


def _decimal(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise UnreadableError(f"{text!r} is no number; write it like 1234.50, without grouping.")
    return Decimal(text)


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise UnreadableError(f"{text!r} is no whole number.")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnreadableError(f"{text!r} is no day; write it like 2026-01-31.") from None


def _instant(text: str) -> datetime | date:
    """An instant; a bare day stands for the whole day, in UTC."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else _aware(datetime.fromisoformat(text.replace(" ", "+")))
    except (ValueError, OverflowError):
        raise UnreadableError(f"{text!r} is no instant; write it like 2026-01-31T18:00:00Z, or a day like 2026-01-31.") from None


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("no zone")
    return instant.astimezone(UTC)


def _boolean(text: str) -> bool:
    try:
        return _BOOLEANS[text.lower()]
    except KeyError:
        raise UnreadableError(f"{text!r} is neither true nor false.") from None


def _choice(field: Field, text: str) -> str:
    known = [choice.value for choice in field.choices or ()]
    if text not in known:
        raise UnreadableError(unknown(field.label.lower(), text, known))
    return text


_READERS: Mapping[Kind, Callable[[str], Any]] = {
    "text": _text,
    "code": _text,
    "status": _text,
    "tags": _text,
    "uuid": _uuid,
    "money": _decimal,
    "decimal": _decimal,
    "integer": _integer,
    "day": _day,
    "instant": _instant,
    "boolean": _boolean,
}
