"""Models with tiers: graduated, volume, graduated percentage, blocks.

A tier's bound is an "up to and including" bound, so that a quantity of 10.5 with bounds 10 and 20 pays half a unit in the second.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from bezant.sdk.values import Exact
from bezant_catalog.contracts import (
    Blocks,
    BlockTier,
    Delta,
    ExplanationRow,
    Graduated,
    GraduatedPercentage,
    Measurement,
    RateTier,
    Tier,
    Volume,
)
from bezant_catalog.domain.rows import Rows, ceil_div, flat_fee, priced

PERCENT = Decimal("0.01")
AnyTier = Tier | RateTier
Number = TypeVar("Number", Decimal, Fraction)


def graduated(price: Graduated, measurement: Measurement) -> Rows:
    """Each part of the quantity at the price of its tier, and the flat fee of each tier entered: of the first also without usage.

    With changes of a level (a prorated charge) each change is placed by the level it happens at and weighted by its own part
    of the period; flat fees are due in full up to the highest level.
    """
    if measurement.deltas:
        parts, reached = _weighted_parts(price.tiers, measurement.deltas)
        return _tier_rows(price.tiers, parts, _entered(price.tiers, reached))
    return _plain_rows(price.tiers, measurement.quantity)


def graduated_percentage(price: GraduatedPercentage, measurement: Measurement) -> Rows:
    """Each part of the measured money at the percentage of its tier, and the flat fee of each tier entered."""
    tiers = tuple(Tier(one.up_to, one.rate_percent * PERCENT, one.flat_fee) for one in price.tiers)
    return _plain_rows(tiers, measurement.quantity)


def volume(price: Volume, measurement: Measurement) -> Rows:
    """All units at the price of the tier that the full quantity falls in, plus that tier's flat fee; less than nothing is in none."""
    full = measurement.quantity if measurement.full_quantity is None else measurement.full_quantity
    if full < 0:
        return ()
    number = _tier_of(price.tiers, full)
    tier = price.tiers[number]
    row = priced(measurement.quantity, tier.unit_price, tier=number + 1, above=_above(price.tiers, number), up_to=tier.up_to)
    return (row, *flat_fee(tier.flat_fee))


def blocks(price: Blocks, measurement: Measurement) -> Rows:
    """Blocks filled tier after tier, or all at the price of the tier reached; a started block counts whole."""
    filled = (_fill if price.policy == "all" else _top)(price.tiers, measurement.quantity)
    return tuple(_block_row(price.tiers, number, count) for number, count in filled if count)


def _block_row(tiers: Sequence[BlockTier], number: int, count: int) -> ExplanationRow:
    """Blocks of one tier; its bounds are in units."""
    rooms = [None if tier.max_blocks is None else tier.size * tier.max_blocks for tier in tiers[: number + 1]]
    above = sum((room for room in rooms[:-1] if room is not None), Decimal(0))
    up_to = None if rooms[-1] is None else above + rooms[-1]
    return priced(count, tiers[number].price, tier=number + 1, above=above, up_to=up_to, note="blocks")


def _fill(tiers: Sequence[BlockTier], quantity: Decimal) -> list[tuple[int, int]]:
    """Tier and blocks used in it, one tier after the other; the last tier takes whatever is left."""
    used, left = [], quantity
    for number, tier in enumerate(tiers):
        wanted = ceil_div(left, tier.size)
        endless = tier.max_blocks is None or number == len(tiers) - 1
        count = wanted if endless else min(wanted, tier.max_blocks or 0)
        used.append((number, count))
        left -= count * tier.size
    return used


def _top(tiers: Sequence[BlockTier], quantity: Decimal) -> list[tuple[int, int]]:
    """The tier whose cumulative room holds the quantity, with all blocks in it; the last one where none does."""
    room = Decimal(0)
    for number, tier in enumerate(tiers):
        room += tier.size * (tier.max_blocks or 0)
        if tier.max_blocks is None or quantity <= room or number == len(tiers) - 1:
            return [(number, ceil_div(quantity, tier.size))]
    return []


def _plain_rows(tiers: Sequence[Tier], quantity: Decimal) -> Rows:
    return _tier_rows(tiers, _parts([tier.up_to for tier in tiers], Decimal(0), quantity), _entered(tiers, quantity))


def _tier_rows(tiers: Sequence[Tier], parts: Sequence[Exact], entered: int) -> Rows:
    rows: list[ExplanationRow] = []
    for number, (tier, part) in enumerate(zip(tiers, parts, strict=True)):
        if part:
            rows.append(priced(part, tier.unit_price, tier=number + 1, above=_above(tiers, number), up_to=tier.up_to))
        if number < entered:
            rows += flat_fee(tier.flat_fee)
    return tuple(rows)


def _parts(bounds: Sequence[Number | None], low: Number, high: Number) -> list[Number]:
    """How much of the span from ``low`` to ``high`` lies in each tier; what lies below zero belongs to the first."""
    parts, zero = [], low - low
    below = min(low, zero)
    for bound in bounds:
        upper = high if bound is None else min(high, bound)
        parts.append(max(upper - max(low, below), zero))
        below = max(below, upper) if bound is None else bound
    return parts


def _weighted_parts(tiers: Sequence[Tier], deltas: Sequence[Delta]) -> tuple[list[Fraction], Fraction]:
    """The weighted units of each tier over all changes, and the highest level reached."""
    bounds = [None if tier.up_to is None else Fraction(tier.up_to) for tier in tiers]
    parts, level, highest = [Fraction(0)] * len(tiers), Fraction(0), Fraction(0)
    for delta in deltas:
        before, level = level, level + Fraction(delta.full)
        highest = max(highest, level)
        if not delta.full:
            continue
        weight = Fraction(delta.prorated) / Fraction(abs(delta.full))
        for number, part in enumerate(_parts(bounds, min(before, level), max(before, level))):
            parts[number] += part * weight
    return parts, highest


def _entered(tiers: Sequence[AnyTier], reached: Exact) -> int:
    """How many tiers a quantity enters: the first at zero, none below."""
    return 0 if reached < 0 else _tier_of(tiers, reached) + 1


def _tier_of(tiers: Sequence[AnyTier], quantity: Exact) -> int:
    """The index of the tier that a quantity falls in; the last one where none holds it."""
    for number, tier in enumerate(tiers):
        if tier.up_to is None or quantity <= tier.up_to:
            return number
    return len(tiers) - 1


def _above(tiers: Sequence[AnyTier], number: int) -> Decimal:
    """The lower bound of a tier, itself not in it."""
    return Decimal(0) if number == 0 else tiers[number - 1].up_to or Decimal(0)
