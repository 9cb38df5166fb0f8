"""Parts of a period: days used over days of the whole, as exact fractions."""

from datetime import date
from enum import StrEnum
from fractions import Fraction

from bezant.calendars.days import Span, day_start


class Proration(StrEnum):
    """How a part of a period is measured."""

    DAY = "day"
    NONE = "none"
    DAYS_30_360 = "30_360"
    SECOND = "second"


def actual_days(start: date, end: date) -> int:
    """Calendar days from ``start`` up to ``end``."""
    return (end - start).days


def days_30e_360(start: date, end: date) -> int:
    """Days from ``start`` up to ``end`` where every month has thirty: 30E/360 (ISDA 2006, section 4.16(g), Eurobond basis)."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months * 30 + min(end.day, 30) - min(start.day, 30)


def measure_days(span: Span, mode: Proration, zone_name: str = "UTC") -> int:
    """The length of a span in what the mode counts: days, thirtieths of a month, or seconds of the zone's own days."""
    if mode is Proration.DAYS_30_360:
        return days_30e_360(*span)
    if mode is Proration.SECOND:
        return int((day_start(span.end, zone_name) - day_start(span.start, zone_name)).total_seconds())
    return span.days


def fraction(used: Span, period: Span, mode: Proration = Proration.DAY, zone_name: str = "UTC") -> Fraction:
    """The part of ``period`` that ``used`` is, exactly. Without proration any part counts as the whole."""
    if mode is Proration.NONE:
        return Fraction(1)
    return Fraction(measure_days(used, mode, zone_name), measure_days(period, mode, zone_name))
