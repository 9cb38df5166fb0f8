"""What a language brings to a document: words, numbers, days."""

import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources.abc import Traversable

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval
from babel.messages.pofile import read_po
from babel.numbers import NumberPattern, get_currency_symbol, parse_pattern

from bezant.errors import Invalid
from bezant.money import exponent, further_sign, to_major

Words = dict[str, str]
"""A catalogue: the English text and what it reads in another language."""

MINUS = "\u2212"
_QUANTITY = parse_pattern("#,##0.########")


class Language:
    """Formats of one locale and the words of its catalogue. Words that are missing stay English."""

    def __init__(self, locale: Locale, words: Words) -> None:
        self.locale = locale
        self.tag = str(locale).replace("_", "-")
        self.direction = locale.text_direction
        self._words = words

    def text(self, message: str, **values: object) -> str:
        """The message in this language, its ``%(name)s`` filled in."""
        translated = self._words.get(message, message)
        return translated % values if values else translated

    def money(self, minor: int, currency: str) -> str:
        """Minor units with the currency's decimals, grouped, without the currency: ``1.234,50``."""
        return self._number(_money_pattern(exponent(currency)), to_major(minor, currency))

    def amount(self, minor: int, currency: str) -> str:
        """Minor units with the sign of the currency, where this language puts it: ``€1,234.50``, ``1 234,50 €``."""
        pattern = self.locale.currency_formats["standard"]
        negative = minor < 0
        before, after = pattern.prefix[negative], pattern.suffix[negative]
        text = f"{before}{self.money(abs(minor), currency)}{after}".replace("\u00a4", currency_sign(currency, self.locale))
        return text.replace("-", MINUS)

    def price(self, value: Decimal, currency: str) -> str:
        """A unit price: at least the currency's decimals, more where the price has them."""
        return self._number(_price_pattern(exponent(currency)), value)

    def quantity(self, value: Decimal) -> str:
        """A quantity, without zeros at its end."""
        return self._number(_QUANTITY, value)

    def percent(self, value: Decimal) -> str:
        """A rate that is already in percent: ``8.875 %``."""
        return f"{self.quantity(value)}\u00a0%"

    def day(self, value: date) -> str:
        """A day written out: ``3 March 2013``."""
        return format_date(value, "long", self.locale)

    def day_short(self, value: date) -> str:
        """A day for a column: ``3 Mar 2013``, ``03.03.2013``."""
        return format_date(value, "medium", self.locale)

    def span(self, start: date, end: date) -> str:
        """The days of the half-open span ``[start, end)``, its last day named: ``1–28 Feb 2013``."""
        last = max(start, end - timedelta(days=1))
        return self.day_short(start) if last == start else str(format_interval(start, last, "yMMMd", locale=self.locale))

    def _number(self, pattern: NumberPattern, value: Decimal) -> str:
        formatted = str(pattern.apply(value, self.locale))
        return formatted.replace("-", MINUS).replace("\u202f", "\u00a0")  # Inter has no narrow no-break space


@cache
def _home_sign(currency: str) -> str:
    """The sign that a currency has at home (``¥``, ``₩``), or empty: its code begins with its country. Letters are no sign."""
    try:
        home = Locale.parse(f"und_{currency[:2]}")
    except (UnknownLocaleError, ValueError):
        return ""
    sign = unicodedata.normalize("NFKC", get_currency_symbol(currency, home))
    return sign if len(sign) == 1 and unicodedata.category(sign) == "Sc" else ""


def currency_sign(currency: str, locale: Locale) -> str:
    """How a currency is written beside an amount: in the reader's language, else as at home, else its code."""
    named = further_sign(currency) or str(get_currency_symbol(currency, locale))
    return named if named != currency else _home_sign(currency) or currency


def parse_locale(name: str) -> Locale:
    """``de_DE`` or ``de-DE`` as a locale. Raises ``Invalid`` for one that is unknown."""
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError) as error:
        raise Invalid.field("locale", "unknown_locale", f"{name!r} is no locale; write a language and a region such as de_DE.") from error


def read_words(locale: Locale, roots: Sequence[Traversable]) -> Words:
    """The catalogue of a language from ``locale/<language>/LC_MESSAGES/documents.po`` of all roots; the first root wins."""
    words: Words = {}
    for root in reversed(roots):
        for name in dict.fromkeys((locale.language, str(locale))):
            words |= _read_catalogue(root.joinpath("locale", name, "LC_MESSAGES", "documents.po"), name)
    return words


def _read_catalogue(source: Traversable, name: str) -> Words:
    if not source.is_file():
        return {}
    with source.open("rb") as stream:
        catalogue = read_po(stream, locale=name)
    return {str(message.id): str(message.string) for message in catalogue if message.id and message.string}


@cache
def _money_pattern(decimals: int) -> NumberPattern:
    return parse_pattern("#,##0" + ("." + "0" * decimals if decimals else ""))


@cache
def _price_pattern(decimals: int) -> NumberPattern:
    return parse_pattern("#,##0." + "0" * decimals + "#" * (8 - decimals))
