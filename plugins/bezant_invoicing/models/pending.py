"""Charges that wait for an account's next invoice."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bezant.sdk.db import Currency, ExactDecimal, Model, Scope, UTCDateTime, Versioned, minor, primary_key


class PendingCharge(Versioned, Model):
    """A charge that is added to the next invoice of its account and currency; ``invoice_id`` is the one that bills it."""

    __tablename__ = "invoicing_pending_charges"
    __scope__ = Scope(account="account_id")

    id: Mapped[UUID] = primary_key()
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_accounts.id"))
    currency: Mapped[str] = mapped_column(Currency)
    description: Mapped[str] = mapped_column(Text)
    quantity: Mapped[Decimal] = mapped_column(ExactDecimal)
    unit_price: Mapped[Decimal] = mapped_column(ExactDecimal)
    amount_minor: Mapped[int] = minor()
    charge_code: Mapped[str] = mapped_column(String(100))
    tax_category: Mapped[str] = mapped_column(String(60))
    service_from: Mapped[date | None]
    service_to: Mapped[date | None]
    discountable: Mapped[bool]
    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoicing_invoices.id", deferrable=True, initially="DEFERRED"), index=True)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        Index("ix_invoicing_pending_charges_account", "account_id", "currency"),
        CheckConstraint("amount_minor >= 0", name="amount"),
        CheckConstraint("cancelled_at IS NULL OR invoice_id IS NULL", name="cancelled"),
    )
