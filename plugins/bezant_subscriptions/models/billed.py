"""What was billed, in the terms of reconciliation. Rows are closed when a credit note or a void takes them back, never changed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import DDL, BigInteger, CheckConstraint, ForeignKey, Index, String, Uuid, event, text
from sqlalchemy.orm import Mapped, mapped_column

from bezant.sdk.db import ExactDecimal, Model, Scope, UTCDateTime, frozen, minor, primary_key, protect, trigger

OPEN = text("closed_by IS NULL")


def _closable() -> dict[str, Any]:
    """Nothing but the closing of a row may ever change."""
    return frozen(when="1 = 1", except_=("closed_by",))


def _one_open(name: str, *columns: str) -> Index:
    return Index(name, *columns, unique=True, sqlite_where=OPEN, postgresql_where=OPEN)


_OVERLAP = "subscriptions_coverage: these days of this charge are covered already"


class Coverage(Model):
    """Days of a charge that a line pays for. ``lane`` is one number for (subscription, charge, layer), so that both databases can
    refuse two open rows that overlap; ``amount_minor`` is the part of what is left on the line that this row stands for."""

    __tablename__ = "subscriptions_coverage"
    __scope__ = Scope(through=("subscription_id",))
    __table_args__ = (
        CheckConstraint("from_day < to_day", name="span"),
        Index("ix_subscriptions_coverage_open", "subscription_id", "to_day", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_subscriptions_coverage_lane", "lane", "to_day", sqlite_where=OPEN, postgresql_where=OPEN),
        {
            "info": protect(
                _closable(),
                trigger(
                    "overlap",
                    sqlite="BEFORE INSERT ON subscriptions_coverage WHEN NEW.closed_by IS NULL AND EXISTS ("
                    "SELECT 1 FROM subscriptions_coverage c WHERE c.lane = NEW.lane AND c.closed_by IS NULL"
                    " AND c.to_day > NEW.from_day AND c.from_day < NEW.to_day)"
                    f" BEGIN SELECT RAISE(ABORT, '{_OVERLAP}'); END",
                ),
            )
        },
    )

    id: Mapped[UUID] = primary_key()
    subscription_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("subscriptions_subscriptions.id"))
    lane: Mapped[int] = mapped_column(BigInteger)
    charge_key: Mapped[str] = mapped_column(String(170))
    layer: Mapped[str] = mapped_column(String(40))
    price_key: Mapped[str] = mapped_column(String(80))
    from_day: Mapped[date]
    to_day: Mapped[date]
    line_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    invoice_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    line_from: Mapped[date]
    line_to: Mapped[date]
    line_amount_minor: Mapped[int] = minor()
    amount_minor: Mapped[int] = minor()
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)


EXCLUDE_OVERLAPS = (
    "ALTER TABLE subscriptions_coverage ADD CONSTRAINT ex_subscriptions_coverage_overlap EXCLUDE USING gist ("
    "int8range(lane, lane, '[]') WITH &&, daterange(from_day, to_day) WITH &&) WHERE (closed_by IS NULL)"
)
"""PostgreSQL's own guard against covering a day twice; ranges of one number need no extension. The first migration adds it, too."""
event.listen(Coverage.__table__, "after_create", DDL(EXCLUDE_OVERLAPS).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]


class UsageBilled(Model):
    """A window of a metered charge that was billed; without a line where it came to nothing. ``part`` counts later differences."""

    __tablename__ = "subscriptions_usage_billed"
    __scope__ = Scope(through=("subscription_id",))
    __table_args__ = (
        _one_open("uq_subscriptions_usage_billed_open", "subscription_id", "charge_key", "group_key", "from_at", "part"),
        Index("ix_subscriptions_usage_billed_to", "subscription_id", "to_day"),
        {"info": _closable()},
    )

    id: Mapped[UUID] = primary_key()
    subscription_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("subscriptions_subscriptions.id"))
    charge_key: Mapped[str] = mapped_column(String(170))
    group_key: Mapped[str] = mapped_column(String(200))
    price_key: Mapped[str] = mapped_column(String(80))
    from_at: Mapped[datetime] = mapped_column(UTCDateTime)
    to_at: Mapped[datetime] = mapped_column(UTCDateTime)
    from_day: Mapped[date]
    to_day: Mapped[date]
    part: Mapped[int] = mapped_column(default=0)
    units: Mapped[Decimal] = mapped_column(ExactDecimal)
    high_water: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    amount_minor: Mapped[int] = minor()
    line_id: Mapped[UUID | None] = mapped_column(Uuid)
    invoice_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)


class OneTimeBilled(Model):
    """That a one-time charge of a plan taken on a day was billed."""

    __tablename__ = "subscriptions_one_time_billed"
    __scope__ = Scope(through=("subscription_id",))
    __table_args__ = (
        _one_open("uq_subscriptions_one_time_billed_open", "subscription_id", "charge_key", "day"),
        {"info": _closable()},
    )

    id: Mapped[UUID] = primary_key()
    subscription_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("subscriptions_subscriptions.id"))
    charge_key: Mapped[str] = mapped_column(String(170))
    day: Mapped[date]
    line_id: Mapped[UUID] = mapped_column(Uuid)
    invoice_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)


class CommitmentPeriod(Model):
    """A period whose minimum was compared with what it came to; without a line where nothing was missing. ``part`` counts later
    comparisons, whose ``trued_up_minor`` is the difference: below zero where something was given back."""

    __tablename__ = "subscriptions_commitment_periods"
    __scope__ = Scope(through=("subscription_id",))
    __table_args__ = (
        _one_open("uq_subscriptions_commitment_periods_open", "subscription_id", "charge_key", "from_day", "part"),
        Index("ix_subscriptions_commitment_periods_to", "subscription_id", "to_day"),
        {"info": _closable()},
    )

    id: Mapped[UUID] = primary_key()
    subscription_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("subscriptions_subscriptions.id"))
    charge_key: Mapped[str] = mapped_column(String(170))
    from_day: Mapped[date]
    to_day: Mapped[date]
    part: Mapped[int] = mapped_column(default=0)
    minimum_minor: Mapped[int] = minor()
    counted_minor: Mapped[int] = minor()
    trued_up_minor: Mapped[int] = minor()
    line_id: Mapped[UUID | None] = mapped_column(Uuid)
    invoice_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)
