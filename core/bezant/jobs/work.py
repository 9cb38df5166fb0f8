"""One round of background work, whoever carries it: deliver events, run due jobs, look at the schedules."""

import time
from collections.abc import Callable, Collection
from uuid import UUID

from bezant import outbox
from bezant.db.model import session
from bezant.jobs import queue, schedules
from bezant.jobs.tables import QUEUED, RUNNING, JobRow

_LOOK_AGAIN = 0.05
"""Seconds until :func:`settle` looks again whether others have finished."""


def run_job(job_id: str) -> bool:
    """Runs this job if it is due and nobody else does; the body of the Celery task as well."""
    claimed = queue.claim(UUID(job_id))
    if claimed is None:
        return False
    queue.run(claimed)
    return True


def run_next_job() -> bool:
    """Runs one due job; false where there is none."""
    return _run_next("")


def run_here(job_id: UUID, tell: Callable[[int, int], None]) -> JobRow:
    """Carries a job out in this process, or waits for whoever was quicker; ``tell(done, total)`` hears of its progress. For commands."""
    with queue.listening(job_id, tell):
        while True:
            run_job(str(job_id))
            row = session.get_one(JobRow, job_id, populate_existing=True)
            if row.state not in (QUEUED, RUNNING):
                return row
            tell(row.done, row.total)
            time.sleep(_LOOK_AGAIN)
            session.rollback()


def deliver_and_tick() -> int:
    """Delivers every event and looks at the schedules; gives how much was done. Nothing while business time travels."""
    return 0 if queue.travel_elsewhere() else outbox.deliver_all() + schedules.tick()


def deliver() -> int:
    """Delivers every event; gives how many. Nothing while business time travels."""
    return 0 if queue.travel_elsewhere() else outbox.deliver_all()


def settle(only: Collection[str] | None = None) -> int:
    """Brings to its end what is due at this moment (of these jobs), other runners' work included; gives how much was done here."""
    done = 0
    while True:
        round_ = outbox.deliver_all()
        while _run_next("", only):
            round_ += 1
        done += round_
        if not round_ and not outbox.is_behind() and not queue.others_running(only):
            return done
        if not round_:
            time.sleep(_LOOK_AGAIN)


def drain(*, jobs: str = "", with_schedules: bool = False) -> int:
    """Delivers every event and runs every due job until nothing is left; gives how much was done. For commands and tests.

    ``jobs`` limits it to jobs whose names begin so (``payments.``); the others wait.
    """
    done = schedules.tick() if with_schedules and not queue.travel_elsewhere() else 0
    while True:
        round_ = deliver()
        while _run_next(jobs):
            round_ += 1
        if not round_:
            return done
        done += round_


def _run_next(prefix: str, only: Collection[str] | None = None) -> bool:
    claimed = queue.claim(prefix=prefix, only=only)
    if claimed is None:
        return False
    queue.run(claimed)
    return True
