"""The part of a period that a stub is: before the first cycle date, and after the last."""

from datetime import date
from typing import Any

from bezant import calendars
from bezant_subscriptions.domain.schedule import ScheduledLine

from . import Answer, Given
from ._schedules import cycle_schedule, cycles

MODES = {0: calendars.Proration.DAY, 30: calendars.Proration.DAYS_30_360}


def answer(given: Given, asked: Any) -> Answer:
    """``{kinds, period, start, end, fixed_days_in_month}`` → ``fraction`` and ``counted_days``, the same for all kinds."""
    mode = MODES[given.get("fixed_days_in_month") or 0]
    answers = [_answer(_stub(given, kind, mode), mode) for kind in given.get("kinds") or ["leading"]]
    return answers[0] if all(one == answers[0] for one in answers) else {"fraction": answers}


def _answer(line: ScheduledLine, mode: calendars.Proration) -> Answer:
    return {"fraction": cycles([line.fraction]), "counted_days": calendars.measure_days(line.span, mode)}


def _stub(given: Given, kind: str, mode: calendars.Proration) -> ScheduledLine:
    """A service that starts (leading) or ends (trailing) within a cycle; the cycle day is that of the other end."""
    cycle_day = date.fromisoformat(given["end" if kind == "leading" else "start"]).day
    service = {"billing_period": given["period"], "billing_cycle_day": cycle_day, "service_start": given["start"]}
    ends = {} if kind == "leading" else {"service_end": given["end"]}
    return cycle_schedule({**service, **ends}, given["start"], proration=mode).lines[0]
