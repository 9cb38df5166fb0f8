"""Arithmetic of cycle days; ``op`` says which."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from bezant import calendars
from bezant.errors import Invalid
from bezant_subscriptions.domain.facts import Fact, FactKind, Started
from bezant_subscriptions.domain.timeline import build

from . import Answer, Given
from ._metrics import NOBODY
from ._plans import plain_plan
from ._schedules import cycle_schedule, error_of, make_interval, moment, zone_name


def answer(given: Given, asked: Any) -> Answer:
    """The date or day that ``op`` asks for."""
    try:
        return OPERATIONS[given["op"]](given)
    except Invalid as error:
        return error_of(error)


def _first(given: Given) -> Answer:
    return {"date": cycle_schedule(given, given["service_start"]).first_boundary}


def _billed_through(given: Given) -> Answer:
    return {"date": cycle_schedule(given, given["target_date"]).billed_through}


def _next(given: Given) -> Answer:
    return {"date": cycle_schedule(given, given["target_date"]).next_boundary}


def _last(given: Given) -> Answer:
    """The last cycle date that is not after what is billed."""
    through = cycle_schedule(given, given["target_date"]).billed_through
    start = date.fromisoformat(given["service_start"])
    grid = calendars.cycle_day_grid(make_interval(given["billing_period"]), start, given["billing_cycle_day"])
    return {"date": through and grid.period(through).start}


def _derive_day(given: Given) -> Answer:
    at, zone = moment(given["instant"]), zone_name(given["account_time_zone"])
    started = Fact(1, FactKind.STARTED, at, calendars.local_day(at, zone), Started(NOBODY))
    timeline = build([started], lambda _id: plain_plan(), zone)
    assert timeline is not None
    return {"day": timeline.cycle_day}


def _same_month(given: Given) -> Answer:
    return {"date": calendars.cycle_day_in_month(date.fromisoformat(given["date"]), given["billing_cycle_day"])}


def _to_next(given: Given) -> Answer:
    """A new cycle day takes effect at its next occurrence; intervals of days and weeks have none and step on from the last change."""
    at, interval = date.fromisoformat(given["date"]), make_interval(given["billing_period"])
    if interval.months:
        return {"date": calendars.next_cycle_day(at, given["billing_cycle_day"])}
    since = date.fromisoformat(given.get("previous") or given["date"])
    return {"date": calendars.cycle_day_grid(interval, since, given["billing_cycle_day"]).on_or_after(at)}


OPERATIONS: Mapping[str, Callable[[Given], Answer]] = {
    "first_cycle_date": _first,
    "billed_through": _billed_through,
    "next_cycle_date": _next,
    "last_cycle_date": _last,
    "derive_day": _derive_day,
    "align_same_month": _same_month,
    "align_to_next": _to_next,
}
