"""A deployment of several processes: one asks, two workers do the work, a broker carries the messages; all of them die now and then."""

import random
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from bezant.db.model import session
from bezant.sdk.db import selectable
from bezant.testing.brokers import Relay, brokers, shown
from bezant_ledger import services as ledger
from bezant_payments.contracts import PAYMENTS

pytestmark = [pytest.mark.plugins("demo"), pytest.mark.only_on("postgresql")]

WORKERS = 2
WORKER = ("-c", "from bezant.cli import main; main()", "worker")


@pytest.fixture(params=brokers()[:1] or [pytest.param("", marks=pytest.mark.skip("neither RabbitMQ nor Redis answers"))], ids=shown)
def relay(request: pytest.FixtureRequest) -> Iterator[Relay]:
    """The way to the broker, which can be cut."""
    with Relay(request.param) as made:
        yield made


def test_workers_killed_and_the_broker_cut_off_it_comes_to_the_same(
    accounts: dict[str, Any], start: Any, start_biller: Any, relay: Relay, check_the_year: Callable[[dict[str, Any]], None]
) -> None:
    settings = {
        "JOBS__ENGINE": "celery",
        "JOBS__BROKER": relay.address,
        "JOBS__QUEUE": f"bezant-test-{uuid.uuid4().hex[:12]}",
        "JOBS__LEASE_SECONDS": "4",
        "JOBS__SWEEP_SECONDS": "1",
    }
    chance = random.Random(1913)
    workers = [start(*WORKER, **settings) for _ in range(WORKERS)]
    biller = start_biller(**settings)
    biller.begin("ask")
    kills = 0
    for month, _ in enumerate(biller.lines()):
        if month % 3 == 1:
            relay.cut()
        if month % 3 == 2:
            relay.mend()
        if month % 4 == 3:
            victim = chance.randrange(WORKERS)
            workers[victim].kill()
            workers[victim].communicate()
            workers[victim] = start(*WORKER, **settings)
            kills += 1

    assert kills >= 3
    check_the_year(accounts)
    assert not ledger.open_items(kind="receivable")
    assert session.scalar(select(func.count()).select_from(selectable(PAYMENTS))) == 208
