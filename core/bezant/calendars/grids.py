"""Grids: the boundaries that an interval makes in the calendar, on an anniversary or on a cycle day.

A grid is endless in both directions; boundary ``k`` is computed from the anchor, never from boundary ``k - 1``
(31 January → 28 February → 31 March).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache

from bezant.calendars.days import Span
from bezant.calendars.intervals import Interval, Unit, add_interval, add_months
from bezant.errors import Invalid


class GridKind(StrEnum):
    """What the boundaries are aligned to."""

    CALENDAR = "calendar"
    ANNIVERSARY = "anniversary"
    CYCLE_DAY = "cycle_day"


@dataclass(frozen=True)
class Grid:
    """Boundary ``k`` is ``k`` whole intervals from ``anchor``, on ``day`` of the month where the month has it.

    ``day`` differs from ``anchor.day`` only where the anchor's own month is too short; it means nothing to an interval
    counted in days.
    """

    kind: GridKind
    interval: Interval
    anchor: date
    day: int

    def boundary(self, index: int) -> date:
        """The boundary with this index; 0 is the anchor."""
        return add_interval(self.anchor, self.interval, index, day=self.day)

    def index(self, day: date) -> int:
        """The index of the period that a day lies in: the largest ``k`` with boundary ``k`` on or before the day."""
        if self.interval.days:
            return (day - self.anchor).days // self.interval.days
        months = (day.year - self.anchor.year) * 12 + day.month - self.anchor.month
        guess = months // self.interval.months
        return guess if self.boundary(guess) <= day else guess - 1

    def period(self, day: date) -> Span:
        """The period that a day lies in."""
        return _period(self, day)

    def is_boundary(self, day: date) -> bool:
        """Whether a period begins on this day."""
        return self.period(day).start == day

    def on_or_after(self, day: date) -> date:
        """The first boundary that is not before the day."""
        period = self.period(day)
        return day if period.start == day else period.end

    def after(self, day: date) -> date:
        """The first boundary strictly after the day."""
        return self.period(day).end

    def periods(self, span: Span) -> Iterator[Span]:
        """The whole periods that have a day in ``span``, in order; clip them for the days themselves."""
        period = self.period(span.start)
        while period.start < span.end:
            yield period
            period = self.period(period.end)


@lru_cache(maxsize=65536)
def _period(grid: Grid, day: date) -> Span:
    index = grid.index(day)
    return Span(grid.boundary(index), grid.boundary(index + 1))


@cache
def _calendar(interval: Interval) -> Grid:
    anchor = date(1969, 12, 29) if interval.unit is Unit.WEEK else date(1968, 1, 1)
    return Grid(GridKind.CALENDAR, interval, anchor, anchor.day)


def calendar_grid(interval: Interval, start: date) -> Grid:
    """Weeks from Monday, months from the 1st, quarters from January, April, July and October, half-years from January and July,
    years from 1 January.

    Several months or weeks are counted from a fixed origin (January 1968; a Monday), so that all subscriptions share one grid.
    Days have no calendar of their own and count from ``start``.
    """
    if interval.unit is Unit.DAY:
        return Grid(GridKind.CALENDAR, interval, start, start.day)
    return _calendar(interval)


def anniversary_grid(interval: Interval, start: date) -> Grid:
    """Whole intervals from the day of the start."""
    return Grid(GridKind.ANNIVERSARY, interval, start, start.day)


def cycle_day_grid(interval: Interval, start: date, cycle_day: int) -> Grid:
    """The cycle day in the month of ``start``, stepped by whole intervals to the first date that is not before ``start``.

    Intervals of days and weeks ignore the cycle day and count from ``start``. Raises ``Invalid`` for a cycle day outside 1 to 31.
    """
    if interval.days:
        return Grid(GridKind.CYCLE_DAY, interval, start, start.day)
    anchor = cycle_day_in_month(start, cycle_day)
    if anchor < start:
        anchor = add_interval(anchor, interval, day=cycle_day)
    return Grid(GridKind.CYCLE_DAY, interval, anchor, cycle_day)


def cycle_day_in_month(day: date, cycle_day: int) -> date:
    """The cycle day in the month of ``day``, or that month's last day. Raises ``Invalid`` for a cycle day outside 1 to 31."""
    if not 1 <= cycle_day <= 31:
        raise Invalid.field("cycle_day", "out_of_range", "A cycle day is a day of the month: write a number from 1 to 31.")
    return add_months(day.year, day.month, 0, cycle_day)


def next_cycle_day(day: date, cycle_day: int) -> date:
    """The first occurrence of the cycle day that is not before ``day``, whatever the billing interval."""
    here = cycle_day_in_month(day, cycle_day)
    return here if here >= day else add_months(day.year, day.month, 1, cycle_day)
