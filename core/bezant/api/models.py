"""The table of idempotency keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bezant.db.model import Model
from bezant.db.scope import Withheld
from bezant.db.types import Json, UTCDateTime, primary_key

RUNNING = "running"
DONE = "done"


class IdempotencyKey(Model):
    """One key of one credential on one route: what was asked, and the final answer once there is one.

    ``leased_until`` guards a running request; when it is over, the repeat may finish the operation.
    """

    __tablename__ = "core_idempotency_keys"
    __scope__ = Withheld("looked up by the credential that used the key")
    __table_args__ = (
        UniqueConstraint("credential", "route", "key"),
        Index("ix_core_idempotency_keys_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = primary_key()
    credential: Mapped[str] = mapped_column(String(80))
    route: Mapped[str] = mapped_column(String(300))
    key: Mapped[str] = mapped_column(String(255))
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    state: Mapped[str] = mapped_column(String(10))
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None] = mapped_column(Json)
    body: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    leased_until: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
