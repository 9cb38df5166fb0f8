"""What makes a coupon sound, and when it can be redeemed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bezant.sdk.values import new_id
from bezant_coupons.contracts import NO_LIMITS, Coupon, NewCoupon, NewRedemption
from bezant_coupons.domain import check_coupon, check_redemption

TODAY = date(2013, 1, 1)
WELCOME = NewCoupon("welcome", "Welcome", percent=Decimal(10), duration="invoices", invoices=3)
STORED = Coupon(
    new_id(), "welcome", "Welcome", "percentage", Decimal(10), None, None, "invoices", 3, NO_LIMITS, None, None, False, False, 0
)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "no spaces"}, "code"),
        ({"name": " "}, "name"),
        ({"percent": None}, "percent"),
        ({"percent": Decimal(101)}, "percent"),
        ({"amount_minor": 5}, "amount"),
        ({"duration": "forever"}, "invoices"),
        ({"invoices": 0}, "invoices"),
        ({"kind": "amount", "percent": None, "currency": "USD"}, "amount"),
        ({"kind": "amount", "percent": None, "amount_minor": 5}, "currency"),
        ({"max_redemptions": 0}, "max_redemptions"),
    ],
)
def test_a_coupon_must_make_sense(changes, field):
    assert check_coupon(WELCOME) == []
    assert [problem.field for problem in check_coupon(replace(WELCOME, **changes))] == [field]


@pytest.mark.parametrize(
    ("coupon", "redemption", "redeemed", "by_account", "code"),
    [
        ({"archived": True}, {}, 0, 0, "archived"),
        ({"redeem_by": date(2012, 12, 31)}, {}, 0, 0, "expired"),
        ({"max_redemptions": 2}, {}, 2, 0, "exhausted"),
        ({}, {}, 1, 1, "redeemed_already"),
        ({}, {"percent": Decimal(101)}, 0, 0, "out_of_range"),
        ({}, {"amount_minor": 5}, 0, 0, "not_used"),
        ({}, {"invoices": 0}, 0, 0, "not_positive"),
        ({"duration": "forever", "invoices": None}, {"invoices": 3}, 0, 0, "not_used"),
    ],
)
def test_what_cannot_be_redeemed(coupon, redemption, redeemed, by_account, code):
    new = NewRedemption("welcome", new_id(), **redemption)
    assert [problem.code for problem in check_redemption(new, replace(STORED, **coupon), redeemed, by_account, TODAY)] == [code]


def test_a_reusable_coupon_may_be_redeemed_again_until_its_last_day():
    coupon = replace(STORED, reusable=True, redeem_by=TODAY)
    assert check_redemption(NewRedemption("welcome", new_id()), coupon, 5, 5, TODAY) == []
