"""Background work: noted with the change, run after the commit, by one runner at a time, again after a crash."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from bezant import clock
from bezant.auth.context import SYSTEM, acting_as
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.errors import Invalid
from bezant.jobs import queue, schedules, work
from bezant.jobs.model import Job, Schedule
from bezant.jobs.tables import DONE, FAILED, QUEUED, JobRow, ScheduleRow
from bezant.jobs.threads import ThreadEngine
from bezant.platform import platform

pytestmark = [pytest.mark.plugins(), pytest.mark.usefixtures("as_system")]


class Body:
    """A job's function that remembers its calls and fails as often as it is told to."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.errors: list[Exception] = []
        self.called = threading.Event()

    def __call__(self, **arguments: Any) -> dict[str, Any]:
        self.calls.append(arguments)
        self.called.set()
        if self.errors:
            raise self.errors.pop(0)
        return {"calls": len(self.calls)}


@pytest.fixture
def body() -> Body:
    return Body()


@pytest.fixture
def task(app: Flask, body: Body) -> Job:
    made = Job("test.task", body, tries=3)
    platform().add_jobs([made])
    return made


def enqueue(task: Job, **options: Any) -> Any:
    with unit_of_work():
        return queue.enqueue(task, **options)


def row() -> JobRow:
    session.expire_all()
    return session.scalars(select(JobRow)).one()


def test_a_job_runs_with_its_arguments_and_keeps_its_result(task: Job, body: Body) -> None:
    enqueue(task, number=3)

    assert work.drain() == 1
    assert body.calls == [{"number": 3}]
    assert (row().state, row().result) == (DONE, {"calls": 1})


def test_a_job_of_a_transaction_that_fails_is_never_run(task: Job, body: Body) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work():
        queue.enqueue(task)
        raise ZeroDivisionError
    work.drain()

    assert body.calls == []


def test_an_exception_is_retried_later_and_given_up_in_the_end(task: Job, body: Body) -> None:
    body.errors = [RuntimeError("busy")] * 3
    enqueue(task)
    for _ in range(3):
        work.drain()
        with unit_of_work():
            session.execute(update(JobRow).where(JobRow.state == QUEUED).values(run_at=clock.system()))

    assert len(body.calls) == 3
    assert row().state == FAILED and "busy" in row().error

    queue.retry(row().id)
    work.drain()
    assert row().state == DONE


def test_bad_input_is_not_retried(task: Job, body: Body) -> None:
    body.errors = [Invalid.field("account", "unknown", "No such account.")]
    enqueue(task)
    work.drain()

    assert row().state == FAILED and row().error == "No such account."


def test_a_unique_job_waits_once(task: Job) -> None:
    assert enqueue(task, unique="a") == enqueue(task, unique="a")
    assert enqueue(task, unique="b") != enqueue(task, unique="a")


def test_jobs_that_can_wait_let_others_go_first(task: Job) -> None:
    printing = Job("test.print", lambda: None, can_wait=True)
    platform().add_jobs([printing])
    enqueue(printing)
    enqueue(task)

    assert [claimed.name for claimed in (queue.claim(), queue.claim()) if claimed] == [task.name, printing.name]


def test_a_job_whose_runner_died_is_taken_over_and_the_late_one_writes_nothing(task: Job, body: Body) -> None:
    job_id = enqueue(task)
    dead = queue.claim(job_id)
    assert dead is not None and queue.claim(job_id) is None
    with unit_of_work():
        session.execute(update(JobRow).values(leased_until=clock.system() - timedelta(seconds=1)))

    heir = queue.claim(job_id)
    assert heir is not None and heir.attempt == dead.attempt + 1
    queue.run(heir)
    queue.run(dead)

    assert row().state == DONE and row().attempts == heir.attempt
    assert row().result == {"calls": 1}


def test_progress_is_seen_while_the_job_runs(app: Flask) -> None:
    seen: list[tuple[int, int]] = []

    def slow() -> None:
        queue.progress(1, 2, "half")
        seen.append((row().done, row().total))

    task = Job("test.slow", slow)
    platform().add_jobs([task])
    enqueue(task)
    work.drain()

    assert seen == [(1, 2)]


def test_a_schedule_fires_once_per_occasion_and_catches_up_once(task: Job, body: Body) -> None:
    platform().schedules.clear()
    platform().add_schedules([Schedule("test.hourly", task, timedelta(hours=1))])
    assert schedules.tick() == 0

    with unit_of_work():
        session.execute(update(ScheduleRow).values(next_run_at=clock.system() - timedelta(hours=5)))
    session.expire_all()

    assert schedules.tick() == 1
    session.expire_all()
    assert schedules.tick() == 0
    work.drain()
    assert len(body.calls) == 1


def test_a_business_schedule_follows_business_time(task: Job, clock: Any) -> None:
    clock.travel_to(2013, 1, 1)
    platform().schedules.clear()
    platform().add_schedules([Schedule("test.daily", task, timedelta(days=1), business=True)])
    schedules.tick()
    clock.travel_to(2013, 1, 2, 1)
    session.expire_all()

    assert schedules.tick() == 1


def test_the_thread_engine_runs_what_is_committed(app: Flask, task: Job, body: Body) -> None:
    engine = ThreadEngine(app, threads=1)
    engine.start(alone=False)
    try:
        with acting_as(SYSTEM):
            enqueue(task)
        assert body.called.wait(10)
    finally:
        engine.stop()
