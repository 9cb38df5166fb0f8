"""Moving business time forward: who may object, where to, and what falls due on the way.

A travel is a job. It goes from one moment at which something falls due to the next, delivers the events and runs the jobs of
each before it moves on, and so bills a year month by month. While it is under way it alone hands out work (``jobs.queue``).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from bezant import clock, outbox
from bezant.audit import audit
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.errors import Conflict, Invalid
from bezant.hooks import each
from bezant.hookspecs import bezant_object_to_travel
from bezant.jobs import queue, schedules, work
from bezant.jobs.model import job
from bezant.jobs.queue import TRAVEL, enqueue, progress
from bezant.jobs.tables import QUEUED, RUNNING, JobRow, ScheduleRow
from bezant.outbox.tables import EventRow
from bezant.platform import platform
from bezant.stored import place_clock, rehearses
from bezant.usecases import use_case

FARTHEST = timedelta(days=3660)
"""How far one travel may lead: there is no way back from a mistyped year."""

_DAY = timedelta(days=1)
_CLOCK = "core.clock"


@dataclass(frozen=True, slots=True)
class Journey:
    """A travel under way or waiting: the job that carries it and where it leads."""

    job_id: UUID
    to: datetime
    done: int
    total: int


@use_case("core.clock.travel", whole=True)
def rehearse_from(instant: datetime) -> None:
    """Starts a rehearsal on an unused installation: business time is ``instant``, in the past or the future, and may travel from there.

    Does nothing where a rehearsal has begun; raises ``Conflict`` where the installation is in use, or somebody objects.
    """
    if rehearses():
        return
    if session.scalar(select(EventRow.position).limit(1)) is not None:
        raise Conflict("This installation is in use; a rehearsal needs an empty one (another BEZANT_DATA_DIR).", code="in_use")
    _heed_objections()
    place_clock(instant, rehearsal=True)
    session.execute(delete(ScheduleRow))  # they were due by another time
    audit("core.clock.rehearsal_began", _CLOCK, "business", {"at": instant.isoformat()})


@use_case("core.clock.travel", whole=True)
def skip_to(instant: datetime) -> None:
    """Moves business time forward to ``instant`` and runs nothing; what fell due on the way is met late. Refused as travels are."""
    check_travel(instant)
    if journey() is not None:
        raise Conflict("Business time is travelling; wait until it has arrived.", code="travelling")
    place_clock(instant)
    audit("core.clock.skipped", _CLOCK, "business", {"to": instant.isoformat()})


@use_case("core.clock.travel", whole=True)
def start_travel(to: datetime, only: Collection[str] | None = None) -> UUID:
    """Has business time travel to an instant in the background, running what falls due on the way; gives the job.

    ``only`` names the jobs that may run; others wait until afterwards. Asked for again while it is under way, it is the same travel.
    Raises ``Invalid`` for an instant that lies behind or too far ahead, or a job that there is not; ``Conflict`` where the
    deployment does not allow it, somebody objects, or another travel is under way.
    """
    names = None if only is None else sorted(set(only))
    under_way = journey()
    if under_way is not None and under_way.to != to:
        raise Conflict(f"Business time is travelling to {_text(under_way.to)} already (job {under_way.job_id}).", code="travelling")
    if under_way is not None:
        return under_way.job_id
    check_travel(to)
    _check_jobs(names or ())
    job_id = enqueue(travel, unique="clock", to=to.isoformat(), since=clock.now().isoformat(), only=names)
    audit("core.clock.travel_began", _CLOCK, "business", {"to": to.isoformat(), "job": str(job_id)})
    return job_id


def check_travel(to: datetime) -> None:
    """Raises ``Conflict`` where business time may not be moved, ``Invalid`` where it may not be moved there."""
    check_allowed()
    if to < clock.now():
        raise Invalid.field("now", "in_the_past", f"Business time moves forward only; it is {_text(clock.now())}.")
    if to > clock.now() + FARTHEST:
        raise Invalid.field(
            "now", "too_far", f"Travel at most ten years at once, to {_text(clock.now() + FARTHEST)}; there is no way back."
        )


def check_allowed() -> None:
    """Raises ``Conflict`` unless the deployment lets business time be moved and nobody objects."""
    if not platform().config["clock.travel"] and not rehearses():
        raise Conflict(
            "Business time stands with the machine's; set clock.travel = true in a rehearsal's configuration.", code="no_rehearsal"
        )
    _heed_objections()


def journey() -> Journey | None:
    """The travel that waits or is under way."""
    row = session.scalar(select(JobRow).where(JobRow.name == TRAVEL, JobRow.state.in_((QUEUED, RUNNING))).limit(1))
    return None if row is None else Journey(row.id, datetime.fromisoformat(row.arguments["to"]), row.done, row.total)


@job(TRAVEL, title="Travel in time")
def travel(to: str, since: str, only: list[str] | None = None) -> dict[str, Any]:
    """From moment to moment until business time is there. Repeated after a crash, it goes on from where time stands."""
    looked = clock.system()
    target, began = datetime.fromisoformat(to), datetime.fromisoformat(since)
    names = frozenset(only) if only is not None else frozenset(name for name, job in platform().jobs.items() if not job.can_wait)
    check_allowed()
    done = schedules.tick(names) + work.settle(names)
    while True:
        due = schedules.next_occasion(names)
        stop = target if due is None else min(due, target)
        _move_to(stop)
        progress((stop - began) // _DAY, -((began - target) // _DAY), f"business time is {_text(stop)}")
        done += schedules.tick(names) + work.settle(names)
        if stop == target:
            break
    with unit_of_work():
        audit("core.clock.travelled", _CLOCK, "business", {"from": since, "to": to})
    return {"to": to, "done": done, "undelivered": outbox.undelivered(), "failed": queue.failed_since(looked)}


def _move_to(instant: datetime) -> None:
    if instant > clock.now():
        with unit_of_work():
            place_clock(instant)
        if clock.now() < instant:
            raise RuntimeError("something else sets business time in this process")


def _heed_objections() -> None:
    """A plugin that fails to answer objects, too (see the hook)."""
    objections = [reason for answer in each(bezant_object_to_travel) for reason in answer.value]
    if objections:
        raise Conflict("Business time must not be moved here: " + " ".join(objections), code="travel_objected")


def _check_jobs(names: Collection[str]) -> None:
    known = platform().jobs
    for name in names:
        if name not in known:
            raise Invalid.field("run", "unknown_job", f"There is no job {name!r}; known are {', '.join(sorted(known))}.")


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
