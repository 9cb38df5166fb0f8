"""One round of background work, whoever carries it: deliver events, run due jobs, look at the schedules."""

from uuid import UUID

from bezant import outbox
from bezant.jobs import queue, schedules


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


def drain(*, jobs: str = "", with_schedules: bool = False) -> int:
    """Delivers every event and runs every due job until nothing is left; gives how much was done. For commands and tests.

    ``jobs`` limits it to jobs whose names begin so (``payments.``); the others wait.
    """
    done = schedules.tick() if with_schedules else 0
    while True:
        round_ = outbox.deliver_all()
        while _run_next(jobs):
            round_ += 1
        if not round_:
            return done
        done += round_


def _run_next(prefix: str) -> bool:
    claimed = queue.claim(prefix=prefix)
    if claimed is None:
        return False
    queue.run(claimed)
    return True
