"""Calendars of billing: intervals, the grids they make, local days and instants, and parts of a period.

Everything here is pure: days are :class:`datetime.date`, instants are aware UTC, spans are half-open. No function reads a
clock.
"""

from bezant.calendars.days import Span, day_start, is_zone, local_day, month_length, subtract, zone
from bezant.calendars.grids import (
    Grid,
    GridKind,
    anniversary_grid,
    calendar_grid,
    cycle_day_grid,
    cycle_day_in_month,
    next_cycle_day,
)
from bezant.calendars.intervals import Interval, Unit, add_interval, add_months
from bezant.calendars.proration import Proration, actual_days, days_30e_360, fraction, measure_days

__all__ = [
    "Grid",
    "GridKind",
    "Interval",
    "Proration",
    "Span",
    "Unit",
    "actual_days",
    "add_interval",
    "add_months",
    "anniversary_grid",
    "calendar_grid",
    "cycle_day_grid",
    "cycle_day_in_month",
    "day_start",
    "days_30e_360",
    "fraction",
    "is_zone",
    "local_day",
    "measure_days",
    "month_length",
    "next_cycle_day",
    "subtract",
    "zone",
]
