"""What makes a coupon or a redemption sound."""

import re
from datetime import date

from bezant.sdk.values import Invalid, Problem, exponent
from bezant_coupons.contracts import Coupon, NewCoupon, NewRedemption

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

Test = tuple[bool, str, str, str]
"""Whether it is sound, and if not: field, code, message."""


def check_coupon(coupon: NewCoupon) -> list[Problem]:
    """Everything that is wrong with a coupon."""
    percentage = coupon.kind == "percentage"
    tests: list[Test] = [
        (bool(_CODE.fullmatch(coupon.code)), "code", "bad_code", "A code has up to 64 letters, digits, dots, hyphens and underscores."),
        (bool(coupon.name.strip()), "name", "required", "The name stands on invoices: write one."),
        (percentage or coupon.percent is None, "percent", "not_used", "An amount has no percentage: leave it empty."),
        (not percentage or coupon.amount_minor is None, "amount", "not_used", "A percentage has no amount: leave it empty."),
        (not percentage or _is_percent(coupon), "percent", "out_of_range", "A percentage is above 0 and at most 100."),
        (percentage or (coupon.amount_minor or 0) > 0, "amount", "not_positive", "Write an amount above zero."),
        ((coupon.duration == "invoices") == (coupon.invoices is not None), "invoices", "wrong_count", _COUNT),
        (coupon.invoices is None or coupon.invoices > 0, "invoices", "not_positive", "One invoice or more."),
        (coupon.max_redemptions is None or coupon.max_redemptions > 0, "max_redemptions", "not_positive", "Once or more."),
    ]
    return _problems(tests) + ([] if percentage else _currency(coupon))


def check_redemption(new: NewRedemption, coupon: Coupon, redeemed: int, by_account: int, today: date) -> list[Problem]:
    """Why a coupon cannot be redeemed: it was ``redeemed`` so often in all and ``by_account`` times by this account."""
    most = coupon.max_redemptions
    tests: list[Test] = [
        (not coupon.archived, "coupon", "archived", f"The coupon {coupon.code} is archived."),
        (coupon.redeem_by is None or today <= coupon.redeem_by, "coupon", "expired", f"It had to be redeemed by {coupon.redeem_by}."),
        (most is None or redeemed < most, "coupon", "exhausted", f"It was redeemed {redeemed} times, and may be {most} times."),
        (coupon.reusable or not by_account, "coupon", "redeemed_already", "The account has redeemed this coupon already."),
        (new.percent is None or coupon.kind == "percentage", "percent", "not_used", "The coupon is an amount, not a percentage."),
        (new.percent is None or 0 < new.percent <= 100, "percent", "out_of_range", "A percentage is above 0 and at most 100."),
        (new.amount_minor is None or coupon.kind == "amount", "amount", "not_used", "The coupon is a percentage, not an amount."),
        (new.amount_minor is None or new.amount_minor > 0, "amount", "not_positive", "Write an amount above zero."),
        (new.invoices is None or coupon.duration == "invoices", "invoices", "not_used", "The coupon does not count invoices."),
        (new.invoices is None or new.invoices > 0, "invoices", "not_positive", "One invoice or more."),
    ]
    return _problems(tests)


_COUNT = "Say how many invoices, where the coupon holds for some of them, and only there."


def _is_percent(coupon: NewCoupon) -> bool:
    return coupon.percent is not None and 0 < coupon.percent <= 100


def _currency(coupon: NewCoupon) -> list[Problem]:
    try:
        exponent(coupon.currency or "")
    except Invalid as error:
        return list(error.problems)
    return []


def _problems(tests: list[Test]) -> list[Problem]:
    return [Problem(field, code, message) for sound, field, code, message in tests if not sound]
