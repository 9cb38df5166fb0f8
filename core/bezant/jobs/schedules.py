"""Schedules: rows with the time they are next due, claimed by a conditional UPDATE so that each occasion runs once."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update

from bezant import clock
from bezant.auth.context import SYSTEM, acting_as
from bezant.db.inserts import insert_into
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.jobs.model import Schedule
from bezant.jobs.queue import enqueue
from bezant.jobs.tables import ScheduleRow
from bezant.platform import platform

UNDONE_AGAIN = timedelta(days=1)
"""What a job has left undone is no reason for a travel to stop at each of its occasions: it is met again after this long."""


def tick(only: Collection[str] | None = None) -> int:
    """Enqueues the jobs of every schedule that is due (only these jobs); gives how many.

    Late ones run once, not once per missed occasion.
    """
    rows = {row.name: row for row in session.scalars(select(ScheduleRow).execution_options(populate_existing=True))}
    fired = 0
    for schedule in _schedules(only):
        row = rows.get(schedule.name)
        if row is None:
            _remember(schedule)
        elif row.next_run_at <= _now(schedule):
            fired += _fire(schedule, row.next_run_at)
    return fired


def next_occasion(only: Collection[str] | None = None) -> datetime | None:
    """When, in business time, a schedule next has something to run; ``None`` where none has. For travels."""
    rows = {row.name: row for row in session.scalars(select(ScheduleRow).execution_options(populate_existing=True))}
    occasions = [_occasion(schedule, rows[schedule.name]) for schedule in _schedules(only) if schedule.business and schedule.name in rows]
    return min((one for one in occasions if one is not None), default=None)


def _schedules(only: Collection[str] | None) -> list[Schedule]:
    return [schedule for schedule in platform().schedules.values() if only is None or schedule.job.name in only]


def _occasion(schedule: Schedule, row: ScheduleRow) -> datetime | None:
    """The occasion of a schedule on which its job finds something to do."""
    if schedule.next_due is None:
        return row.next_run_at
    due = schedule.next_due()
    if due is None:
        return None
    if row.last_run_at is not None and due <= row.last_run_at:
        due = row.next_run_at - schedule.every + UNDONE_AGAIN
    missed = max(0, -((row.next_run_at - due) // schedule.every))
    return row.next_run_at + schedule.every * missed


def _now(schedule: Schedule) -> datetime:
    return clock.now() if schedule.business else clock.system()


def _remember(schedule: Schedule) -> None:
    row = {"name": schedule.name, "next_run_at": _now(schedule) + schedule.every}
    with unit_of_work():  # another process may see it for the first time at this moment
        session.execute(insert_into(ScheduleRow).values(row).on_conflict_do_nothing())


def _fire(schedule: Schedule, due: datetime) -> int:
    now = _now(schedule)
    missed = (now - due) // schedule.every
    with unit_of_work(), acting_as(SYSTEM):
        claimed = session.execute(
            update(ScheduleRow)
            .where(ScheduleRow.name == schedule.name, ScheduleRow.next_run_at == due)
            .values(next_run_at=due + schedule.every * (missed + 1), last_run_at=now)
        )
        if not claimed.rowcount:  # type: ignore[attr-defined]
            return 0
        enqueue(schedule.job, unique=f"schedule:{schedule.name}", **schedule.arguments)
    return 1
