"""A process that bills and collects the demonstration's year on the database of its environment; tests kill it at any moment.

It boots once, says ``ready``, and then carries out each task that it reads in a child of its own, whose pid it tells; when the child is
gone it tells its exit code. Every task can be repeated, so that after a kill it is simply given again:

- ``bill`` bills month by month, ``year`` collects as well;
- ``ask`` does nothing itself: it asks the deployment's workers, over the broker, and waits for them.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date

from flask import Flask

from bezant.app import create_app
from bezant.auth.context import SYSTEM, acting_as
from bezant.jobs import celery, engine, queue
from bezant.sdk import rehearsal
from bezant.sdk.db import session
from bezant.sdk.services import now

PATIENCE = 120.0


def main() -> None:
    """Carries out tasks from standard input."""
    app = create_app()
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            with app.app_context(), acting_as(SYSTEM):
                TASKS[line.strip()](app)
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def bill(_app: Flask) -> None:
    """Bills what is left of the year."""
    from bezant_demo import services

    queue.release_all()
    for day in services.billing_dates():
        services.bill(day)


def year(_app: Flask) -> None:
    """Bills and collects what is left of the year."""
    from bezant_demo import services

    queue.release_all()
    for day in services.billing_dates():
        services.bill(day)
        services.collect()


def ask(app: Flask) -> None:
    """Starts a run in the background for each billing date, and waits until its invoices are collected."""
    from bezant_ledger import services as ledger
    from bezant_subscriptions import services as subscriptions

    engine.use(celery.Publisher(app))
    for day in _billing_dates():
        run = subscriptions.start_run(day)
        _until(f"the run of {day} is finished", lambda run=run: subscriptions.load_run(run.id).state == "finished")
        _until(f"what was billed on {day} is collected", lambda: not ledger.open_items(kind="receivable"))
        print(day, flush=True)


TASKS = {"bill": bill, "year": year, "ask": ask}


def _billing_dates() -> Iterator[date]:
    """The billing dates, each when it has come."""
    from bezant_demo import services

    for day in services.billing_dates():
        if now() < services.local_noon(day):
            rehearsal.skip_to(services.local_noon(day))
        yield day


def _until(what: str, holds: Callable[[], bool]) -> None:
    """Waits for the workers."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        session.rollback()
        if time.monotonic() > deadline:
            raise SystemExit(f"after {PATIENCE:.0f} s it is still not so that {what}")
        time.sleep(0.2)
    session.rollback()


main()
