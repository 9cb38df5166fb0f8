"""Consumable usage: blocks of units in tiers, each unit of a usage section a charge of its own."""

from decimal import Decimal
from typing import Any

from bezant.money import parse_plain, to_major
from bezant_catalog.contracts import Blocks, BlockTier, Charge, Measurement, PlanVersion
from bezant_catalog.domain import quote_plan

from . import Answer, Given
from ._metrics import NOBODY, number

POLICIES = {"ALL_TIERS": "all", "TOP_TIER": "top"}


def answer(given: Given, asked: Any) -> Answer:
    """``{currency, tier_policy, units{unit: {tiers, quantity}}, already_billed}`` → ``amount_to_bill`` and what each tier costs."""
    currency, units = given["currency"], given["units"]
    charges = tuple(_charge(unit, one["tiers"], given["tier_policy"]) for unit, one in units.items())
    plan = PlanVersion(NOBODY, NOBODY, "plan", "Plan", 1, currency, "month", 1, charges)
    measured = {unit: Measurement(number(one["quantity"]), 1) for unit, one in units.items()}
    quote = quote_plan(plan, measured, parse_plain(given.get("already_billed") or "0", currency))
    return {
        "amount_to_bill": to_major(quote.total_minor, currency),
        "derived_tier_amounts": {line.code: [row.amount for row in line.rated.explanation.rows] for line in quote.lines},
    }


def _charge(unit: str, tiers: list[Given], policy: str) -> Charge:
    price = Blocks(tuple(map(_tier, tiers)), POLICIES[policy])  # type: ignore[arg-type]
    return Charge(NOBODY, unit, unit, "metered", price)


def _tier(tier: Given) -> BlockTier:
    most = tier.get("max_blocks")
    return BlockTier(number(tier["block_size"]), None if most in (None, -1) else int(Decimal(most)), number(tier["block_price"]))
