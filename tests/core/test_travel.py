"""Business time travels from one due moment to the next, and runs what falls due at each."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from bezant import clock, travel
from bezant.auth.context import SYSTEM, acting_as
from bezant.cli.main import cli
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.errors import Conflict, Invalid, PluginError
from bezant.jobs import queue, schedules, work
from bezant.jobs.model import Job, Schedule
from bezant.jobs.queue import enqueue
from bezant.jobs.tables import DONE, FAILED, QUEUED, JobRow
from bezant.platform import platform

pytestmark = pytest.mark.plugins()

START = datetime(2013, 1, 1, tzinfo=UTC)
TO = datetime(2013, 1, 4, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Diary:
    """When each job ran, business time to the minute."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, datetime]] = []

    def job(self, name: str) -> Job:
        made = Job(f"test.{name}", lambda **_: self.note(name))
        platform().add_jobs([made])
        return made

    def note(self, name: str) -> None:
        self.lines.append((name, clock.now().replace(second=0, microsecond=0)))


@pytest.fixture
def diary(app: Flask) -> Iterator[Diary]:
    platform().schedules.clear()
    with acting_as(SYSTEM):
        travel.rehearse_from(START)
        yield Diary()


def plan(*added: Schedule) -> None:
    platform().add_schedules(added)
    schedules.tick()


def arrive(to: datetime = TO, **asked: Any) -> JobRow:
    job_id = travel.start_travel(to, **asked)
    work.run_job(str(job_id))
    return session.get_one(JobRow, job_id, populate_existing=True)


def test_what_falls_due_on_the_way_runs_in_order_each_at_its_moment(diary: Diary) -> None:
    follow_up = diary.job("follow_up")

    def daily() -> None:
        diary.note("daily")
        with unit_of_work():
            enqueue(follow_up)

    task = Job("test.daily", daily)
    platform().add_jobs([task])
    plan(
        Schedule("test.daily", task, DAY, business=True),
        Schedule("test.half", diary.job("half"), timedelta(hours=40), business=True),
        Schedule("test.system", diary.job("system"), DAY),
    )
    done = arrive()

    days = [START + n * DAY for n in range(4)]
    assert diary.lines == [
        ("daily", days[1]), ("follow_up", days[1]), ("half", days[1] + 16 * HOUR),
        ("daily", days[2]), ("follow_up", days[2]), ("daily", days[3]), ("follow_up", days[3]), ("half", days[3] + 8 * HOUR),
    ]  # fmt: skip
    assert (done.state, done.done, done.total) == (DONE, 3, 4)
    assert clock.now() >= TO


def test_occasions_without_anything_to_do_are_passed_over(diary: Diary) -> None:
    waiting = [START + timedelta(hours=30, minutes=10)]

    def serve() -> None:
        diary.note("hourly")
        waiting[:] = [one for one in waiting if one > clock.now()]

    task = Job("test.hourly", serve)
    platform().add_jobs([task])
    plan(Schedule("test.hourly", task, HOUR, business=True, next_due=lambda: min(waiting, default=None)))
    arrive()

    assert diary.lines == [("hourly", START + timedelta(hours=31)), ("hourly", TO)]  # and once late, on arrival


def test_what_a_job_leaves_undone_is_met_daily_and_not_at_each_occasion(diary: Diary) -> None:
    plan(Schedule("test.hourly", diary.job("stuck"), HOUR, business=True, next_due=lambda: START))
    arrive()

    assert [at for _, at in diary.lines] == [*(START + n * DAY + HOUR for n in range(4)), TO]


def test_a_failing_job_is_tried_again_at_its_own_moment_and_holds_nothing_up(diary: Diary) -> None:
    def fail() -> None:
        diary.note("fails")
        raise RuntimeError("away")

    task = Job("test.fails", fail, tries=3)
    platform().add_jobs([task])
    plan(Schedule("test.fails", task, timedelta(hours=50), business=True))
    done = arrive()

    assert diary.lines == [("fails", START + timedelta(hours=50))] * 3
    assert done.result == {"to": TO.isoformat(), "done": 4, "undelivered": 0, "failed": 1}


def test_killed_on_the_way_it_goes_on_from_where_time_stands(diary: Diary) -> None:
    class Killed(BaseException):
        pass

    def die_once() -> None:
        diary.note("daily")
        if len(diary.lines) == 2:
            raise Killed

    task = Job("test.daily", die_once)
    platform().add_jobs([task])
    plan(Schedule("test.daily", task, DAY, business=True))
    job_id = travel.start_travel(TO)
    with pytest.raises(Killed):
        work.run_job(str(job_id))

    queue.release_all()  # what the start of a single process does; else the lease runs out
    work.run_job(str(job_id))

    assert diary.lines == [("daily", START + n * DAY) for n in (1, 2, 2, 3)]
    assert session.get_one(JobRow, job_id, populate_existing=True).done == 3


def test_while_time_travels_nobody_else_works(diary: Diary) -> None:
    other = diary.job("other")
    job_id = travel.start_travel(TO)
    carried = queue.claim(job_id)
    with unit_of_work():
        enqueue(other)

    assert queue.claim() is None
    assert work.drain() == work.deliver_and_tick() == 0
    assert carried is not None
    queue.run(carried)
    assert [name for name, _ in diary.lines] == ["other"]
    assert queue.claim() is None


def test_only_the_jobs_asked_for_run_on_the_way(diary: Diary) -> None:
    plan(Schedule("test.a", diary.job("a"), DAY, business=True), Schedule("test.b", diary.job("b"), DAY, business=True))
    arrive(only=["test.b"])
    assert [name for name, _ in diary.lines] == ["b", "b", "b"]
    with pytest.raises(Invalid, match=r"no job 'test\.c'"):
        travel.start_travel(TO + DAY, only=["test.c"])


def test_it_leads_forward_and_not_too_far_and_one_at_a_time(diary: Diary) -> None:
    for to, code in ((START - DAY, "in_the_past"), (START + timedelta(days=4000), "too_far")):
        with pytest.raises(Invalid) as refused:
            travel.start_travel(to)
        assert refused.value.problems[0].code == code
    first = travel.start_travel(TO)
    assert travel.start_travel(TO) == first
    for move in (travel.start_travel, travel.skip_to):
        with pytest.raises(Conflict, match="travelling"):
            move(TO + DAY)


def test_a_rehearsal_forgets_occasions_of_another_time(app: Flask) -> None:
    task = Job("test.daily", lambda: None)
    platform().add_jobs([task])
    with acting_as(SYSTEM):
        plan(Schedule("test.daily", task, DAY, business=True))
        travel.rehearse_from(START)
        schedules.tick()
    due = schedules.next_occasion()
    assert due is not None and due < START + 2 * DAY


def test_elsewhere_time_stands(app: Flask) -> None:
    with acting_as(SYSTEM), pytest.raises(Conflict, match=r"clock\.travel"):
        travel.start_travel(clock.now() + DAY)


@pytest.mark.settings({"clock.travel": True})
@pytest.mark.parametrize("answer", ["objects", "fails"])
def test_whoever_objects_or_fails_to_answer_stops_it(app: Flask, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    def ask() -> list[str]:
        if answer == "fails":
            raise RuntimeError("no answer")
        return ["The bridge is up."]

    implementations = [("harbour", ask)]
    monkeypatch.setattr(platform().plugins, "implementations", lambda hook: implementations if "travel" in hook else [])
    to = clock.now() + DAY
    with acting_as(SYSTEM), pytest.raises(Conflict if answer == "objects" else PluginError, match=r"bridge|no answer"):
        travel.start_travel(to)
    job_id = _smuggled(to)
    work.run_job(str(job_id))

    row = session.get_one(JobRow, job_id, populate_existing=True)
    assert row.state == (FAILED if answer == "objects" else QUEUED)
    assert clock.now() < to


def _smuggled(to: datetime) -> Any:
    """A travel that was asked for before anybody objected."""
    with acting_as(SYSTEM), unit_of_work():
        return enqueue(travel.travel, to=to.isoformat(), since=clock.now().isoformat())


@pytest.mark.settings({"clock.travel": True})
def test_by_api_page_and_command(app: Flask, api: FlaskClient, client: FlaskClient, drain: Any) -> None:
    to = (clock.now() + DAY).replace(microsecond=0)
    moved = api.post("/api/v1/clock", json={"now": to.isoformat(), "run": ["core.forget_idempotency_keys"]})
    assert (moved.status_code, moved.json["travelling"]["to"]) == (201, to.isoformat().replace("+00:00", "Z"))  # type: ignore[index]
    assert "Days travelled" in client.get("/admin/clock").text
    drain()
    followed = api.get(moved.headers["Location"])
    assert followed.json is not None and followed.json["state"] == "done"

    assert api.post("/api/v1/clock", json={"now": (to + DAY).isoformat(), "run": "none"}).status_code == 200
    assert api.post("/api/v1/clock", json={"now": (to + 2 * DAY).isoformat(), "run": "some"}).status_code == 422
    assert clock.now() >= to + DAY

    typed = client.post("/admin/clock/travel", data={"now": (to + 2 * DAY).isoformat()})
    assert typed.status_code == 303
    drain()
    assert clock.now() >= to + 2 * DAY
    told = CliRunner().invoke(cli, ["clock", "travel", (to + 3 * DAY).isoformat()], obj=app)
    assert told.exit_code == 0, told.output
    assert clock.now() >= to + 3 * DAY
    assert client.post("/admin/clock/travel", data={"now": "2001-01-01T00:00"}).status_code == 422
