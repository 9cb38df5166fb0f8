"""A travel bills what falls due on the way, as runs by hand on each date would have."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from bezant.jobs import work
from bezant.jobs.tables import JobRow
from bezant.sdk import rehearsal
from bezant.sdk.db import session
from bezant.travel import start_travel
from bezant_subscriptions import services as subscriptions

from .conftest import fee, seats
from .test_billing_run import credits, lines

pytestmark = pytest.mark.plugins("subscriptions")

TO = datetime(2023, 4, 2, tzinfo=UTC)
DAYS = [date(2023, 1, 20), date(2023, 2, 1), date(2023, 2, 20), date(2023, 3, 1), date(2023, 3, 20), date(2023, 4, 1)]


@pytest.fixture
def january(as_system: None) -> None:
    rehearsal.rehearse_from(datetime(2023, 1, 1, 12, tzinfo=UTC))


def by_hand() -> None:
    for day in DAYS:
        rehearsal.skip_to(datetime(day.year, day.month, day.day, 20, tzinfo=UTC))
        subscriptions.run_billing(day)
    rehearsal.skip_to(TO)


def by_travel() -> None:
    assert work.run_job(str(start_travel(TO)))


@pytest.mark.parametrize("how", [by_hand, by_travel])
def test_three_months_come_to_the_same_invoices(january: None, new_plan: Any, new_account: Any, start: Any, how: Any) -> None:
    new_plan("basic", fee(), fee("support", "10.00", timing="arrears"))
    new_plan("team", seats())
    start("basic", date(2023, 1, 1), alignment="calendar")
    team = start("team", date(2023, 1, 20), new_account(timezone="Asia/Kolkata"), quantity=Decimal(10))
    subscriptions.run_billing()
    subscriptions.cancel(team.id, on=date(2023, 3, 10))
    how()

    assert lines() == [
        ("2023-01-01", "fee", "2023-01-01", "2023-02-01", 3100),
        ("2023-01-20", "seats", "2023-01-20", "2023-02-20", 3100),
        ("2023-02-01", "fee", "2023-02-01", "2023-03-01", 3100),
        ("2023-02-01", "support", "2023-01-01", "2023-02-01", 1000),
        ("2023-02-20", "seats", "2023-02-20", "2023-03-11", 2104),
        ("2023-03-01", "fee", "2023-03-01", "2023-04-01", 3100),
        ("2023-03-01", "support", "2023-02-01", "2023-03-01", 1000),
        ("2023-04-01", "fee", "2023-04-01", "2023-05-01", 3100),
        ("2023-04-01", "support", "2023-03-01", "2023-04-01", 1000),
    ]
    assert credits() == []


def test_runs_of_a_travel_are_the_schedules_and_none_looks_in_vain(january: None, new_plan: Any, start: Any) -> None:
    start(new_plan("basic"), date(2023, 1, 1), alignment="calendar")
    by_travel()
    runs = subscriptions.recent_runs()
    assert [(run.trigger, run.invoices, str(run.through)) for run in reversed(runs)] == [
        ("schedule", 1, f"2023-{month:02}-01") for month in (1, 2, 3, 4)
    ]
    printing = select(func.count()).where(JobRow.name == "invoicing.render_documents", JobRow.state == "queued")
    assert session.scalar(printing) == 4, "printing can wait until time has arrived"
