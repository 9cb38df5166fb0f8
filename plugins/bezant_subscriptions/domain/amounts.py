"""Amounts: exact fractions of a price, rounded once, half away from zero."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bezant.sdk.values import calendars, exponent
from bezant_catalog.contracts import as_decimal


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a period: ``used`` of ``whole``, in what the mode of proration counts."""

    used: int
    whole: int


FULL = Part(1, 1)


@dataclass(frozen=True, slots=True)
class Amount:
    """``minor``: whole minor units, rounded. ``exact``: major units before rounding, None where nothing was rounded."""

    minor: int
    exact: Decimal | None = None


def part_of(span: calendars.Span, period: calendars.Span, mode: calendars.Proration, zone: str, *, prorated: bool = True) -> Part:
    """How much of a period a span is. A charge that is not prorated costs its whole price for any part."""
    if span == period:
        days = span.days
        return Part(days, days)
    if not prorated or mode is calendars.Proration.NONE:
        days = period.days
        return Part(days, days)
    if mode is calendars.Proration.DAY:
        return Part(span.days, period.days)
    return Part(calendars.measure_days(span, mode, zone), calendars.measure_days(period, mode, zone))


def amount_of(price: Fraction, part: Part, currency: str) -> Amount:
    """A full period's price (major units) times a part of the period, rounded once."""
    scale = 10 ** exponent(currency)
    numerator = price.numerator * scale * part.used
    denominator = price.denominator * part.whole
    minor, rest = divmod(numerator, denominator)
    if rest == 0:
        return Amount(minor)
    return Amount(_round(numerator, denominator), as_decimal(Fraction(numerator, denominator * scale)))


def share_of(minor: int, days: int, whole: int) -> int:
    """``minor × days ÷ whole`` rounded half away from zero."""
    return minor if days == whole else _round(minor * days, whole)


def _round(numerator: int, denominator: int) -> int:
    doubled = (2 * abs(numerator) + denominator) // (2 * denominator)
    return doubled if numerator >= 0 else -doubled
