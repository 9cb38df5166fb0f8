"""A year of billing dates: on each, time moves there, what is due is billed, and what is open is collected."""

from collections.abc import Callable, Iterator
from datetime import date

from bezant.sdk import rehearsal
from bezant.sdk.services import now, query
from bezant_demo.domain import tariff
from bezant_demo.services.setup import local_noon
from bezant_subscriptions import services as subscriptions
from bezant_subscriptions.contracts import RunInfo

MONTHS = 13
"""Billing dates: the first of each month from January 2013 to January 2014."""


def billing_dates() -> Iterator[date]:
    """The first of each month from 2013-01-01 to 2014-01-01."""
    first = tariff.FIRST_DAY
    return (date(first.year + month // 12, month % 12 + 1, 1) for month in range(MONTHS))


@query("demo.demonstration.run")
def bill(day: date, watch: Callable[[RunInfo], None] | None = None) -> RunInfo:
    """Moves business time to noon of ``day`` (not back) and bills what is due through it."""
    if now() < local_noon(day):
        rehearsal.skip_to(local_noon(day))
    return subscriptions.run_billing(day, watch=watch)


@query("demo.demonstration.run")
def collect() -> None:
    """Collects what is open: delivers the events of the billing run and runs the jobs that they asked for."""
    rehearsal.drain(jobs="payments.")
