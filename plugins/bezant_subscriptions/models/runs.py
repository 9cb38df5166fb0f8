"""How far billing has come: marks, runs, parked accounts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from bezant.sdk.db import Json, Model, Scope, UTCDateTime, primary_key


class BillingMark(Model):
    """How far one subscription is settled, and the lock under which it is billed; its days mean what ``domain.settlement.Mark`` says.

    ``usage_billed_to`` is the instant up to which its usage is billed, ``usage_from`` the earliest usage that came in later.
    """

    __tablename__ = "subscriptions_billing_marks"
    __scope__ = Scope(account="account_id")
    __table_args__ = (Index("ix_subscriptions_billing_marks_due", "next_due_on", "account_id"),)

    subscription_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("subscriptions_subscriptions.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("accounts_accounts.id"), index=True)
    look_from: Mapped[date]
    next_due_on: Mapped[date | None]
    next_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    billed_through: Mapped[date | None]
    dirty_from: Mapped[date | None]
    usage_from: Mapped[datetime | None] = mapped_column(UTCDateTime)
    usage_billed_to: Mapped[datetime | None] = mapped_column(UTCDateTime)
    hold: Mapped[bool] = mapped_column(default=False)


class BillingRun(Model):
    """One run with its progress and figures. ``amounts``: currency → {invoiced, credited} in minor units.

    Its times are business time but for ``alive_at``, by which a run that has fallen silent is known.
    """

    __tablename__ = "subscriptions_billing_runs"
    __scope__ = Scope(actor="started_by")

    id: Mapped[UUID] = primary_key()
    state: Mapped[str] = mapped_column(String(12), index=True)
    trigger: Mapped[str] = mapped_column(String(12))
    through: Mapped[date]
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    catch_up: Mapped[str] = mapped_column(String(12))
    account_ids: Mapped[list[str] | None] = mapped_column(Json)
    started_by: Mapped[UUID | None] = mapped_column(Uuid)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    alive_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    invoices: Mapped[int] = mapped_column(default=0)
    credit_notes: Mapped[int] = mapped_column(default=0)
    lines: Mapped[int] = mapped_column(default=0)
    parked: Mapped[int] = mapped_column(default=0)
    amounts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    billing_date: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(500), default="")


class ParkedAccount(Model):
    """An account that could not be billed: why, and what would mend it. It is tried again by every run."""

    __tablename__ = "subscriptions_parked_accounts"
    __scope__ = Scope(account="account_id")

    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("accounts_accounts.id"), primary_key=True)
    subscription_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("subscriptions_subscriptions.id"))
    run_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("subscriptions_billing_runs.id"))
    billing_date: Mapped[date]
    code: Mapped[str] = mapped_column(String(80))
    explanation: Mapped[str] = mapped_column(String(2000))
    remedy: Mapped[str] = mapped_column(String(2000))
    since: Mapped[datetime] = mapped_column(UTCDateTime)
