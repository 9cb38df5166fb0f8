"""Killed at any moment, or run twice at once, a year of billing comes to the same invoices, to the cent and to the number."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from bezant.db.model import session
from bezant.sdk.db import selectable
from bezant_ledger import services as ledger
from bezant_payments.contracts import PAYMENTS

pytestmark = pytest.mark.plugins("demo")

KILLS = 10

Check = Callable[[dict[str, Any]], None]


def test_killed_ten_times_it_comes_to_the_same(accounts: dict[str, Any], start_biller: Any, check_the_year: Check) -> None:
    chance = random.Random(2013)
    biller = start_biller()
    kills = sum(biller.kill_after("bill", chance.uniform(0.02, 0.6)) for _ in range(KILLS))
    biller.begin("year")
    assert list(biller.lines()) == []

    assert kills >= KILLS // 2
    check_the_year(accounts)
    assert not ledger.open_items(kind="receivable")
    assert session.scalar(select(func.count()).select_from(selectable(PAYMENTS))) == 208


@pytest.mark.only_on("postgresql")
def test_two_runs_at_once_bill_once(accounts: dict[str, Any], start_biller: Any, check_the_year: Check) -> None:
    both = [start_biller(), start_biller()]
    for biller in both:
        biller.begin("bill")
    for biller in both:
        assert list(biller.lines()) == []

    check_the_year(accounts)
