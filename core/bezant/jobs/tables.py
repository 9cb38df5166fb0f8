"""Tables of background work."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from bezant.db.model import Model
from bezant.db.scope import Scope, Withheld
from bezant.db.types import Json, UTCDateTime, primary_key

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
"""States of a job."""

_ACTIVE = text("state IN ('queued', 'running')")


class JobRow(Model):
    """One piece of background work. ``attempts`` fences: a runner whose lease was taken over cannot write its outcome."""

    __tablename__ = "core_jobs"
    __scope__ = Scope(actor="requested_by_id")
    __table_args__ = (
        Index("ix_core_jobs_due", "state", "run_at"),
        Index("uq_core_jobs_unique_key", "name", "unique_key", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
    )

    id: Mapped[UUID] = primary_key()
    name: Mapped[str] = mapped_column(String(100))
    arguments: Mapped[dict[str, Any]] = mapped_column(Json)
    unique_key: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16), default=QUEUED)
    run_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(String(300), default="")
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    error: Mapped[str] = mapped_column(Text, default="")
    requested_by: Mapped[str] = mapped_column(String(100), default="")
    requested_by_id: Mapped[UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ScheduleRow(Model):
    """When a schedule is next due. Claiming it is one conditional UPDATE in the transaction that enqueues its job."""

    __tablename__ = "core_schedules"
    __scope__ = Withheld("runs for all of the deployment")

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    next_run_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_run_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
