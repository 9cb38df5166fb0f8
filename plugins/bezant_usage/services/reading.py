"""Reading events and what was refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select

from bezant.sdk.db import in_scope, session
from bezant.sdk.services import query
from bezant.sdk.values import NotFound
from bezant_usage.contracts import StoredEvent
from bezant_usage.models import UsageBatch, UsageEvent, UsageRejection

_EVENT = UsageEvent.__table__
_REPLACING = _EVENT.alias("replacing")


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event with its history: where it came from, what it corrects, and what corrected it (event ids and transaction ids)."""

    event: StoredEvent
    origin: str
    deleted: bool
    replaces: tuple[int, str] | None
    replaced_by: tuple[int, str] | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An event that was not taken, when and why."""

    received_at: datetime
    status: str
    code: str
    reason: str


@query("usage.event.view")
def get_event(event_id: int) -> EventRecord:
    """One event by its id. Raises ``NotFound``."""
    return _one(_EVENT.c.id == event_id, f"There is no usage event {event_id}.")


@query("usage.event.view")
def find_event(transaction_id: str, source: str | None = None) -> EventRecord:
    """One event by its transaction id, the newest where several sources used it and none is named. Raises ``NotFound``."""
    condition = _EVENT.c.transaction_id == transaction_id
    condition = condition if source is None else condition & (_EVENT.c.source == source)
    return _one(condition, f"No usage event {transaction_id!r} was accepted.")


@query("usage.event.view")
def refusals(transaction_id: str, source: str | None = None) -> list[Refusal]:
    """How often and why an event was refused, newest first; only for whoever sees everything, as nobody knows whose it is."""
    named = select(UsageRejection).where(UsageRejection.transaction_id == transaction_id, in_scope(UsageRejection))
    statement = named.order_by(UsageRejection.received_at.desc())
    if source is not None:
        statement = statement.where(UsageRejection.source == source)
    return [Refusal(row.received_at, row.status, row.code, row.reason) for row in session.scalars(statement.limit(20))]


def replaced() -> ColumnElement[bool]:
    """Whether another event replaced this one."""
    return exists(select(_REPLACING.c.id).where(_REPLACING.c.replaces_id == _EVENT.c.id))


def _one(condition: ColumnElement[bool], missing: str) -> EventRecord:
    row = session.execute(_statement().where(condition, in_scope(_EVENT)).order_by(_EVENT.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        raise NotFound(missing)
    return _record(row)


def _statement() -> Select[Any]:
    by, target = _EVENT.alias("by"), _EVENT.alias("target")
    return (
        select(
            _EVENT,
            UsageBatch.received_at,
            UsageBatch.origin,
            by.c.id.label("by_id"),
            by.c.transaction_id.label("by_name"),
            target.c.transaction_id.label("target_name"),
        )
        .outerjoin(UsageBatch, UsageBatch.id == _EVENT.c.batch_id)
        .outerjoin(by, by.c.replaces_id == _EVENT.c.id)
        .outerjoin(target, target.c.id == _EVENT.c.replaces_id)
    )


def _record(row: Any) -> EventRecord:
    live = not row.deleted and row.by_id is None
    plain = ("id", "source", "transaction_id", "type", "at", "account_id", "subscription_id", "properties", "received_at")
    event = StoredEvent(**{name: getattr(row, name) for name in plain}, live=live)
    return EventRecord(
        event,
        row.origin or "",
        row.deleted,
        (row.replaces_id, row.target_name) if row.replaces_id is not None else None,
        (row.by_id, row.by_name) if row.by_id is not None else None,
    )
