"""Percentage of measured money: rate, fee per transaction, free allowance, bounds per transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bezant.sdk.values import Invalid
from bezant_catalog.contracts import ExplanationRow, Measurement, Percentage
from bezant_catalog.domain.rows import ZERO, Rows, priced

PERCENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class _Part:
    """What a transaction, or all of them, pay: on how much money, how many fees, and what the bounds add or take."""

    free: Decimal
    charged: Decimal
    fees: int
    raised: Decimal = ZERO
    capped: Decimal = ZERO


def percentage(price: Percentage, measurement: Measurement) -> Rows:
    """The rows of a percentage: free part, charged part, fees, and what minimum and maximum changed."""
    if not _by_transaction(price):
        return _rows(price, _Part(ZERO, measurement.quantity, measurement.events))
    if measurement.transactions is None:
        if not measurement.events:
            return _rows(price, _Part(ZERO, ZERO, 0))
        text = "Allowance, minimum and maximum count single transactions: measure the amount of each."
        raise Invalid.field("transactions", "needs_transactions", text)
    return _rows(price, _sum(_parts(price, measurement.transactions)))


def _by_transaction(price: Percentage) -> bool:
    bounds = (price.free_count, price.free_amount, price.minimum, price.maximum)
    return any(bound is not None for bound in bounds)


def _parts(price: Percentage, transactions: Sequence[Decimal]) -> list[_Part]:
    """Each transaction in order. The allowance covers it whole, in part (up to the free amount) or not at all."""
    parts, used = [], ZERO
    for number, amount in enumerate(transactions):
        free = _allowance(price, number, used, amount)
        used += free or 0
        parts.append(_Part(amount, ZERO, 0) if free == amount else _bounded(price, free or ZERO, amount - (free or 0)))
    return parts


def _allowance(price: Percentage, number: int, used: Decimal, amount: Decimal) -> Decimal | None:
    """How much of a transaction is free; None once the allowance is over, or where there is none."""
    if price.free_count is None and price.free_amount is None:
        return None
    if price.free_count is not None and number >= price.free_count:
        return None
    if price.free_amount is None:
        return amount
    left = price.free_amount - used
    return min(amount, left) if left > 0 else None


def _bounded(price: Percentage, free: Decimal, charged: Decimal) -> _Part:
    """A transaction that pays: bounds apply to its percentage and fee together."""
    due = charged * price.rate_percent * PERCENT + price.fixed_fee
    least = due if price.minimum is None else max(due, price.minimum)
    most = least if price.maximum is None else min(least, price.maximum)
    return _Part(free, charged, 1, raised=least - due, capped=most - least)


def _sum(parts: Sequence[_Part]) -> _Part:
    return _Part(
        free=sum((one.free for one in parts), ZERO),
        charged=sum((one.charged for one in parts), ZERO),
        fees=sum(one.fees for one in parts),
        raised=sum((one.raised for one in parts), ZERO),
        capped=sum((one.capped for one in parts), ZERO),
    )


def _rows(price: Percentage, part: _Part) -> Rows:
    free = [ExplanationRow(ZERO, part.free, note="free")] if part.free else []
    rate = [priced(part.charged, price.rate_percent * PERCENT, note="percent")]
    fees = [priced(part.fees, price.fixed_fee, note="fixed_fee")] if part.fees and price.fixed_fee else []
    raised = [ExplanationRow(part.raised, note="minimum")] if part.raised else []
    capped = [ExplanationRow(part.capped, note="maximum")] if part.capped else []
    return tuple(free + rate + fees + raised + capped)
