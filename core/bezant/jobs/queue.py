"""The queue in the database: enqueue with the business change, claim by lease, write the outcome once."""

import contextlib
import threading
from collections.abc import Callable, Collection, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from flask import Flask, current_app
from sqlalchemy import ColumnElement, case, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from bezant import clock
from bezant.auth.context import SYSTEM, acting_as, principal
from bezant.db.model import session
from bezant.db.scope import find
from bezant.db.unit_of_work import after_commit, current, unit_of_work
from bezant.errors import BillingError, NotFound
from bezant.ids import new_id
from bezant.jobs import engine
from bezant.jobs.model import Job
from bezant.jobs.tables import DONE, FAILED, QUEUED, RUNNING, JobRow
from bezant.platform import platform
from bezant.tracing import request_id

FIRST_RETRY = timedelta(seconds=10)
"""Wait before the second try; each further one waits four times longer."""

TRAVEL = "core.travel"
"""The job by which business time travels. While it runs, it alone hands out work, so that everything runs at its own moment."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this process now runs; ``attempt`` fences it against whoever takes over after the lease."""

    id: UUID
    name: str
    arguments: dict[str, Any]
    attempt: int


_running: ContextVar[Claim | None] = ContextVar("bezant_running_job", default=None)
_travel = aliased(JobRow)
_listeners: dict[UUID, Callable[[int, int], None]] = {}


def enqueue(what: Job, *, unique: str | None = None, run_at: datetime | None = None, **arguments: Any) -> UUID:
    """Notes a job to be run after the commit; needs a unit of work. Gives the job's id.

    With ``unique``, a job of the same name and key that has not finished yet is returned instead of making a second.
    ``run_at`` is system time.
    """
    current()
    if unique is not None:
        waiting = session.scalar(
            select(JobRow.id).where(JobRow.name == what.name, JobRow.unique_key == unique, JobRow.state.in_((QUEUED, RUNNING)))
        )
        if waiting is not None:
            return waiting
    row = _new_row(what, unique, run_at, arguments)
    session.add(row)
    session.flush()
    after_commit(f"wake job {row.id}", lambda: engine.wake(str(row.id)))
    return row.id


def claim(job_id: UUID | None = None, *, prefix: str = "", only: Collection[str] | None = None) -> Claim | None:
    """Takes a due job (or just this one, or one whose name begins so, or is one of these) under a lease, or ``None``.

    The oldest first, but for those that can wait: nobody's payment stands behind the printing of a billing run.
    """
    now = clock.system()
    can_wait = case((JobRow.name.in_([job.name for job in platform().jobs.values() if job.can_wait]), 1), else_=0)
    wanted = select(JobRow).where(_due(now)).order_by(can_wait, JobRow.run_at).limit(1).with_for_update(skip_locked=True)
    if job_id is not None:
        wanted = wanted.where(JobRow.id == job_id)
    if prefix:
        wanted = wanted.where(JobRow.name.startswith(prefix, autoescape=True))
    if only is not None:
        wanted = wanted.where(JobRow.name.in_(only))
    with unit_of_work():
        row = session.scalar(wanted)
        if row is None:
            return None
        row.state, row.leased_until, row.attempts = RUNNING, now + _lease(), row.attempts + 1
        row.started_at = row.started_at or now
        return Claim(row.id, row.name, row.arguments, row.attempts)


def _due(now: datetime) -> ColumnElement[bool]:
    """What may be claimed. A travel does not wait between tries: months of business time would pass."""
    queued = (JobRow.state == QUEUED) & (JobRow.run_at <= now)
    left_behind = (JobRow.state == RUNNING) & (JobRow.leased_until < now)
    if _is_travelling():
        return or_(queued, (JobRow.state == QUEUED) & (JobRow.attempts > 0), left_behind)
    return or_(queued, left_behind) & or_(JobRow.name == TRAVEL, ~_travel_runs())


def travel_elsewhere() -> bool:
    """Whether business time travels and this is not the job that carries it: then nobody else works."""
    return not _is_travelling() and bool(session.scalar(select(_travel_runs())))


def others_running(only: Collection[str] | None = None) -> bool:
    """Whether other runners still work on jobs (of these names)."""
    own = _running.get()
    busy = select(JobRow.id).where(JobRow.state == RUNNING, JobRow.leased_until >= clock.system())
    if own is not None:
        busy = busy.where(JobRow.id != own.id)
    if only is not None:
        busy = busy.where(JobRow.name.in_(only))
    return session.scalar(busy.limit(1)) is not None


def failed_since(instant: datetime) -> int:
    """How many jobs failed for good since a system instant."""
    failed = select(func.count()).select_from(JobRow).where(JobRow.state == FAILED, JobRow.finished_at >= instant)
    return session.scalar(failed) or 0


def _is_travelling() -> bool:
    own = _running.get()
    return own is not None and own.name == TRAVEL


def _travel_runs() -> ColumnElement[bool]:
    return exists().where(_travel.name == TRAVEL, _travel.state == RUNNING)


def run(claimed: Claim) -> None:
    """Runs a claimed job and writes its outcome; an exception is kept on the job, and retried while tries are left."""
    what = platform().jobs.get(claimed.name)
    if what is None:
        _finish(claimed, state=FAILED, error=f"no plugin that is enabled has a job {claimed.name}")
        return
    token, request = _running.set(claimed), request_id.set(f"job-{claimed.id}")
    try:
        with _heartbeat(claimed), acting_as(SYSTEM):
            result = what.run(**claimed.arguments)
    except Exception as error:
        _log.warning("job failed", job=claimed.name, id=str(claimed.id), attempt=claimed.attempt, exc_info=error)
        _after_exception(claimed, what, error)
    else:
        _finish(claimed, state=DONE, result=dict(result or {}))
    finally:
        _running.reset(token)
        request_id.reset(request)
        session.remove()


def progress(done: int, total: int, note: str = "") -> None:
    """Tells how far the running job is, for whoever watches. Outside a job, and inside a unit of work, it does nothing."""
    running = _running.get()
    if running is not None:
        if running.id in _listeners:
            _listeners[running.id](done, total)
        with unit_of_work():
            session.execute(_mine(running).values(done=done, total=total, note=note[:300], leased_until=clock.system() + _lease()))


@contextlib.contextmanager
def listening(job_id: UUID, tell: Callable[[int, int], None]) -> Iterator[None]:
    """Inside, ``tell(done, total)`` hears of the progress of this job when it runs in this process."""
    _listeners[job_id] = tell
    try:
        yield
    finally:
        del _listeners[job_id]


def retry(job_id: UUID) -> None:
    """Queues a failed job again."""
    with unit_of_work():
        row = find(JobRow, job_id)
        if row is None or row.state != FAILED:
            raise NotFound(f"There is no failed job {job_id}.")
        row.state, row.attempts, row.run_at, row.error, row.finished_at = QUEUED, 0, clock.system(), "", None
        after_commit(f"wake job {job_id}", lambda: engine.wake(str(job_id)))


def release_all() -> None:
    """Makes jobs that a killed process was running due at once. Only for a deployment of a single process, at its start."""
    with unit_of_work():
        session.execute(update(JobRow).where(JobRow.state == RUNNING).values(leased_until=clock.system() - _lease()))


def overdue_ids(older_than: timedelta, limit: int = 100) -> list[UUID]:
    """Jobs that have been due for so long, the oldest first: what a sweeper runs in case a message was lost."""
    now = clock.system()
    long_due = _due(now) & or_(JobRow.state == RUNNING, JobRow.run_at <= now - older_than)
    return list(session.scalars(select(JobRow.id).where(long_due).order_by(JobRow.run_at).limit(limit)))


def _lease() -> timedelta:
    """How long a runner may be silent before its job is given to another."""
    return timedelta(seconds=platform().config["jobs.lease_seconds"])


def _new_row(what: Job, unique: str | None, run_at: datetime | None, arguments: dict[str, Any]) -> JobRow:
    now = clock.system()
    return JobRow(
        id=new_id(),
        name=what.name,
        arguments=arguments,
        unique_key=unique,
        run_at=run_at or now,
        created_at=now,
        requested_by=principal().name[:100],
        requested_by_id=principal().id,
    )


def _mine(claimed: Claim) -> Any:
    return update(JobRow).where(JobRow.id == claimed.id, JobRow.attempts == claimed.attempt, JobRow.state == RUNNING)


def _finish(claimed: Claim, **values: Any) -> None:
    with unit_of_work():
        session.execute(_mine(claimed).values(finished_at=clock.system(), leased_until=None, **values))


def _after_exception(claimed: Claim, what: Job, error: Exception) -> None:
    session.rollback()
    message = error.message if isinstance(error, BillingError) else f"{type(error).__name__}: {error}"
    if claimed.attempt >= what.tries or (isinstance(error, BillingError) and error.status < 500):
        _finish(claimed, state=FAILED, error=message)
        return
    with unit_of_work():
        wait = FIRST_RETRY * 4 ** (claimed.attempt - 1)
        session.execute(_mine(claimed).values(state=QUEUED, run_at=clock.system() + wait, leased_until=None, error=message))


@contextlib.contextmanager
def _heartbeat(claimed: Claim) -> Iterator[None]:
    """Extends the lease from a thread of its own while the job runs, however long it takes."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    stop, lease = threading.Event(), _lease()

    def beat() -> None:
        while not stop.wait(lease.total_seconds() / 4):
            with app.app_context(), unit_of_work():
                session.execute(_mine(claimed).values(leased_until=clock.system() + lease))

    thread = threading.Thread(target=beat, name=f"lease-{claimed.name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
