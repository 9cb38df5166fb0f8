"""Rounding of measured units."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from bezant.sdk.values import Exact, round_half_away
from bezant_catalog.contracts import Rounding, as_decimal

_MODES: Mapping[str, Callable[[Fraction], int]] = {"round": round_half_away, "ceil": ceil, "floor": floor}


def round_units(rounding: Rounding, units: Exact) -> Decimal:
    """Units rounded as the metric says; ``round`` takes a half away from zero, negative decimals mean tens, hundreds …"""
    if rounding.mode == "none":
        return units if isinstance(units, Decimal) else as_decimal(units)
    scale = Fraction(10) ** rounding.decimals
    return as_decimal(Fraction(_MODES[rounding.mode](Fraction(units) * scale)) / scale)
