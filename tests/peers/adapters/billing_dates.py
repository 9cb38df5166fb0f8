"""Billing dates: the days on which invoices are made, from the schedule, or by running billing along a timeline."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from .. import comparing
from . import Answer, Given, _lago
from ._schedules import lago_schedule, start_of

PLUGINS = _lago.PLUGINS
SPARE = 24
"""Days beyond those asked for, since a case may leave some out."""


def is_stored(given: Given) -> bool:
    """Whether a case has a timeline."""
    return "timeline" in given


def answer(given: Given, asked: Any) -> Answer:
    """``{customer, interval, cycle, pay, subscribed_at}`` → ``invoice_days``, or the answers of a timeline."""
    return _lago.answer(given, asked) if is_stored(given) else {"invoice_days": _days(given, len(asked["invoice_days"]) + SPARE)}


def differences(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> Iterator[str]:
    """``list_is`` says whether the days expected follow each other or are some of those on which invoices are made."""
    if "invoice_days" not in expected:
        yield from comparing.differences(expected, actual)
        return
    wanted, found = expected["invoice_days"], [day.isoformat() for day in actual["invoice_days"]]
    if not (_is_run(wanted, found) if expected.get("list_is") == "consecutive" else set(wanted) <= set(found)):
        yield f"invoice_days: expected {wanted}, got {found}"


def _is_run(wanted: Sequence[str], found: Sequence[str]) -> bool:
    first = found.index(wanted[0]) if wanted and wanted[0] in found else 0
    return list(wanted) == list(found[first : first + len(wanted)])


def _days(given: Given, count: int) -> list[date]:
    through = start_of(given)
    while len((found := lago_schedule(given, through)).lines) < count:
        through = found.next_boundary
    return [line.due_on for line in found.lines]
