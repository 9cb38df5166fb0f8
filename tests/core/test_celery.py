"""The Celery engine on every broker that answers, and on Celery's own memory transport."""

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from flask import Flask

from bezant.auth.context import SYSTEM, acting_as
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.jobs import celery, engine, queue
from bezant.jobs.model import Job
from bezant.jobs.tables import JobRow
from bezant.platform import platform
from bezant.testing.brokers import MEMORY, brokers, shown

pytestmark = [pytest.mark.plugins("accounts"), pytest.mark.only_on("postgresql")]


@pytest.fixture(params=[*brokers(), MEMORY], ids=lambda address: shown(address).split(":")[0])
def worker(app: Flask, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A Celery worker in threads of this process, on a queue of its own."""
    name = f"bezant-test-{uuid.uuid4().hex[:12]}"
    monkeypatch.setattr(celery, "configured", lambda: celery.make_celery(request.param, name))
    made = celery.make_worker(app)
    try:
        with start_worker(made, pool="threads", concurrency=2, perform_ping_check=False, shutdown_timeout=20):
            yield made
    finally:
        with made.connection_for_write() as connection:
            connection.default_channel.queue_delete(name)


def test_work_is_carried_out_at_once_and_what_a_lost_message_was_about_by_a_sweep(app: Flask, worker: Any) -> None:
    done = threading.Event()
    platform().jobs["test.say"] = job = Job("test.say", lambda word: done.set() or {"said": word})
    with unit_of_work(), acting_as(SYSTEM):
        at_once = queue.enqueue(job, word="well")
    assert done.wait(20)
    _until(lambda: _row(at_once).state == "done")
    assert _row(at_once).result == {"said": "well"}

    done.clear()
    engine.use(None)
    with unit_of_work(), acting_as(SYSTEM):
        lost = queue.enqueue(job, word="late")
    assert not done.wait(0.3)
    celery.sweep(timedelta(hours=1))
    assert _row(lost).state == "queued"
    celery.sweep(timedelta(0))
    assert _row(lost).state == "done"


@pytest.mark.settings({"jobs.broker": "amqp://guest:guest@127.0.0.1:1//"})
def test_a_broker_that_is_away_costs_nothing_but_time(app: Flask) -> None:
    engine.use(celery.Publisher(app))
    platform().jobs["test.waits"] = job = Job("test.waits", lambda: None)
    with unit_of_work(), acting_as(SYSTEM):
        job_id = queue.enqueue(job)
    assert _row(job_id).state == "queued"


def _row(job_id: uuid.UUID) -> JobRow:
    session.rollback()
    return session.get_one(JobRow, job_id)


def _until(holds: Any) -> None:
    pause = threading.Event()
    for _ in range(100):
        if holds():
            return
        pause.wait(0.1)
    raise AssertionError("it did not become so within ten seconds")
