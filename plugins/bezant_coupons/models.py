"""Tables of coupons. There is no counter: what was used is read from invoices."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from bezant.sdk.db import Currency, ExactDecimal, Json, Model, Scope, Shared, UTCDateTime, Versioned, frozen, minor, primary_key


class CouponRow(Versioned, Model):
    """A coupon. What it gives never changes; its name, and who may still redeem it, may."""

    __tablename__ = "coupons_coupons"
    __scope__ = Shared("a coupon can be redeemed at any legal entity; who redeemed it is told within reach only")

    id: Mapped[UUID] = primary_key()
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16))
    percent: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    amount_minor: Mapped[int | None] = minor()
    currency: Mapped[str | None] = mapped_column(Currency)
    duration: Mapped[str] = mapped_column(String(16))
    invoices: Mapped[int | None]
    limits: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    redeem_by: Mapped[date | None]
    max_redemptions: Mapped[int | None]
    reusable: Mapped[bool] = mapped_column(default=False)
    exclusive: Mapped[bool] = mapped_column(default=False)
    order: Mapped[int] = mapped_column("stacking_order", default=0)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RedemptionRow(Model):
    """A coupon that an account redeemed. Only its end is ever written to it."""

    __tablename__ = "coupons_redemptions"
    __scope__ = Scope(account="account_id")
    __table_args__ = (
        Index("ix_coupons_redemptions_account", "account_id"),
        {"info": frozen(when="redeemed_at IS NOT NULL", except_=("ended_on",))},
    )

    id: Mapped[UUID] = primary_key()
    coupon_id: Mapped[UUID] = mapped_column(ForeignKey("coupons_coupons.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("accounts_accounts.id"))
    redeemed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    from_on: Mapped[date]
    ended_on: Mapped[date | None]
    percent: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    amount_minor: Mapped[int | None] = minor()
    invoices: Mapped[int | None]
