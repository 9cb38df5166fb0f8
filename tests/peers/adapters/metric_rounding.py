"""Rounding of measured units."""

from typing import Any

from bezant_catalog.domain import round_units

from . import Answer, Given
from ._metrics import make_rounding, number


def answer(given: Given, asked: Any) -> Answer:
    """``{units, rounding{mode, decimals}}`` → ``units``."""
    return {"units": round_units(make_rounding(given.get("rounding")), number(given["units"]))}
