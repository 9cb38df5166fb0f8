"""Tables of the outbox."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from bezant.db.model import Model
from bezant.db.scope import Withheld
from bezant.db.triggers import append_only
from bezant.db.types import Json, UTCDateTime, primary_key, this_transaction

_Position = BigInteger().with_variant(Integer(), "sqlite")


class EventRow(Model):
    """A domain event, posted at an instant of business time.

    ``(xact, position)`` is an order in which no event appears behind one already read (see delivery).
    """

    __tablename__ = "core_events"
    __scope__ = Withheld("what happened in all of the deployment")
    __table_args__ = (Index("ix_core_events_order", "xact", "position"), {"info": append_only(), "sqlite_autoincrement": True})

    position: Mapped[int] = mapped_column(_Position, primary_key=True, autoincrement=True)
    xact: Mapped[int] = mapped_column(BigInteger, server_default=this_transaction())
    id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    type: Mapped[str] = mapped_column(String(100))
    version: Mapped[int]
    aggregate_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    posted_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CursorRow(Model):
    """How far a handler has read. Its row lock makes one deliverer at a time."""

    __tablename__ = "core_event_cursors"
    __scope__ = Withheld("how far each plugin has read, over everything")

    handler: Mapped[str] = mapped_column(String(200), primary_key=True)
    xact: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(BigInteger)


WAITING, DEAD = "waiting", "dead"
"""States of an event that a handler could not take: to be tried again, or given up until somebody re-drives it."""


class FailureRow(Model):
    """An event that a handler failed on, or that waits behind one of the same aggregate. It blocks only its aggregate."""

    __tablename__ = "core_event_failures"
    __scope__ = Withheld("what happened in all of the deployment")
    __table_args__ = (Index("uq_core_event_failures", "handler", "position", unique=True),)

    id: Mapped[UUID] = primary_key()
    handler: Mapped[str] = mapped_column(String(200))
    position: Mapped[int] = mapped_column(BigInteger)
    aggregate_id: Mapped[UUID] = mapped_column(Uuid)
    state: Mapped[str] = mapped_column(String(16), default=WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(UTCDateTime)
    error: Mapped[str] = mapped_column(Text, default="")
