"""Tables of tax rates."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bezant.sdk.db import ExactDecimal, Model, Shared, Versioned, primary_key


class RateRow(Versioned, Model):
    """One rate. What it takes never changes; it ends, and another begins."""

    __tablename__ = "tax_rates_rates"
    __scope__ = Shared("the law is the same for all legal entities")

    id: Mapped[UUID] = primary_key()
    code: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(200))
    percent: Mapped[Decimal] = mapped_column(ExactDecimal)
    tax: Mapped[str] = mapped_column(String(64))
    country: Mapped[str] = mapped_column(String(2), default="")
    region: Mapped[str] = mapped_column(String(64), default="")
    tax_category: Mapped[str] = mapped_column(String(64), default="")
    inclusive: Mapped[bool] = mapped_column(default=False)
    reverse_charge: Mapped[bool] = mapped_column(default=False)
    category: Mapped[str] = mapped_column(String(2), default="S")
    reason: Mapped[str] = mapped_column(Text, default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
