"""Parsers of single fields: text in, the normal form out, or ``Invalid`` that names the field, the cause and the remedy."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import pycountry
from babel import Locale, UnknownLocaleError
from stdnum import bic as bic_number
from stdnum import iban as iban_number
from stdnum.exceptions import ValidationError

from bezant.sdk.values import Invalid, Problem, exponent

Parser = Callable[[Any, str], Any]
"""``(value, field) -> normal form``; raises ``Invalid``."""

_EMAIL = re.compile(r"[^@\s,;<>\"()\[\]\\]+@[^@\s,;<>\"()\[\]\\]+")
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,11}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def parse_all(values: Mapping[str, Any], parsers: Mapping[str, Parser]) -> dict[str, Any]:
    """Every given field in its normal form. Raises one ``Invalid`` with the problems of all of them."""
    parsed: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in values.items():
        try:
            parsed[name] = parsers[name](value, name)
        except Invalid as error:
            problems.extend(error.problems)
    if problems:
        raise Invalid(problems=problems)
    return parsed


def text(longest: int, *, required: bool = False, lines: bool = False) -> Parser:
    """A parser of trimmed text of at most ``longest`` characters; ``lines`` allows line breaks."""

    def parse(value: Any, field: str) -> str:
        trimmed = str(value or "").strip()
        if required and not trimmed:
            raise Invalid.field(field, "required", "This must not be empty.")
        if len(trimmed) > longest:
            raise Invalid.field(field, "too_long", f"At most {longest} characters fit here; these are {len(trimmed)}.")
        if _CONTROL.search(trimmed.replace("\n", "") if lines else trimmed):
            raise Invalid.field(field, "control_characters", "This holds control characters or line breaks; remove them.")
        return trimmed

    return parse


def optional(parser: Parser) -> Parser:
    """The same parser, for a field that may be empty: nothing becomes ``None``."""

    def parse(value: Any, field: str) -> Any:
        return None if value is None or value == "" else parser(value, field)

    return parse


def whole(least: int, most: int) -> Parser:
    """A parser of whole numbers from ``least`` to ``most``, both included."""

    def parse(value: Any, field: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Invalid.field(field, "out_of_range", f"Write a whole number from {least} to {most}.")
        return value

    return parse


def one_of(*known: str) -> Parser:
    """A parser of one of some words."""

    def parse(value: Any, field: str) -> str:
        if value not in known:
            raise Invalid.field(field, "unknown_choice", f"Choose one of {', '.join(known)}.")
        return str(value)

    return parse


def some_of(*known: str) -> Parser:
    """A parser of one or more of some words; doubles go, and the order is that of ``known``."""

    def parse(value: Any, field: str) -> tuple[str, ...]:
        if not value or any(word not in known for word in value):
            raise Invalid.field(field, "unknown_choice", f"Choose one or more of {', '.join(known)}.")
        return tuple(word for word in known if word in value)

    return parse


def flag(value: Any, field: str) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise Invalid.field(field, "not_boolean", "Write true or false.")
    return value


def code(value: Any, field: str) -> str:
    """A short code: capitals, digits and hyphens, at most 12."""
    upper = str(value or "").strip().upper()
    if not _CODE.fullmatch(upper):
        raise Invalid.field(field, "not_a_code", "A code has 1 to 12 capitals, digits or hyphens, such as PNY.")
    return upper


def currency(value: Any, field: str) -> str:
    """An ISO 4217 code."""
    upper = str(value or "").strip().upper()
    try:
        exponent(upper)
    except Invalid as error:
        raise Invalid.field(field, "unknown_currency", error.problems[0].message) from None
    return upper


def timezone(value: Any, field: str) -> str:
    """A zone of the IANA time zone database."""
    if str(value) not in _timezones():
        raise Invalid.field(field, "unknown_timezone", f"{value!r} is not a time zone; write one such as Europe/Berlin.")
    return str(value)


def locale(value: Any, field: str) -> str:
    """A CLDR locale, written with an underscore: ``de_CH``."""
    try:
        return str(Locale.parse(str(value).replace("-", "_")))
    except (ValueError, UnknownLocaleError):
        raise Invalid.field(field, "unknown_locale", f"{value!r} is not a locale; write one such as en_US.") from None


def country(value: Any, field: str) -> str:
    """An ISO 3166-1 alpha-2 code."""
    upper = str(value or "").strip().upper()
    if upper not in _countries():
        raise Invalid.field(field, "unknown_country", f"{value!r} is not a country; write its two letters, such as US.")
    return upper


def region(value: str, country_code: str) -> str:
    """A subdivision by ISO 3166-2 code or name as its code without the country (``NY``); what is not listed there stays as typed."""
    trimmed = value.strip()
    if not trimmed or not country_code:
        return trimmed
    known = _regions(country_code)
    return trimmed.upper() if trimmed.upper() in known.values() else known.get(trimmed.casefold(), trimmed)


def email(value: Any, field: str) -> str:
    """One e-mail address, or nothing. Line breaks and lists are refused: they would smuggle headers into mails."""
    address = str(value or "").strip()
    if address and (len(address) > 254 or not _EMAIL.fullmatch(address)):
        raise Invalid.field(field, "not_an_email", f"{address!r} is not one e-mail address; write it like ap@example.com.")
    return address


def iban(value: Any, field: str) -> str:
    """An IBAN, checked (ISO 13616), without spaces."""
    return _standard_number(iban_number, value, field, "an IBAN")


def bic(value: Any, field: str) -> str:
    """A BIC, checked (ISO 9362)."""
    return _standard_number(bic_number, value, field, "a BIC")


def _standard_number(module: Any, value: Any, field: str, what: str) -> str:
    if not value:
        return ""
    try:
        return str(module.validate(str(value)))
    except ValidationError as error:
        raise Invalid.field(field, "not_valid", f"{value!r} is not {what}: {error} Compare it digit by digit.") from None


@cache
def _countries() -> frozenset[str]:
    return frozenset(country.alpha_2 for country in pycountry.countries)


@cache
def _regions(country_code: str) -> dict[str, str]:
    """Name in small letters → code without the country."""
    listed = (s for s in pycountry.subdivisions if s.country_code == country_code)
    return {s.name.casefold(): s.code.partition("-")[2] for s in listed}


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())
