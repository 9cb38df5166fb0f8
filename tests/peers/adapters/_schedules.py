"""Billing periods, alignments and the schedule of one recurring charge, in the words of the cases."""

import re
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from bezant import calendars
from bezant.errors import Invalid
from bezant.money import round_half_away
from bezant_subscriptions.domain.schedule import Schedule, ScheduleRequest, schedule

from . import Given

Unit = calendars.Unit

INTERVALS = {
    "DAILY": (Unit.DAY, 1),
    "WEEKLY": (Unit.WEEK, 1),
    "BIWEEKLY": (Unit.WEEK, 2),
    "THIRTY_DAYS": (Unit.DAY, 30),
    "THIRTY_ONE_DAYS": (Unit.DAY, 31),
    "SIXTY_DAYS": (Unit.DAY, 60),
    "NINETY_DAYS": (Unit.DAY, 90),
    "MONTHLY": (Unit.MONTH, 1),
    "BIMESTRIAL": (Unit.MONTH, 2),
    "QUARTERLY": (Unit.QUARTER, 1),
    "TRIANNUAL": (Unit.MONTH, 4),
    "BIANNUAL": (Unit.HALF_YEAR, 1),
    "SEMIANNUAL": (Unit.HALF_YEAR, 1),
    "ANNUAL": (Unit.YEAR, 1),
    "YEARLY": (Unit.YEAR, 1),
    "SESQUIENNIAL": (Unit.MONTH, 18),
    "BIENNIAL": (Unit.YEAR, 2),
    "TRIENNIAL": (Unit.YEAR, 3),
}
TIMINGS = {"IN_ADVANCE": "advance", "IN_ARREAR": "arrears", "IN_ARREARS": "arrears"}
ALIGNMENTS = {"calendar": calendars.GridKind.CALENDAR, "anniversary": calendars.GridKind.ANNIVERSARY}
ERRORS = {"dates_out_of_order": "INVALID_DATE_SEQUENCE"}
"""Bezant's codes in the neutral words of the cases."""


def make_interval(name: str) -> calendars.Interval:
    """``MONTHLY``, ``quarterly``, …"""
    unit, count = INTERVALS[name.upper()]
    return calendars.Interval(unit, count)


def day(text: str | None) -> date | None:
    """An ISO date."""
    return date.fromisoformat(text) if text else None


def cycle_schedule(given: Given, through: str, **changes: Any) -> Schedule:
    """The schedule of ``{billing_period, billing_mode, billing_cycle_day, service_start, service_end}`` on a cycle day."""
    terms: dict[str, Any] = {
        "interval": make_interval(given["billing_period"]),
        "start": day(given["service_start"]),
        "end": day(given.get("service_end")),
        "through": day(through),
        "timing": TIMINGS[(given.get("billing_mode") or "IN_ADVANCE").upper()],
        "alignment": calendars.GridKind.CYCLE_DAY,
        "cycle_day": given.get("billing_cycle_day"),
    }
    return schedule(ScheduleRequest(**{**terms, **changes}))


def lago_schedule(given: Given, through: date) -> Schedule:
    """The schedule of ``{customer, interval, cycle, pay, subscribed_at}``."""
    zone = zone_of(given)
    terms: dict[str, Any] = {"timing": TIMINGS[(given.get("pay") or "in_arrears").upper()], "alignment": ALIGNMENTS[given["cycle"]]}
    return schedule(ScheduleRequest(interval=make_interval(given["interval"]), start=start_of(given), through=through, zone=zone, **terms))


def zone_of(given: Given) -> str:
    """The customer's time zone."""
    return zone_name((given.get("customer") or {}).get("timezone") or "UTC")


def start_of(given: Given) -> date:
    """The local day on which a subscription starts."""
    return calendars.local_day(moment(given["subscribed_at"]), zone_of(given))


def zone_name(text: str) -> str:
    """A time zone; those that are an offset (``+03:00``) have names with the opposite sign."""
    found = re.fullmatch(r"(?:UTC|GMT)?([+-])0?(\d{1,2}):?(?:00)?", text)
    return f"Etc/GMT{'-' if found[1] == '+' else '+'}{found[2]}" if found else text


def moment(text: str) -> datetime:
    """An instant; UTC where nothing is said."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def cycles(fractions: list[Fraction]) -> Fraction:
    """Cycles as the cases write them: each of them with nine decimals, half up."""
    return sum((Fraction(round_half_away(one * 10**9), 10**9) for one in fractions), Fraction(0))


def error_of(error: Invalid) -> dict[str, str]:
    """What the product refuses, in the words of the cases."""
    code = error.problems[0].code
    return {"error": ERRORS.get(code, code.upper())}
