"""Coupons on one document, before tax: one after the other, each on what the earlier ones left.

A percentage is taken on the sum of the eligible lines and rounded once; an amount is capped at that sum. Either is shared over the
lines by largest remainder, in proportion to what is exactly left of them; the exact share is kept beside the whole one.
"""

from collections.abc import Sequence
from fractions import Fraction

from bezant.sdk.values import round_half_away, share
from bezant_coupons.contracts import ActiveCoupon, Applied, DiscountLine, Limits


def apply_coupons(lines: Sequence[DiscountLine], coupons: Sequence[ActiveCoupon], currency: str) -> list[Applied]:
    """What each coupon takes off a document, in the order taken; those that take nothing are left out.

    Order: the coupons' own ``order``, then those limited to metrics or charges, to plans, to nothing, then as given (oldest first).
    Where an exclusive coupon takes anything, it alone applies.
    """
    ordered = sorted(coupons, key=lambda coupon: (coupon.order, _breadth(coupon.limits)))
    exclusive = [applied for coupon in ordered if coupon.exclusive for applied in _apply_all(lines, [coupon], currency)]
    return exclusive[:1] or _apply_all(lines, [coupon for coupon in ordered if not coupon.exclusive], currency)


def eligible(line: DiscountLine, limits: Limits) -> bool:
    """Whether a coupon with these limits may lower a line."""
    pairs = ((limits.plans, line.plan_code), (limits.charges, line.charge_code), (limits.metrics, line.metric_code))
    return line.discountable and all(not allowed or code in allowed for allowed, code in pairs)


def _breadth(limits: Limits) -> int:
    if limits.metrics or limits.charges:
        return 0
    return 1 if limits.plans else 2


def _apply_all(lines: Sequence[DiscountLine], coupons: Sequence[ActiveCoupon], currency: str) -> list[Applied]:
    whole = [line.amount_minor for line in lines]
    exact = [Fraction(amount) for amount in whole]
    taken = []
    for coupon in coupons:
        applied = _apply(lines, coupon, currency, whole, exact)
        if applied.amount_minor > 0:
            whole = [left - amount for left, amount in zip(whole, applied.amounts, strict=True)]
            exact = [max(left - Fraction(amount), Fraction(0)) for left, amount in zip(exact, applied.exact, strict=True)]
            taken.append(applied)
    return taken


def _apply(lines: Sequence[DiscountLine], coupon: ActiveCoupon, currency: str, whole: Sequence[int], exact: Sequence[Fraction]) -> Applied:
    room = [left if eligible(line, coupon.limits) else 0 for line, left in zip(lines, whole, strict=True)]
    weights = [left if most else Fraction(0) for left, most in zip(exact, room, strict=True)]
    if not any(weights):
        weights = [Fraction(most) for most in room]
    total = _total(coupon, currency, sum(room))
    sum_of_weights = sum(weights)
    shares = [Fraction(total) * weight / sum_of_weights if sum_of_weights else Fraction(0) for weight in weights]
    return Applied(coupon, total, tuple(_whole_shares(total, weights, room)), tuple(shares))


def _total(coupon: ActiveCoupon, currency: str, base: int) -> int:
    """Whole minor units off a base: never more than it, and nothing in another currency."""
    if coupon.percent is not None:
        return min(round_half_away(Fraction(base) * Fraction(coupon.percent) / 100), base)
    return min(coupon.amount_minor or 0, base) if coupon.currency == currency else 0


def _whole_shares(total: int, weights: Sequence[Fraction], room: Sequence[int]) -> list[int]:
    """Largest remainder, with what does not fit a line (its whole rest is smaller than the share) given to the others."""
    if not total:
        return [0] * len(room)
    parts = [min(part, most) for part, most in zip(share(total, weights), room, strict=True)]
    missing = total - sum(parts)
    for place, most in enumerate(room):
        more = min(missing, most - parts[place])
        parts[place] += more
        missing -= more
    return parts
