"""Capacity usage: the peak of each unit decides which tier is paid."""

from typing import Any

from bezant.money import parse_plain, to_major
from bezant_catalog.contracts import Capacity, CapacityTier, Measurement
from bezant_catalog.domain import quote_price

from . import Answer, Given
from ._metrics import number


def answer(given: Given, asked: Any) -> Answer:
    """``{currency, tiers[{limits, price}], peak_usage, already_billed}`` → ``amount_to_bill``."""
    currency = given["currency"]
    levels = tuple((unit, number(peak)) for unit, peak in given["peak_usage"].items())
    price = Capacity(tuple(_tier(tier) for tier in given["tiers"]))
    quote = quote_price(price, Measurement(levels=levels), currency, parse_plain(given.get("already_billed") or "0", currency))
    return {"amount_to_bill": to_major(quote.total_minor, currency)}


def _tier(tier: Given) -> CapacityTier:
    limits = tuple((unit, None if limit in (None, -1) else number(limit)) for unit, limit in tier["limits"].items())
    return CapacityTier(limits, number(tier["price"]))
