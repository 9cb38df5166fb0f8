"""Background work of the platform itself."""

from collections.abc import Sequence

from bezant.jobs.model import Job, Schedule

CORE_JOBS: Sequence[Job] = ()
CORE_SCHEDULES: Sequence[Schedule] = ()
