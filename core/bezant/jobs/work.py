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
    claimed = queue.claim()
    if claimed is None:
        return False
    queue.run(claimed)
    return True


def drain(*, with_schedules: bool = False) -> int:
    """Delivers every event and runs every due job until nothing is left; gives how much was done. For commands and tests."""
    done = schedules.tick() if with_schedules else 0
    while True:
        round_ = outbox.deliver_all()
        while run_next_job():
            round_ += 1
        if not round_:
            return done
        done += round_
