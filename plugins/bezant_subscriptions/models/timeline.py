"""Subscriptions and the facts that were said of them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from bezant.sdk.db import Currency, ExactDecimal, Json, Model, Scope, UTCDateTime, Versioned, append_only, primary_key


class Subscription(Versioned, Model):
    """One subscription. Plan, quantity, end and pause are derived from its facts, and kept here for lists only; days are the account's.

    ``takes_account_usage``: usage events that name the account and no subscription are this one's; one at a time has them.
    """

    __tablename__ = "subscriptions_subscriptions"
    __scope__ = Scope(account="account_id")
    __table_args__ = (
        Index(
            "uq_subscriptions_subscriptions_open_external_id",
            "external_id",
            unique=True,
            sqlite_where=text("ends_at IS NULL"),
            postgresql_where=text("ends_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = primary_key()
    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("accounts_accounts.id"), index=True)
    external_id: Mapped[str | None] = mapped_column(String(255), index=True)
    currency: Mapped[str] = mapped_column(Currency)
    plan_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    plan_version_id: Mapped[UUID] = mapped_column(Uuid)
    plan_code: Mapped[str] = mapped_column(String(80))
    quantity: Mapped[Decimal] = mapped_column(ExactDecimal)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    started_on: Mapped[date]
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ends_on: Mapped[date | None]
    paused_from: Mapped[datetime | None] = mapped_column(UTCDateTime)
    takes_account_usage: Mapped[bool] = mapped_column(default=False)
    last_seq: Mapped[int] = mapped_column(default=0)


class FactRow(Model):
    """One fact. Append-only: what turns out wrong is withdrawn by another fact."""

    __tablename__ = "subscriptions_facts"
    __scope__ = Scope(through=("subscription_id",))
    __table_args__ = (
        UniqueConstraint("subscription_id", "seq"),
        UniqueConstraint("subscription_id", "key"),
        {"info": append_only()},
    )

    id: Mapped[UUID] = primary_key()
    subscription_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("subscriptions_subscriptions.id"))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(24))
    effective_at: Mapped[datetime] = mapped_column(UTCDateTime)
    local_day: Mapped[date]
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    key: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdraws: Mapped[int | None]


class TrialUsed(Model):
    """That an account has had the trial of an external subscription id; there is none a second time."""

    __tablename__ = "subscriptions_trials_used"
    __scope__ = Scope(account="account_id")
    __table_args__ = (UniqueConstraint("account_id", "external_id"), {"info": append_only()})

    id: Mapped[UUID] = primary_key()
    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("accounts_accounts.id"))
    external_id: Mapped[str] = mapped_column(String(255))
    subscription_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("subscriptions_subscriptions.id"))
