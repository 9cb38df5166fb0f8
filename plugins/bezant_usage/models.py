"""Tables of usage. Events are append-only: a correction is a new row that names the one it replaces."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from bezant.sdk.db import Json, Model, Scope, UTCDateTime, Withheld, append_only, primary_key

_EventId = BigInteger().with_variant(Integer(), "sqlite")
_REPLACES = text("replaces_id IS NOT NULL")


class UsageBatch(Model):
    """One request or file that brought events. ``origin`` is ``api``, ``file`` or what the caller names itself."""

    __tablename__ = "usage_batches"
    __scope__ = Withheld("one batch brings events of many accounts")
    __table_args__ = ({"info": append_only()},)

    id: Mapped[UUID] = primary_key()
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    origin: Mapped[str] = mapped_column(String(100))
    accepted: Mapped[int]
    duplicates: Mapped[int]
    conflicts: Mapped[int]
    rejected: Mapped[int]


class UsageEvent(Model):
    """One event. ``id`` grows with arrival; ``(source, transaction_id)`` is its name for ever.

    ``content_hash`` tells a repeat from a conflict. ``replaces_id`` is the event that this one corrects, or takes out when
    ``deleted``; each event is replaced at most once, so that corrections form a chain. ``batch_id`` has no foreign key because
    the batch is written last, when its counts are known.
    """

    __tablename__ = "usage_events"
    __scope__ = Scope(account="account_id")
    __table_args__ = (
        UniqueConstraint("transaction_id", "source"),  # in this order, so that a transaction id alone finds its event, too
        Index("ix_usage_events_measured", "account_id", "type", "at"),
        Index("uq_usage_events_replaces_id", "replaces_id", unique=True, sqlite_where=_REPLACES, postgresql_where=_REPLACES),
        {"info": append_only(), "sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_EventId, primary_key=True, autoincrement=True)
    source: Mapped[str] = mapped_column(String(100))
    transaction_id: Mapped[str] = mapped_column(String(255))
    type: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_accounts.id"))
    subscription_id: Mapped[UUID | None] = mapped_column(Uuid)
    properties: Mapped[dict[str, str]] = mapped_column(Json)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(16))
    replaces_id: Mapped[int | None] = mapped_column(_EventId)
    deleted: Mapped[bool] = mapped_column(default=False)
    batch_id: Mapped[UUID] = mapped_column(Uuid)


class UsageRejection(Model):
    """An event that was refused, so that "why was this not billed" has an answer. Only what is needed for that is kept."""

    __tablename__ = "usage_rejections"
    __scope__ = Withheld("what was refused is of no account that is known")
    __table_args__ = (
        Index("ix_usage_rejections_transaction_id", "transaction_id"),
        {"info": append_only()},
    )

    id: Mapped[UUID] = primary_key()
    batch_id: Mapped[UUID] = mapped_column(Uuid)
    source: Mapped[str] = mapped_column(String(100))
    transaction_id: Mapped[str] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(50))
    reason: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
