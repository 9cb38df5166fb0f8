"""Delivering events to handlers.

Each handler has a cursor. A batch of up to 500 events is handled in one unit of work that also moves the cursor, so that its
effects and the fact that they happened are committed together. Where a batch fails, its events are tried one by one; those that
fail again wait beside the cursor, are retried with growing pauses, and end as dead letters that block only later events of
their own aggregate.

On PostgreSQL a transaction may commit after one that began later. Events are therefore read in order of (transaction,
position), and only up to the oldest transaction still running in this database, so that the cursor never passes one that is yet to
appear. (``pg_snapshot_xmin`` would do as well, but it also waits for transactions of the other databases of the server.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import Select, func, select, text, tuple_

from bezant import clock
from bezant.auth.context import SYSTEM, acting_as
from bezant.db.model import session
from bezant.db.scope import find
from bezant.db.unit_of_work import unit_of_work
from bezant.errors import NotFound
from bezant.events import DomainEvent, EventHandler, from_payload
from bezant.ids import new_id
from bezant.jobs import engine
from bezant.outbox.tables import DEAD, WAITING, CursorRow, EventRow, FailureRow
from bezant.platform import platform

BATCH = 500
TRIES = 8
FIRST_PAUSE = timedelta(seconds=5)

_log = structlog.get_logger(__name__)
_Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to a handler."""

    xact: int
    position: int
    aggregate_id: UUID
    event: DomainEvent


def sync_cursors() -> None:
    """Gives handlers that are new here a cursor at the end of the log: a plugin enabled today does not relive the past."""
    with unit_of_work():
        known = set(session.scalars(select(CursorRow.handler)))
        new = platform().handlers.keys() - known
        if new:
            xact, position = _end_of_log()
            session.add_all(CursorRow(handler=name, xact=xact, position=position) for name in sorted(new))


def deliver_all() -> int:
    """Delivers what is there to every handler, and retries what is due; gives the number of events handled."""
    return sum(_deliver(handler) + _retry_due(handler) for handler in platform().handlers.values())


def is_behind() -> bool:
    """Whether a handler has yet to be told of an event, or another process is just telling it."""
    newest = session.execute(_newest()).first()
    cursors = session.execute(select(CursorRow.xact, CursorRow.position).where(CursorRow.handler.in_(platform().handlers)))
    return newest is not None and any(tuple(cursor) < tuple(newest) for cursor in cursors)


def undelivered() -> int:
    """How many deliveries failed and wait, or were given up."""
    return session.scalar(select(func.count()).select_from(FailureRow)) or 0


def redrive(failure_id: UUID) -> None:
    """Lets a dead letter be tried again at once."""
    with unit_of_work():
        row = find(FailureRow, failure_id)
        if row is None:
            raise NotFound(f"There is no failed delivery {failure_id}.")
        row.state, row.attempts, row.next_attempt_at = WAITING, 0, clock.system()
    engine.wake_events()


def _deliver(handler: EventHandler) -> int:
    handled = 0
    while True:
        try:
            count, more = _deliver_batch(handler, BATCH)
        except Exception as error:
            _log.warning("event batch failed; trying one by one", handler=handler.name, exc_info=error)
            count, more = _one_by_one(handler)
        handled += count
        if not more:
            return handled


def _deliver_batch(handler: EventHandler, size: int) -> tuple[int, bool]:
    """Handles up to ``size`` events; gives how many, and whether there may be more."""
    with acting_as(SYSTEM), unit_of_work():
        cursor = _lock(handler)
        if cursor is None:
            return 0, False
        end = _end_of_log()
        batch = _read(handler, (cursor.xact, cursor.position), end, size)
        _handle(handler, batch)
        full = len(batch) == size
        cursor.xact, cursor.position = (batch[-1].xact, batch[-1].position) if full else max(end, (cursor.xact, cursor.position))
        return len(batch), full


def _one_by_one(handler: EventHandler) -> tuple[int, bool]:
    for done in range(BATCH):
        try:
            count, more = _deliver_batch(handler, 1)
        except Exception as error:
            _set_aside(handler, error)
            count, more = 1, True
        if not more:
            return done + count, False
    return BATCH, True


def _handle(handler: EventHandler, batch: Sequence[Delivery]) -> None:
    blocked = set(session.scalars(select(FailureRow.aggregate_id).where(FailureRow.handler == handler.name)))
    ready = [d.event for d in batch if d.aggregate_id not in blocked]
    session.add_all(_failure(handler, d, "waits behind an earlier event of the same aggregate") for d in batch if d.aggregate_id in blocked)
    if ready:
        handler.handle(ready)


def _set_aside(handler: EventHandler, error: Exception) -> None:
    """Notes the event at the cursor as failed and moves past it."""
    with unit_of_work():
        cursor = _lock(handler)
        batch = _read(handler, (cursor.xact, cursor.position), _end_of_log(), 1) if cursor else []
        if cursor and batch:
            failure = _failure(handler, batch[0], f"{type(error).__name__}: {error}")
            failure.attempts, failure.next_attempt_at = 1, clock.system() + FIRST_PAUSE
            session.add(failure)
            cursor.xact, cursor.position = batch[0].xact, batch[0].position


def _retry_due(handler: EventHandler) -> int:
    """Tries events that were set aside, oldest of each aggregate first."""
    due = session.execute(
        select(FailureRow.id, FailureRow.aggregate_id, FailureRow.state, FailureRow.next_attempt_at)
        .where(FailureRow.handler == handler.name)
        .order_by(FailureRow.position)
    ).all()
    seen: set[UUID] = set()
    handled = 0
    for failure_id, aggregate_id, state, next_attempt_at in due:
        first = aggregate_id not in seen
        seen.add(aggregate_id)
        if first and state == WAITING and next_attempt_at <= clock.system():
            handled += _retry(handler, failure_id)
    return handled


def _retry(handler: EventHandler, failure_id: UUID) -> int:
    try:
        with acting_as(SYSTEM), unit_of_work():
            row = session.scalar(select(FailureRow).where(FailureRow.id == failure_id).with_for_update(skip_locked=True))
            if row is None:
                return 0
            event = session.scalars(select(EventRow).where(EventRow.position == row.position)).one()
            handler.handle([_read_event(handler, event)])
            session.delete(row)
        return 1
    except Exception as error:
        _postpone(failure_id, error)
        return 0


def _postpone(failure_id: UUID, error: Exception) -> None:
    with unit_of_work():
        row = session.get(FailureRow, failure_id)
        if row is not None:
            row.attempts += 1
            row.state = DEAD if row.attempts >= TRIES else WAITING
            row.next_attempt_at = clock.system() + FIRST_PAUSE * 4 ** min(row.attempts - 1, 8)
            row.error = f"{type(error).__name__}: {error}"


def _lock(handler: EventHandler) -> CursorRow | None:
    return session.scalar(select(CursorRow).where(CursorRow.handler == handler.name).with_for_update(skip_locked=True))


def _end_of_log() -> _Position:
    """The last event that no transaction still running can come before."""
    newest = _newest()
    if session.get_bind().dialect.name == "postgresql":
        newest = newest.where(EventRow.xact < session.execute(text(_OLDEST_RUNNING)).scalar_one())
    row = session.execute(newest).first()
    return (row.xact, row.position) if row else (0, 0)


def _newest() -> Select[tuple[int, int]]:
    return select(EventRow.xact, EventRow.position).order_by(EventRow.xact.desc(), EventRow.position.desc()).limit(1)


_OLDEST_RUNNING = """
WITH snapshot AS (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next_xact),
running AS (
    SELECT l.transactionid::text::bigint AS xid
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'transactionid' AND l.granted AND l.mode = 'ExclusiveLock'
      AND a.datname = current_database() AND l.pid <> pg_backend_pid()
)
SELECT COALESCE(MIN(CASE WHEN full_xid > next_xact THEN full_xid - 4294967296 ELSE full_xid END), MIN(next_xact))
FROM snapshot LEFT JOIN LATERAL (SELECT (next_xact / 4294967296) * 4294967296 + xid AS full_xid FROM running) r ON true
"""
"""The oldest writing transaction of this database but our own, else the next to come, as a 64-bit number (locks show 32 bits).

It has to be asked in a statement before the events are read: what runs no longer is visible to the statement after.
"""


def _read(handler: EventHandler, after: _Position, until: _Position, size: int) -> list[Delivery]:
    order = tuple_(EventRow.xact, EventRow.position)
    rows = session.scalars(
        select(EventRow)
        .where(order > after, order <= until, EventRow.type.in_([t.type for t in handler.types]))
        .order_by(EventRow.xact, EventRow.position)
        .limit(size)
    )
    return [Delivery(row.xact, row.position, row.aggregate_id, _read_event(handler, row)) for row in rows]


def _read_event(handler: EventHandler, row: EventRow) -> DomainEvent:
    kind = next(t for t in handler.types if t.type == row.type)
    return from_payload(kind, row.payload)


def _failure(handler: EventHandler, delivery: Delivery, error: str) -> FailureRow:
    return FailureRow(
        id=new_id(),
        handler=handler.name,
        position=delivery.position,
        aggregate_id=delivery.aggregate_id,
        next_attempt_at=clock.system(),
        error=error,
    )
