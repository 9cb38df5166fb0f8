"""How many billing cycles a service is billed for by a day, and which spans."""

from typing import Any

from bezant.errors import Invalid
from bezant_subscriptions.domain.schedule import Schedule

from . import Answer, Given
from ._schedules import cycle_schedule, cycles, error_of


def answer(given: Given, asked: Any) -> Answer:
    """``{billing_period, billing_mode, billing_cycle_day, service_start, service_end, target_dates}`` → ``cycles`` or ``error``.

    All target dates have to come to the same; where they do not, the answer is what each comes to.
    """
    answers = [_answer(given, target) for target in given["target_dates"]]
    return answers[0] if all(one == answers[0] for one in answers) else {"cycles": answers}


def _answer(given: Given, target: str) -> Answer:
    try:
        found = cycle_schedule(given, target)
    except Invalid as error:
        return error_of(error)
    return {"cycles": cycles([line.fraction for line in found.lines]), "derived_segments": _segments(found)}


def _segments(found: Schedule) -> list[Answer]:
    return [{"start": line.span.start, "end": line.span.end, "cycles": cycles([line.fraction])} for line in found.lines]
