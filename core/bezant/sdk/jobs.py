"""Background jobs and schedules."""

from bezant.jobs.model import Job, Schedule, job
from bezant.jobs.queue import enqueue, progress

__all__ = ["Job", "Schedule", "enqueue", "job", "progress"]
