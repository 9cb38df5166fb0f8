"""Fields that take exactly what api.md promises: money and numbers as decimal strings, instants in UTC, ISO days, UUIDs.

Marshmallow's own fields are lenient (a JSON float becomes a Decimal, ``1_000`` a number); these are not.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from marshmallow import ValidationError, fields

from bezant.api.codes import Coded
from bezant.cards import CODE as CARD_NUMBER
from bezant.cards import REFUSAL, holds_card_number
from bezant.errors import Invalid
from bezant.money import Money, format_plain, parse_plain

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,27})(\.[0-9]{1,18})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)

SHORTEST_FREE = 100
"""Texts that may be this long are free: people write sentences there, not codes."""

_log = structlog.get_logger(__name__)
_currency: ContextVar[str | None] = ContextVar("bezant_api_currency", default=None)


@contextmanager
def currency_of(source: object) -> Iterator[None]:
    """Inside, money fields without a currency beside them take the one of ``source`` (a resource or a body), if it has one."""
    token = _currency.set(_text(_read(source, "currency")) or _currency.get())
    try:
        yield
    finally:
        _currency.reset(token)


class MoneyString(fields.Field[int]):
    """Minor units inside, a decimal string (``"12.30"``) outside. The currency stands beside it or in an enclosing resource.

    Where no currency is known while reading (it follows from the account), the value stays a checked ``Decimal`` of major
    units, and the service that knows the currency makes minor units of it.
    """

    default_error_messages = {
        "not_money": 'Money is a decimal string such as "12.30", with no grouping and no exponent.',
        "too_many_decimals": "{currency} has {digits} decimals; write no more than that.",
    }

    def __init__(self, *, currency_from: str = "currency", **options: Any) -> None:
        super().__init__(**options)
        self.currency_from = currency_from

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_options: Any) -> str | None:
        if value is None:
            return None
        if isinstance(value, Money):
            return format_plain(value.minor, value.currency)
        currency = _text(_read(obj, self.currency_from)) or _currency.get()
        if currency is None:
            raise ValueError(f"{attr}: money without a currency; put `currency` beside it")
        return format_plain(value, currency)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_options: Any) -> Any:
        if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
            raise self.make_error("not_money")
        currency = _text(_read(data, self.currency_from)) or _currency.get()
        if currency is None:
            return Decimal(value)
        try:
            return parse_plain(value, currency, attr or "")
        except Invalid as error:
            problem = error.problems[0]
            raise ValidationError(Coded(problem.message, problem.code)) from error


class DecimalString(fields.Field[Decimal]):
    """An exact number as a decimal string: quantities, rates, unit prices. At most 28 digits before the point, 18 after."""

    default_error_messages = {
        "not_decimal": 'Write the number as a decimal string such as "0.015", with no grouping and no exponent.',
        "negative": "The number must not be negative.",
    }

    def __init__(self, *, allow_negative: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.allow_negative = allow_negative

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_options: Any) -> str | None:
        return None if value is None else f"{Decimal(value):f}"

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_options: Any) -> Decimal:
        if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
            raise self.make_error("not_decimal")
        number = Decimal(value)
        if number < 0 and not self.allow_negative:
            raise self.make_error("negative")
        return number


class Instant(fields.Field[datetime]):
    """A point in time, RFC 3339 with its offset; given back in UTC (``2013-01-01T05:17:00Z``)."""

    default_error_messages = {"not_instant": "Write the instant as RFC 3339 with its offset, such as 2026-01-31T08:30:00Z."}

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_options: Any) -> str | None:
        return None if value is None else format_instant(value)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_options: Any) -> datetime:
        instant = parse_instant(value)
        if instant is None:
            raise self.make_error("not_instant")
        return instant


class Day(fields.Field[date]):
    """A calendar day, ISO 8601 (``2026-01-31``)."""

    default_error_messages = {"not_day": "Write the day as YYYY-MM-DD, such as 2026-01-31."}

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_options: Any) -> str | None:
        return None if value is None else value.isoformat()

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_options: Any) -> date:
        if isinstance(value, str) and _DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass  # 30 February: the same message as for any other text
        raise self.make_error("not_day")


class Uuid(fields.Field[UUID]):
    """An id in its usual form with hyphens."""

    default_error_messages = {"not_uuid": "Write the id as a UUID such as 0199f3a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b."}

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_options: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_options: Any) -> UUID:
        if not isinstance(value, str) or not _UUID.fullmatch(value):
            raise self.make_error("not_uuid")
        return UUID(value)


class Text(fields.String):
    """Text without control characters; trimmed; at most ``longest`` characters.

    In ``free`` text people write what they like, so card numbers are refused; left out, texts of 100 characters or more are free.
    Ids and numbers of others (an account's, a bank's) are not, however long.
    """

    default_error_messages = {
        "too_long": "At most {longest} characters.",
        "control_character": "Leave out control characters.",
        "blank": "Must not be empty.",
        CARD_NUMBER: REFUSAL,
    }

    def __init__(self, *, longest: int = 500, blank: bool = True, lines: bool = False, free: bool | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.longest, self.blank, self.lines = longest, blank, lines
        self.free = longest >= SHORTEST_FREE if free is None else free
        self.metadata = {**self.metadata, "maxLength": longest, **({} if blank else {"minLength": 1})}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options).strip()
        if not text and not self.blank:
            raise self.make_error("blank")
        if len(text) > self.longest:
            raise self.make_error("too_long", longest=self.longest)
        if any(_is_control(character, self.lines) for character in text):
            raise self.make_error("control_character")
        if self.free and holds_card_number(text):
            _log.warning("a card number was refused", field=attr)
            raise self.make_error(CARD_NUMBER)
        return text


class ExternalId(Text):
    """An integrator's own id of a resource, unique per resource: 1 to 255 characters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(longest=255, blank=False, free=False, **options)


class CurrencyCode(Text):
    """An ISO 4217 code in capitals."""

    default_error_messages = {"unknown_currency": "{code!r} is not an ISO 4217 currency; write a code such as EUR."}

    def __init__(self, **options: Any) -> None:
        super().__init__(longest=3, blank=False, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        code = super()._deserialize(value, attr, data, **options)
        try:
            format_plain(0, code)
        except Invalid as error:
            raise self.make_error("unknown_currency", code=code) from error
        return code


def parse_instant(value: object) -> datetime | None:
    """An RFC 3339 text as aware UTC, or None where it is none."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def format_instant(value: datetime) -> str:
    """RFC 3339 in UTC; fractions of a second only where there are some."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _is_control(character: str, lines: bool) -> bool:
    return (character < " " or character == "\x7f") and not (lines and character in "\n\r\t")


def _read(source: object, name: str) -> object:
    """``a.b`` of a mapping or an object; None where a step is missing."""
    for step in name.split("."):
        source = source.get(step) if isinstance(source, Mapping) else getattr(source, step, None)
    return source


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
