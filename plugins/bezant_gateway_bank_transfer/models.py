"""Tables of bank transfers."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from bezant.sdk.db import Currency, Model, Scope, UTCDateTime, frozen, minor, primary_key

PERSONAL = {"personal": True}
"""Marks columns of personal data."""


class Reference(Model):
    """What may be quoted, without its check digits, and what it leads to. ``target_id`` is the open item, or the account itself."""

    __tablename__ = "gateway_bank_transfer_references"
    __scope__ = Scope(account="account_id")

    body: Mapped[str] = mapped_column(String(21), primary_key=True)
    target_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_accounts.id"))


class Transfer(Model):
    """Money that came in. Once it is a payment it does not change any more."""

    __tablename__ = "gateway_bank_transfer_transfers"
    __scope__ = Scope(account="account_id")

    id: Mapped[UUID] = primary_key()
    received_on: Mapped[date]
    amount_minor: Mapped[int] = minor()
    currency: Mapped[str] = mapped_column(Currency)
    bank_reference: Mapped[str] = mapped_column(String(140), unique=True)
    text: Mapped[str] = mapped_column(String(500), info=PERSONAL)
    payer_name: Mapped[str] = mapped_column(String(140), info=PERSONAL)
    state: Mapped[str] = mapped_column(String(12))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts_accounts.id"), index=True)
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments_payments.id"), index=True)
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        Index("ix_gateway_bank_transfer_transfers_received", "received_on", "id"),
        Index("ix_gateway_bank_transfer_transfers_state", "state", "received_on"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("(state = 'matched') = (payment_id IS NOT NULL)", name="matched"),
        {"info": frozen(when="payment_id IS NOT NULL")},
    )
