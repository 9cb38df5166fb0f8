"""Billing runs against the database: what is due becomes documents, once."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from bezant.sdk.db import selectable, session
from bezant_catalog.contracts import Commitment
from bezant_invoicing.contracts import CREDIT_NOTES, INVOICE_LINES, INVOICES
from bezant_subscriptions import services as subscriptions

from .conftest import fee, seats

pytestmark = pytest.mark.plugins("subscriptions")


def lines() -> list[tuple[str, str, str, str, int]]:
    """(issued, charge, from, to, amount) of all invoice lines."""
    invoice, line = selectable(INVOICES).c, selectable(INVOICE_LINES).c
    statement = (
        select(invoice.issued_on, line.charge_code, line.service_from, line.service_to, line.amount_minor)
        .where(line.invoice_id == invoice.id)
        .order_by(invoice.number, line.position)
    )
    return [(str(on), code, str(start), str(end), amount) for on, code, start, end, amount in session.execute(statement)]


def credits() -> list[tuple[str, int]]:
    """(issued, total) of all credit notes."""
    note = selectable(CREDIT_NOTES).c
    return [(str(on), total) for on, total in session.execute(select(note.issued_on, note.total_minor).order_by(note.number))]


def test_a_month_in_advance_is_billed_on_its_first_day(new_plan: Any, start: Any) -> None:
    start(new_plan("basic"), date(2023, 1, 31))
    run = subscriptions.run_billing(date(2023, 3, 31))
    assert lines() == [
        ("2023-01-31", "fee", "2023-01-31", "2023-02-28", 3100),
        ("2023-02-28", "fee", "2023-02-28", "2023-03-31", 3100),
        ("2023-03-31", "fee", "2023-03-31", "2023-04-30", 3100),
    ]
    assert (run.state, run.invoices, run.done, run.total, dict(run.amounts)) == ("finished", 3, 1, 1, {"EUR": (9300, 0)})


def test_running_again_bills_nothing(new_plan: Any, start: Any) -> None:
    start(new_plan("basic"), date(2023, 1, 31))
    subscriptions.run_billing(date(2023, 3, 31))
    before = lines()
    again = subscriptions.run_billing(date(2023, 3, 31))
    assert lines() == before
    assert again.invoices == 0


def test_arrears_are_billed_when_the_period_is_over_and_at_the_end(new_plan: Any, start: Any) -> None:
    one = start(new_plan("basic", fee(timing="arrears")), date(2023, 1, 1), alignment="calendar")
    subscriptions.cancel(one.id, on=date(2023, 2, 14))
    subscriptions.run_billing(date(2023, 3, 31))
    assert lines() == [
        ("2023-02-01", "fee", "2023-01-01", "2023-02-01", 3100),
        ("2023-02-14", "fee", "2023-02-01", "2023-02-15", 1550),
    ]


def test_a_cancellation_credits_the_unused_rest_against_the_line_that_billed_it(new_plan: Any, start: Any, clock: Any) -> None:
    clock.travel_to(2023, 1, 1, 12)
    one = start(new_plan("basic"), date(2023, 1, 1), alignment="calendar")
    subscriptions.run_billing(date(2023, 1, 1))
    subscriptions.cancel(one.id, on=date(2023, 1, 10))
    subscriptions.run_billing(date(2023, 2, 28))
    assert lines() == [("2023-01-01", "fee", "2023-01-01", "2023-02-01", 3100)]
    assert credits() == [("2023-01-10", 2100)]


def test_seats_rise_at_once_by_the_difference_and_fall_at_the_end_of_the_period(new_plan: Any, start: Any) -> None:
    one = start(new_plan("team", seats()), date(2023, 1, 1), alignment="calendar", quantity=Decimal(10))
    subscriptions.run_billing(date(2023, 1, 1))
    subscriptions.change_quantity(one.id, Decimal(15), on=date(2023, 1, 22))
    subscriptions.run_billing(date(2023, 1, 25))
    subscriptions.change_quantity(one.id, Decimal(4), on=date(2023, 1, 26))
    subscriptions.run_billing(date(2023, 2, 1))
    assert [line[1:] for line in lines()] == [
        ("seats", "2023-01-01", "2023-02-01", 3100),
        ("seats", "2023-01-22", "2023-02-01", 500),
        ("seats", "2023-02-01", "2023-03-01", 1240),
    ]
    assert credits() == []


def test_a_back_dated_change_corrects_what_was_billed(new_plan: Any, start: Any, clock: Any) -> None:
    clock.travel_to(2023, 2, 10, 12)
    one = start(new_plan("basic"), date(2023, 1, 1), alignment="calendar")
    new_plan("pro", fee(price="62.00"))
    subscriptions.run_billing(date(2023, 2, 10))
    subscriptions.change_plan(one.id, "pro", on=date(2023, 1, 22))
    subscriptions.run_billing(date(2023, 2, 10))
    assert lines()[2:] == [
        ("2023-02-10", "fee", "2023-01-22", "2023-02-01", 2000),
        ("2023-02-10", "fee", "2023-02-01", "2023-03-01", 6200),
    ]
    assert sorted(amount for _, amount in credits()) == [1000, 3100]
    assert {on for on, _ in credits()} == {"2023-02-10"}


def test_a_minimum_counts_the_advance_fee_in_its_own_month(new_plan: Any, start: Any) -> None:
    start(new_plan("low", commitment=Commitment(10000)), date(2023, 1, 1), alignment="calendar", end_on=date(2023, 3, 1))
    subscriptions.run_billing(date(2023, 12, 31))
    assert lines() == [
        ("2023-01-01", "fee", "2023-01-01", "2023-02-01", 3100),
        ("2023-02-01", "fee", "2023-02-01", "2023-03-01", 3100),
        ("2023-02-01", "commitment", "2023-01-01", "2023-02-01", 6900),
        ("2023-03-01", "commitment", "2023-02-01", "2023-03-01", 6900),
    ]


def test_missed_dates_are_caught_up_one_by_one_or_at_once(new_plan: Any, start: Any) -> None:
    new_plan("basic")
    start("basic", date(2023, 1, 1))
    subscriptions.run_billing(date(2023, 3, 1), catch_up="one")
    assert [line[0] for line in lines()] == ["2023-03-01"] * 3
    assert subscriptions.run_billing(date(2023, 3, 1)).invoices == 0


def test_a_page_costs_a_constant_number_of_queries(new_plan: Any, start: Any, count_queries: Callable[[], Any]) -> None:
    new_plan("basic", fee(), fee("second", "5.00"))
    counts = []
    for size in (1, 3, 9):
        for _ in range(size):
            start("basic", date(2023, 1, 1))
        with count_queries() as statements:
            subscriptions.run_billing(date(2023, 1, 1))
        counts.append(sum("core_" not in statement for statement in statements))  # settings are read again every few seconds
    assert counts[1] == counts[2]


@pytest.mark.parametrize("catch_up", ["per_date", "one"])
def test_a_run_by_now_bills_on_the_accounts_own_day(new_plan: Any, new_account: Any, start: Any, clock: Any, catch_up: Any) -> None:
    clock.travel_to(2023, 2, 1, 12)
    start(new_plan("basic", fee(timing="arrears")), date(2023, 2, 2), new_account(timezone="Asia/Kolkata"))
    counts = []
    for day, hour in ((1, 18), (1, 19), (2, 0), (2, 19)):
        clock.travel_to(2023, 3, day, hour)
        counts.append(subscriptions.run_billing(catch_up=catch_up).invoices)
    assert counts == [0, 1, 0, 0]
    assert [line[0] for line in lines()] == ["2023-03-02"]


def test_the_schedule_bills_what_is_due_and_leaves_no_trace_of_looking_in_vain(new_plan: Any, start: Any, clock: Any) -> None:
    clock.travel_to(2023, 1, 1, 12)
    start(new_plan("basic"), date(2023, 1, 1))
    assert subscriptions.bill_due() == {"invoices": 1, "credit_notes": 0, "parked": 0}
    assert subscriptions.bill_due() is None
    assert [run.trigger for run in subscriptions.recent_runs()] == ["schedule"]


@pytest.mark.settings({"subscriptions.automatic": False})
def test_the_schedule_can_be_switched_off(new_plan: Any, start: Any, clock: Any) -> None:
    clock.travel_to(2023, 1, 1, 12)
    start(new_plan("basic"), date(2023, 1, 1))
    assert subscriptions.bill_due() is None
