"""Values as people read them, in the reader's language: money, numbers, days, instants. All by Babel."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_interval, format_time
from babel.numbers import format_decimal
from flask import has_request_context
from flask_babel import get_locale, get_timezone

from bezant.money import Money, exponent, to_major

DEFAULT_LOCALE = Locale("en")
MINUS = "\N{MINUS SIGN}"
_EN_DASH = "\N{EN DASH}"


def locale() -> Locale:
    """The reader's language."""
    return (get_locale() if has_request_context() else None) or DEFAULT_LOCALE


def zone() -> tzinfo:
    """The reader's time zone."""
    return (get_timezone() if has_request_context() else None) or UTC


def number(value: Decimal | int, decimals: int | None = None) -> str:
    """A number, grouped, with a true minus; as many decimals as it has unless ``decimals`` says how many."""
    exact = Decimal(value)
    digits = max(-int(exact.normalize().as_tuple().exponent), 0) if decimals is None else decimals
    text = format_decimal(exact, format=_pattern(digits), locale=locale(), decimal_quantization=True)
    return text.replace("-", MINUS)


def amount(value: Money | int, currency: str = "") -> str:
    """Money without its currency: minor units of ``currency``, or a :class:`Money`."""
    money = value if isinstance(value, Money) else Money(int(value), currency)
    return number(to_major(money.minor, money.currency), exponent(money.currency))


def percent(value: Decimal) -> str:
    """A rate in percent, as it is: ``8.875`` is 8.875%."""
    return f"{number(value)}%" if locale().language == "en" else f"{number(value)}\N{NO-BREAK SPACE}%"


def day(value: date) -> str:
    """Sep 1, 2013."""
    return format_date(value, "medium", locale=locale())


def span(start: date, end: date) -> str:
    """The days from ``start`` up to, but without, ``end``: Sep 1 - 30, 2013."""
    last = end - timedelta(days=1)
    if last <= start:
        return day(start)
    return str(format_interval(start, last, "yMMMd", locale=locale())).replace("\N{THIN SPACE}", "")


def instant(value: datetime) -> str:
    """Sep 1, 2013, 06:02, in the reader's zone."""
    local = value.astimezone(zone())
    return f"{format_date(local, 'medium', locale=locale())}, {format_time(local, 'HH:mm', locale=locale())}"


def distance(to: date, today: date) -> str:
    """How far a day is from today, in words."""
    days = (to - today).days
    words = {0: "today", 1: "tomorrow", -1: "yesterday"}
    return words.get(days) or (f"in {days} days" if days > 0 else f"{-days} days ago")


@lru_cache
def _pattern(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")
