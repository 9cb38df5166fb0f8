"""What coupons take off one document: each on what the earlier ones left, whole and exact."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.sdk.values import new_id
from bezant_coupons.contracts import ActiveCoupon, DiscountLine, Limits
from bezant_coupons.domain import Terms, Use, apply_coupons, left_of, standing, state_of


def percent(rate, **details):
    return ActiveCoupon(new_id(), "P", "P", percent=Decimal(rate), **details)


def amount(minor, currency="EUR", **details):
    return ActiveCoupon(new_id(), "A", "A", amount_minor=minor, currency=currency, **details)


def lines(*amounts, plan="", metric=""):
    return [DiscountLine(minor, plan_code=plan, metric_code=metric) for minor in amounts]


def taken(document, *coupons, currency="EUR"):
    return [one.amount_minor for one in apply_coupons(document, coupons, currency)]


def test_a_percentage_is_taken_on_the_sum_and_shared_by_largest_remainder():
    (applied,) = apply_coupons(lines(250_000, 294_500, 1_869_920, 36_000), [percent(10)], "USD")
    assert applied.amount_minor == 245_042
    assert applied.amounts == (25_000, 29_450, 186_992, 3_600)
    (odd,) = apply_coupons(lines(5, 5, 5), [percent(10)], "USD")
    assert (odd.amount_minor, odd.amounts, odd.exact) == (2, (1, 1, 0), (Fraction(2, 3),) * 3)


def test_an_amount_is_shared_in_proportion_and_capped():
    (applied,) = apply_coupons(lines(200, 100), [amount(12)], "EUR")
    assert applied.amounts == (8, 4)
    assert taken(lines(5), amount(10), percent(20)) == [5]
    assert taken(lines(100), amount(10, "USD")) == []


def test_each_coupon_sees_what_the_earlier_ones_left():
    assert taken(lines(100), amount(10), percent(20)) == [10, 18]
    assert taken(lines(10_000), amount(1_000), amount(11_000)) == [1_000, 9_000]


def test_the_most_limited_come_first_whatever_the_order_they_were_redeemed_in():
    document = [DiscountLine(75, plan_code="p"), DiscountLine(12, plan_code="q", metric_code="m")]
    coupons = [
        amount(3),
        amount(82, limits=Limits(plans=("p",))),
        amount(5, limits=Limits(metrics=("m",))),
        amount(20, limits=Limits(("x",))),
    ]
    assert taken(document, *coupons) == [5, 75, 3]
    assert taken(document, amount(20, limits=Limits(plans=("q",), metrics=("n",)))) == []


def test_the_exact_shares_follow_what_is_exactly_left():
    amounts = (1000, 2000, 3000, 4000) * 2
    document = [DiscountLine(minor, plan_code=f"p{1 + n // 4}", metric_code=f"bm{n + 1}") for n, minor in enumerate(amounts)]
    coupons = [amount(500), amount(1000, limits=Limits(plans=("p2",))), amount(2000, limits=Limits(metrics=("bm1", "bm2")))]
    applied = apply_coupons(document, coupons, "EUR")
    exact = [round(sum(Fraction(one.exact[n]) for one in applied), 4) for n in range(8)]
    assert exact == [round(Fraction(text), 4) for text in (
        "676.470588", "1352.941176", "88.235294", "117.647059", "126.470588", "252.941176", "379.411765", "505.882353",
    )]  # fmt: skip


def test_the_own_order_of_coupons_comes_before_their_limits():
    assert taken(lines(100, plan="p"), percent(10, limits=Limits(plans=("p",))), percent(50, order=-1)) == [50, 5]


def test_an_exclusive_coupon_stands_alone_where_it_takes_anything():
    assert taken(lines(100), percent(10), amount(5, exclusive=True), amount(7, exclusive=True)) == [5]
    assert taken(lines(100), percent(10), amount(5, "USD", exclusive=True)) == [10]


def test_lines_that_are_not_discountable_take_none():
    document = [DiscountLine(100), DiscountLine(900, discountable=False)]
    (applied,) = apply_coupons(document, [percent(10)], "EUR")
    assert applied.amounts == (10, 0)


coupons = st.lists(st.one_of(st.builds(percent, st.integers(1, 100)), st.builds(amount, st.integers(1, 5000))), max_size=5)


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=8), coupons)
def test_parts_add_up_and_nothing_goes_below_zero(amounts, several):
    applied = apply_coupons(lines(*amounts), several, "EUR")
    left = list(amounts)
    for one in applied:
        assert sum(one.amounts) == one.amount_minor == sum(Fraction(part) for part in one.exact)
        left = [rest - part for rest, part in zip(left, one.amounts, strict=True)]
    assert all(rest >= 0 for rest in left)


class TestStanding:
    """What is left follows from the documents lowered so far."""

    @pytest.mark.parametrize(
        ("terms", "use", "left", "state"),
        [
            (Terms(Decimal(10), None, "once", None), Use(), (1, None), "active"),
            (Terms(Decimal(10), None, "once", None), Use(1, 50), (0, None), "used_up"),
            (Terms(Decimal(10), None, "invoices", 3), Use(2, 50), (1, None), "active"),
            (Terms(Decimal(10), None, "invoices", 3), Use(3, 50), (0, None), "used_up"),
            (Terms(Decimal(10), None, "forever", None), Use(99, 50), (None, None), "active"),
            (Terms(None, 100, "once", None), Use(1, 40), (None, 60), "active"),
            (Terms(None, 100, "once", None), Use(2, 100), (None, 0), "used_up"),
            (Terms(None, 100, "invoices", 3), Use(1, 100), (2, None), "active"),
        ],
    )
    def test_by_duration(self, terms, use, left, state):
        assert left_of(terms, use) == left
        assert state_of(terms, use, None) == state

    def test_the_rest_of_a_once_amount_is_what_the_next_document_gets(self):
        assert standing(Terms(None, 100, "once", None), Use(1, 40)) == (None, 60)
        assert standing(Terms(None, 100, "invoices", 3), Use(1, 40)) == (None, 100)
