"""Tables of payments."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column

from bezant.sdk.db import (
    Currency,
    Json,
    Model,
    Scope,
    UTCDateTime,
    Versioned,
    Withheld,
    append_only,
    frozen,
    minor,
    primary_key,
    protect,
    trigger,
)

ALWAYS = "1 = 1"
PERSONAL = {"personal": True}
"""Marks columns of personal data."""

_KEEPS_SUCCESS = "payments_transactions: a success is taken back by a person only, with corrected_at"
_keeps_success = trigger(
    "success",
    sqlite=(
        "BEFORE UPDATE ON payments_transactions WHEN OLD.state = 'succeeded' AND NEW.state <> 'succeeded' AND NEW.corrected_at IS NULL "
        f"BEGIN SELECT RAISE(ABORT, '{_KEEPS_SUCCESS}'); END"
    ),
    postgresql=(
        "BEFORE UPDATE ON payments_transactions FOR EACH ROW "
        "WHEN (OLD.state = 'succeeded' AND NEW.state <> 'succeeded' AND NEW.corrected_at IS NULL) EXECUTE FUNCTION {function}()"
    ),
    function=f"BEGIN RAISE EXCEPTION '{_KEEPS_SUCCESS}' USING ERRCODE = 'integrity_constraint_violation'; END",
)


class Method(Versioned, Model):
    """A payment method: a gateway's token. At most one default per account."""

    __tablename__ = "payments_methods"
    __scope__ = Scope(account="account_id")

    id: Mapped[UUID] = primary_key()
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_accounts.id"), index=True)
    gateway: Mapped[str] = mapped_column(String(60))
    token: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(120), info=PERSONAL)
    last4: Mapped[str] = mapped_column(String(4), info=PERSONAL)
    expires_on: Mapped[date | None] = mapped_column(info=PERSONAL)
    is_default: Mapped[bool]
    archived: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        Index(
            "uq_payments_methods_default",
            "account_id",
            unique=True,
            sqlite_where=text("is_default AND NOT archived"),
            postgresql_where=text("is_default AND NOT archived"),
        ),
        Index("uq_payments_methods_token", "account_id", "gateway", "token", unique=True),
    )


class Payment(Model):
    """A payment. Its state and sums follow from its transactions."""

    __tablename__ = "payments_payments"
    __scope__ = Scope(legal_entity="legal_entity_id", account="account_id")

    id: Mapped[UUID] = primary_key()
    number: Mapped[str] = mapped_column(String(60), unique=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_accounts.id"))
    legal_entity_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_legal_entities.id"))
    currency: Mapped[str] = mapped_column(Currency)
    gateway: Mapped[str] = mapped_column(String(60))
    method_id: Mapped[UUID | None] = mapped_column(ForeignKey(Method.id))
    origin: Mapped[str] = mapped_column(String(20))
    description: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(String(20))
    amount_minor: Mapped[int] = minor()
    captured_minor: Mapped[int] = minor()
    refunded_minor: Mapped[int] = minor()

    __table_args__ = (
        Index("ix_payments_payments_account", "account_id", "created_at"),
        Index("ix_payments_payments_created", "created_at", "id"),
        Index("ix_payments_payments_state", "state", "created_at"),
        Index("ix_payments_payments_amount", "amount_minor"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("refunded_minor BETWEEN 0 AND captured_minor", name="refunded"),
        {"info": frozen(when=ALWAYS, except_=("state", "method_id", "gateway", "amount_minor", "captured_minor", "refunded_minor"))},
    )


Index(
    "ix_payments_payments_number_lower",
    func.lower(Payment.__table__.c.number).label("number_lower"),
    postgresql_ops={"number_lower": "text_pattern_ops"},
)


class Transaction(Model):
    """One attempt at a gateway. What was asked never changes; how it stands does, and every answer is kept in ``OutcomeRow``.

    ``parent_id`` is the transaction that a refund gives back; ``credit_item_id`` the ledger's item of the money, known beforehand.
    ``live_key`` is the caller's key as long as it is taken. ``leased_until`` (system time) keeps a call in progress from
    being reconciled; ``value_on`` is the day of money that came in by itself.
    """

    __tablename__ = "payments_transactions"
    __scope__ = Scope(through=("payment_id",))

    id: Mapped[UUID] = primary_key()
    payment_id: Mapped[UUID] = mapped_column(ForeignKey(Payment.id))
    operation: Mapped[str] = mapped_column(String(20))
    asked_minor: Mapped[int] = minor()
    currency: Mapped[str] = mapped_column(Currency)
    key: Mapped[str] = mapped_column(String(255), index=True)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments_transactions.id"))
    credit_item_id: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(String(300))
    value_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    live_key: Mapped[str | None] = mapped_column(String(255), unique=True)
    state: Mapped[str] = mapped_column(String(20))
    processed_minor: Mapped[int | None] = minor()
    processed_currency: Mapped[str | None] = mapped_column(Currency)
    gateway_reference: Mapped[str] = mapped_column(String(255), default="")
    reason_code: Mapped[str] = mapped_column(String(100), default="")
    message: Mapped[str] = mapped_column(String(300), default="")
    hard: Mapped[bool] = mapped_column(default=False)
    next_action: Mapped[dict[str, Any] | None] = mapped_column(Json)
    entry_id: Mapped[UUID | None] = mapped_column(Uuid)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    next_check_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    checks: Mapped[int] = mapped_column(default=0)
    flagged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    corrected_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        Index("ix_payments_transactions_payment", "payment_id"),
        Index("ix_payments_transactions_reference", "gateway_reference"),
        Index("ix_payments_transactions_flagged", "flagged_at"),
        Index("ix_payments_transactions_state", "state", "leased_until"),
        CheckConstraint("asked_minor > 0", name="asked"),
        CheckConstraint("(state IN ('succeeded', 'held')) = (processed_minor IS NOT NULL)", name="processed"),
        {
            "info": protect(
                frozen(
                    when=ALWAYS,
                    except_=(
                        "live_key",
                        "state",
                        "processed_minor",
                        "processed_currency",
                        "gateway_reference",
                        "reason_code",
                        "message",
                        "hard",
                        "next_action",
                        "entry_id",
                        "settled_at",
                        "leased_until",
                        "next_check_at",
                        "checks",
                        "flagged_at",
                        "corrected_at",
                    ),
                ),
                _keeps_success,
            )
        },
    )


class OutcomeRow(Model):
    """An answer that changed a transaction, as it came. ``source``: call, lookup, webhook, receipt or person."""

    __tablename__ = "payments_outcomes"
    __scope__ = Scope(through=("transaction_id",))

    id: Mapped[UUID] = primary_key()
    transaction_id: Mapped[UUID] = mapped_column(ForeignKey(Transaction.id), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    source: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    processed_minor: Mapped[int | None] = minor()
    processed_currency: Mapped[str | None] = mapped_column(Currency)
    gateway_reference: Mapped[str] = mapped_column(String(255))
    reason_code: Mapped[str] = mapped_column(String(100))
    message: Mapped[str] = mapped_column(String(300))

    __table_args__ = ({"info": append_only()},)


class Target(Model):
    """An open item that a payment is for. ``live_item_id`` is the item as long as the attempt is not final, so that no second one is
    made for it."""

    __tablename__ = "payments_targets"
    __scope__ = Scope(through=("payment_id",))

    payment_id: Mapped[UUID] = mapped_column(ForeignKey(Payment.id), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    asked_minor: Mapped[int] = minor()
    live_item_id: Mapped[UUID | None] = mapped_column(Uuid, unique=True)

    __table_args__ = ({"info": frozen(when=ALWAYS, except_=("live_item_id", "asked_minor"))},)


class Collection(Model):
    """An open item's automatic collection. ``state``: planned, attempted (an attempt is not final), done, failed or stopped."""

    __tablename__ = "payments_collections"
    __scope__ = Scope(account="account_id", through=(("item_id", "ledger_open_items"),))

    item_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_accounts.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    run_at: Mapped[datetime] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    unreached: Mapped[int] = mapped_column(default=0)
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey(Payment.id), index=True)
    reason: Mapped[str] = mapped_column(String(40), default="")

    __table_args__ = (Index("ix_payments_collections_due", "state", "run_at"),)


class Webhook(Model):
    """An event that a gateway told, as it came. ``state``: new, done, unmatched (no transaction of ours yet) or ignored."""

    __tablename__ = "payments_webhooks"
    __scope__ = Withheld("raw messages, kept before anybody knows whose they are")

    id: Mapped[UUID] = primary_key()
    gateway: Mapped[str] = mapped_column(String(60))
    event_id: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(100))
    body: Mapped[bytes] = mapped_column(LargeBinary, info=PERSONAL)
    told: Mapped[dict[str, Any]] = mapped_column(Json)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(String(12))
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    transaction_id: Mapped[UUID | None] = mapped_column(ForeignKey(Transaction.id))

    __table_args__ = (
        Index("uq_payments_webhooks_event", "gateway", "event_id", unique=True),
        Index("ix_payments_webhooks_state", "state", "next_try_at"),
        Index("ix_payments_webhooks_received", "received_at", "id"),
    )
