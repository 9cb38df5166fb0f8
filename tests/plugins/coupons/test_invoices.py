"""Coupons on invoices: redeemed by accounts, counted by the documents they lowered."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bezant.sdk.db import session, unit_of_work
from bezant.sdk.values import Conflict, Invalid, NotFound, new_id
from bezant_accounts.contracts import NewAccount
from bezant_accounts.services import create_account
from bezant_coupons.contracts import Limits, NewCoupon, NewRedemption
from bezant_coupons.services import archive_coupon, create_coupon, edit_coupon, end_redemption, get_redemption, redeem, redemptions_of
from bezant_coupons.services.discounts import discount_invoices
from bezant_invoicing.services import issue_page, void_invoice

pytestmark = pytest.mark.plugins("coupons")

WELCOME = NewCoupon("welcome", "Welcome", percent=Decimal(10), duration="invoices", invoices=3)
VOUCHER = NewCoupon("voucher", "Voucher", kind="amount", amount_minor=50_00, currency="USD")


@pytest.fixture
def welcome(port):
    create_coupon(WELCOME)
    return redeem(NewRedemption("welcome", port.airline.id))


def test_ten_per_cent_off_the_first_three_invoices_before_tax(port, welcome):
    discounts = [port.bill(port.draft(250_000, 294_500, 1_869_920, 36_000, month=month))[0].discount_minor for month in (2, 3, 4, 5)]
    assert discounts == [245_042, 245_042, 245_042, 0]
    assert get_redemption(welcome.id).state == "used_up"


def test_invoices_issued_together_use_a_coupon_up_in_order_of_their_dates(port, welcome):
    drafts = [port.draft(1000, month=month) for month in (6, 2, 5, 3, 4)]
    issued = {invoice.issued_on.month: invoice.discount_minor for invoice in port.bill(*drafts)}
    assert issued == {2: 100, 3: 100, 4: 100, 5: 0, 6: 0}


def test_an_invoice_that_it_does_not_lower_does_not_count(port, welcome):
    port.bill(port.draft(0, month=2))
    port.bill(port.draft(1000, month=3, discountable=False))
    assert get_redemption(welcome.id).invoices_left == 3


def test_a_void_invoice_gives_its_use_back(port, welcome):
    (invoice,) = port.bill(port.draft(1000))
    assert get_redemption(welcome.id).invoices_left == 2
    void_invoice(invoice.id, "Wrong account")
    assert get_redemption(welcome.id).invoices_left == 3


def test_a_preview_uses_nothing(port, welcome):
    assert issue_page([port.draft(1000)], preview=True).invoices[0].discount_minor == 100
    assert get_redemption(welcome.id).used_invoices == 0


def test_the_rest_of_an_amount_waits_for_the_next_invoice(port):
    create_coupon(VOUCHER)
    voucher = redeem(NewRedemption("voucher", port.airline.id))
    assert [port.bill(port.draft(30_00, month=month))[0].discount_minor for month in (2, 3, 4)] == [30_00, 20_00, 0]
    assert get_redemption(voucher.id).amount_left_minor == 0


def test_several_coupons_stack_and_say_what_each_took(port, welcome):
    create_coupon(VOUCHER)
    redeem(NewRedemption("voucher", port.airline.id))
    (invoice,) = port.bill(port.draft(100_00, 100_00))
    assert [(one.discount.code, one.amount_minor) for one in invoice.discounts] == [("welcome", 20_00), ("voucher", 50_00)]
    assert [line.discount_minor for line in invoice.lines] == [35_00, 35_00]


def test_limits_pick_the_lines(port):
    create_coupon(replace(VOUCHER, limits=Limits(charges=("departures",))))
    redeem(NewRedemption("voucher", port.airline.id))
    draft = port.draft(10_00, charge_code="lease")
    draft = replace(draft, lines=(*draft.lines, *port.draft(40_00, charge_code="departures").lines))
    assert [line.discount_minor for line in port.bill(draft)[0].lines] == [0, 40_00]


def test_it_holds_from_its_first_day_until_it_is_ended(port, welcome):
    later = redeem_later(port)
    assert port.bill(port.draft(1000, month=2))[0].discount_minor == 100
    assert get_redemption(later.id).used_invoices == 0
    end_redemption(welcome.id, date(2013, 4, 1))
    assert [port.bill(port.draft(1000, month=month))[0].discount_minor for month in (4, 6)] == [0, 200]
    with pytest.raises(Conflict, match="already"):
        end_redemption(welcome.id)


def redeem_later(port):
    create_coupon(replace(WELCOME, code="june", percent=Decimal(20)))
    return redeem(NewRedemption("june", port.airline.id, from_on=date(2013, 6, 1)))


def test_an_account_may_have_terms_of_its_own(port):
    create_coupon(WELCOME)
    redeem(NewRedemption("welcome", port.airline.id, percent=Decimal(20), invoices=1))
    assert [port.bill(port.draft(1000, month=month))[0].discount_minor for month in (2, 3)] == [200, 0]


def test_a_coupon_that_is_used_up_by_others_cannot_be_redeemed(port):
    create_coupon(replace(WELCOME, max_redemptions=1))
    redeem(NewRedemption("welcome", create_account(NewAccount(name="Other", legal_entity_id=port.entity.id)).id))
    with pytest.raises(Invalid, match="may be 1 times"):
        redeem(NewRedemption("welcome", port.airline.id))


def test_a_coupon_is_redeemed_once_by_an_account_unless_it_may_be_reused(port, welcome):
    with pytest.raises(Invalid, match="already"):
        redeem(NewRedemption("welcome", port.airline.id))
    create_coupon(replace(WELCOME, code="again", reusable=True))
    assert len({redeem(NewRedemption("again", port.airline.id)).id for _ in range(2)}) == 2
    assert len(redemptions_of([port.airline.id])) == 3


def test_an_archived_coupon_is_redeemed_no_more_but_kept_by_who_has_it(port, welcome):
    archive_coupon(welcome.coupon.id)
    other = create_account(NewAccount(name="Other", legal_entity_id=port.entity.id))
    with pytest.raises(Invalid, match="archived"):
        redeem(NewRedemption("welcome", other.id))
    assert port.bill(port.draft(1000))[0].discount_minor == 100


def test_a_coupon_names_plans_and_metrics_that_exist(port):
    with pytest.raises(Invalid) as raised:
        create_coupon(replace(WELCOME, percent=None, limits=Limits(plans=("none",), metrics=("none",))))
    assert [problem.field for problem in raised.value.problems] == ["percent", "limits.metrics", "limits.plans"]


def test_a_coupon_is_renamed_but_gives_what_it_gave(port, welcome):
    assert edit_coupon(welcome.coupon.id, name="Hello", expected_version=1).name == "Hello"
    with pytest.raises(Conflict):
        create_coupon(WELCOME)
    with pytest.raises(NotFound):
        get_redemption(new_id())


def test_the_database_refuses_to_change_a_redemption(port, welcome):
    with pytest.raises(DBAPIError, match="final"), unit_of_work():
        session.execute(text("UPDATE coupons_redemptions SET percent = '50'"))


def test_a_page_costs_two_queries_however_many_invoices(port, welcome, count_queries):
    for count in (1, 50):
        drafts = [port.draft(1000, month=1 + number % 12) for number in range(count)]
        with count_queries() as statements:
            discount_invoices(drafts)
        assert len(statements) == 2
