"""Schedules: rows with the time they are next due, claimed by a conditional UPDATE so that each occasion runs once."""

from datetime import datetime

from sqlalchemy import select, update

from bezant import clock
from bezant.auth.context import SYSTEM, acting_as
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.jobs.model import Schedule
from bezant.jobs.queue import enqueue
from bezant.jobs.tables import ScheduleRow
from bezant.platform import platform


def tick() -> int:
    """Enqueues the jobs of every schedule that is due; gives how many. Late ones run once, not once per missed occasion."""
    rows = {row.name: row for row in session.scalars(select(ScheduleRow))}
    fired = 0
    for schedule in platform().schedules.values():
        row = rows.get(schedule.name)
        if row is None:
            _remember(schedule)
        elif row.next_run_at <= _now(schedule):
            fired += _fire(schedule, row.next_run_at)
    return fired


def _now(schedule: Schedule) -> datetime:
    return clock.now() if schedule.business else clock.system()


def _remember(schedule: Schedule) -> None:
    with unit_of_work():
        if session.get(ScheduleRow, schedule.name) is None:
            session.add(ScheduleRow(name=schedule.name, next_run_at=_now(schedule) + schedule.every))


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
