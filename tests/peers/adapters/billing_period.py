"""Billing periods: the days that fees pay for, the windows in which usage counts, and the length of a period."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import islice
from typing import Any

from bezant_subscriptions.domain.amounts import Part, amount_of
from bezant_subscriptions.domain.due import windows
from bezant_subscriptions.domain.facts import Fact, FactKind, Started
from bezant_subscriptions.domain.pieces import grid_for, pieces
from bezant_subscriptions.domain.timeline import Timeline, build

from . import Answer, Given
from ._metrics import NOBODY, SECOND
from ._plans import plain_plan
from ._schedules import ALIGNMENTS, lago_schedule, make_interval, moment, start_of, zone_of

ONE_DAY = timedelta(days=1)
PRICE = Fraction(1000)
"""Of a period, in major units: 100,000 minor ones."""


def answer(given: Given, asked: Any) -> Answer:
    """``{customer, interval, cycle, pay, subscribed_at}`` → periods and windows, or ``{…, anchor, day_in_period}`` → its length."""
    return _length(given) if "day_in_period" in given else _periods(given, asked)


def _length(given: Given) -> Answer:
    timeline = _timeline({**given, "subscribed_at": given["anchor"]})
    at = date.fromisoformat(given["day_in_period"])
    period = grid_for(timeline, timeline.stretches[0]).period(at)
    a_day = amount_of(PRICE, Part(1, period.days), "EUR")
    return {"period_days": period.days, "day_price_of_100000_minor": a_day.exact and a_day.exact * 100}


def _periods(given: Given, asked: Any) -> Answer:
    timeline = _timeline(given)
    [piece] = pieces(timeline)
    found = islice(windows(piece, timeline.zone, piece.start), len(asked.get("usage_windows") or ()))
    return {
        "fee_periods": _fee_periods(given, len(asked.get("fee_periods") or ())),
        "usage_windows": [{"from": one.from_at, "to": one.to_at - SECOND} for one in found],
    }


def _fee_periods(given: Given, count: int) -> list[Answer]:
    """The first so many periods billed; their last day is named."""
    through = start_of(given)
    while len((found := lago_schedule(given, through)).lines) < count:
        through = found.next_boundary
    return [{"first_day": line.span.start, "last_day": line.span.end - ONE_DAY} for line in found.lines[:count]]


def _timeline(given: Given) -> Timeline:
    at, plan = moment(given["subscribed_at"]), plain_plan(make_interval(given["interval"]), "metered", "arrears")
    started = Fact(1, FactKind.STARTED, at, start_of(given), Started(NOBODY, alignment=ALIGNMENTS[given["cycle"]]))
    timeline = build([started], lambda _id: plan, zone_of(given))
    assert timeline is not None
    return timeline
