"""Charges in arrears: whether anything is to be billed on a day, and which periods."""

from typing import Any

from bezant.errors import Invalid

from . import Answer, Given
from ._schedules import cycle_schedule, cycles, error_of


def answer(given: Given, asked: Any) -> Answer:
    """``op`` interval: the dates around a target; ``op`` items: the periods billed by then."""
    try:
        found = cycle_schedule({"billing_mode": "IN_ARREAR", **given}, given["target_date"])
    except Invalid as error:
        return error_of(error)
    return {
        "something_to_bill": bool(found.lines),
        "first_cycle_date": found.first_boundary,
        "billed_through": found.billed_through,
        "next_cycle_date": found.next_boundary,
        "periods": [list(line.span) for line in found.lines],
        "derived_cycles": [cycles([line.fraction]) for line in found.lines],
    }
