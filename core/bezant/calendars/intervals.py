"""Billing intervals: a unit and how many of it, and steps of whole intervals from an anchor."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from bezant.calendars.days import month_length
from bezant.errors import Invalid


class Unit(StrEnum):
    """What an interval is counted in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.HALF_YEAR: 6, Unit.YEAR: 12}
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
_PER_YEAR = {Unit.DAY: 365, Unit.WEEK: 52, Unit.MONTH: 12, Unit.QUARTER: 4, Unit.HALF_YEAR: 2, Unit.YEAR: 1}


@dataclass(frozen=True)
class Interval:
    """``count`` units: ``Interval(Unit.MONTH, 2)`` is every other month. Raises ``Invalid`` for a count below one."""

    unit: Unit
    count: int = 1

    def __post_init__(self) -> None:
        if self.count < 1:
            raise Invalid.field("interval_count", "too_small", "An interval counts one unit or more.")

    @cached_property
    def months(self) -> int:
        """Length in calendar months; zero where the interval is counted in days."""
        return _MONTHS.get(self.unit, 0) * self.count

    @cached_property
    def days(self) -> int:
        """Length in days; zero where the interval is counted in months."""
        return _DAYS.get(self.unit, 0) * self.count

    @property
    def per_year(self) -> tuple[int, int]:
        """How often it comes in a year, as (numerator, denominator): weeks ×52, months ×12, quarters ×4, half-years ×2."""
        return _PER_YEAR[self.unit], self.count

    def __str__(self) -> str:
        return self.unit.value if self.count == 1 else f"{self.count} {self.unit.value}s"


def add_months(year: int, month: int, months: int, day: int) -> date:
    """The ``day`` of the month that is ``months`` after (or before) the given one, or that month's last day when it is shorter."""
    index = year * 12 + month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    if day > 28:
        day = min(day, month_length(year, month))
    return date(year, month, day)


def add_interval(anchor: date, interval: Interval, count: int = 1, *, day: int | None = None) -> date:
    """``count`` whole intervals from ``anchor``; negative counts go back.

    Always from the anchor, never step by step, so that the 31st becomes the 28th and the 31st again. ``day`` is the wanted day
    of the month where the anchor itself had to be clamped.
    """
    if interval.days:
        return anchor + timedelta(days=interval.days * count)
    return add_months(anchor.year, anchor.month, interval.months * count, day or anchor.day)
