"""What a custom value may be, by the kind of its field. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

KINDS = ("text", "number", "integer", "boolean", "day", "choice")
LONGEST_TEXT = 2000
_TAG = re.compile(r"[\w][\w .:/&+-]{0,62}[\w]|[\w]")


def parse_value(kind: str, choices: Sequence[str], value: Any) -> Any:
    """The value as it is stored (JSON), or ``ValueError`` with what it should be. Numbers are decimal strings, days ISO."""
    return value if value is None else _PARSERS[kind](value, choices)


def parse_tag(text: str) -> str:
    """A tag without space around it. Raises ``ValueError``."""
    tag = " ".join(text.split())
    if not _TAG.fullmatch(tag):
        raise ValueError("a tag is up to 64 letters, digits, spaces and . : / & + -")
    return tag


def _text(value: Any, _choices: Sequence[str]) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise ValueError(f"must be a text of at most {LONGEST_TEXT} characters")
    return value


def _number(value: Any, _choices: Sequence[str]) -> str:
    try:
        number = Decimal(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise ValueError('must be a decimal string such as "12.5"')
    return f"{number:f}"


def _integer(value: Any, _choices: Sequence[str]) -> int:
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("must be a whole number")
    return value


def _boolean(value: Any, _choices: Sequence[str]) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _day(value: Any, _choices: Sequence[str]) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise ValueError("must be a day such as 2026-03-31") from None


def _choice(value: Any, choices: Sequence[str]) -> str:
    if value not in choices:
        raise ValueError(f"must be one of {', '.join(choices)}")
    return str(value)


_PARSERS: Mapping[str, Callable[[Any, Sequence[str]], Any]] = {
    "text": _text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "day": _day,
    "choice": _choice,
}
