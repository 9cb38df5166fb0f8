"""Invoices and what belongs to them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from bezant.sdk.db import Currency, ExactDecimal, Json, Model, Scope, UTCDateTime, Versioned, frozen, frozen_child, minor, primary_key

FINAL = "finalized_at IS NOT NULL"
"""When a document may not change any more."""

_CHILD = {"info": frozen_child(parent="invoicing_invoices", fk="invoice_id", when=FINAL)}


def _invoice_id(**options: Any) -> Any:
    """Children are written before a final invoice, so the foreign key waits for the commit."""
    return mapped_column(ForeignKey("invoicing_invoices.id", deferrable=True, initially="DEFERRED"), **options)


class Invoice(Versioned, Model):
    """An invoice, or the draft of one (without number and ``finalized_at``).

    ``closed_as`` is set beside the frozen rest: ``voided`` by a credit note, ``uncollectible`` by a write-off. ``due_fixed`` says that
    the due day was given and does not follow the account's terms.
    """

    __tablename__ = "invoicing_invoices"
    __scope__ = Scope(legal_entity="legal_entity_id", account="account_id")

    id: Mapped[UUID] = primary_key()
    number: Mapped[str | None] = mapped_column(String(60))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_accounts.id"))
    payer_id: Mapped[UUID] = mapped_column(Uuid)
    legal_entity_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_legal_entities.id"))
    currency: Mapped[str] = mapped_column(Currency)
    issued_on: Mapped[date]
    due_on: Mapped[date]
    subtotal_minor: Mapped[int] = minor()
    discount_minor: Mapped[int] = minor()
    tax_minor: Mapped[int] = minor()
    tax_included_minor: Mapped[int] = minor()
    total_minor: Mapped[int] = minor()
    credited_minor: Mapped[int] = minor()
    open_item_id: Mapped[UUID | None] = mapped_column(Uuid)
    source_type: Mapped[str | None] = mapped_column(String(60))
    source_id: Mapped[UUID | None] = mapped_column(Uuid)
    source_number: Mapped[str | None] = mapped_column(String(60))
    purchase_order: Mapped[str] = mapped_column(String(100))
    notes: Mapped[str] = mapped_column(Text)
    seller_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoicing_parties.id"))
    buyer_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoicing_parties.id"))
    with_pending_charges: Mapped[bool]
    due_fixed: Mapped[bool]
    finalized_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_as: Mapped[str] = mapped_column(String(20), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        Index("uq_invoicing_invoices_number", "legal_entity_id", "number", unique=True),
        Index("ix_invoicing_invoices_account", "account_id", "issued_on"),
        Index("ix_invoicing_invoices_issued", "issued_on", "id"),
        Index("ix_invoicing_invoices_total", "total_minor"),
        CheckConstraint("(number IS NULL) = (finalized_at IS NULL)", name="numbered"),
        CheckConstraint("closed_as IN ('', 'voided', 'uncollectible')", name="closed_as"),
        CheckConstraint("closed_as = '' OR finalized_at IS NOT NULL", name="closed"),
        CheckConstraint("total_minor >= 0", name="total"),
        CheckConstraint("subtotal_minor - discount_minor + tax_minor - tax_included_minor = total_minor", name="adds_up"),
        {"info": frozen(when=FINAL, except_=("closed_as", "closed_at", "version", "updated_at"))},
    )


Index(
    "ix_invoicing_invoices_number_lower",
    func.lower(Invoice.__table__.c.number).label("number_lower"),
    postgresql_ops={"number_lower": "text_pattern_ops"},
)


class InvoiceLine(Model):
    """A line, with what reconciliation reads back. ``amount_exact`` is in major units, empty where the amount is exact."""

    __tablename__ = "invoicing_lines"
    __scope__ = Scope(through=("invoice_id",))

    id: Mapped[UUID] = primary_key()
    invoice_id: Mapped[UUID] = _invoice_id()
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    description: Mapped[str] = mapped_column(Text)
    quantity: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    unit_price: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    amount_exact: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    amount_minor: Mapped[int] = minor()
    discount_minor: Mapped[int] = minor()
    discount_exact: Mapped[Decimal] = mapped_column(ExactDecimal)
    tax_minor: Mapped[int] = minor()
    tax_included_minor: Mapped[int] = minor()
    charge_code: Mapped[str] = mapped_column(String(100))
    plan_code: Mapped[str] = mapped_column(String(100))
    metric_code: Mapped[str] = mapped_column(String(100))
    subscription_id: Mapped[UUID | None] = mapped_column(Uuid)
    charge_key: Mapped[str] = mapped_column(String(200))
    price_key: Mapped[str] = mapped_column(String(200))
    service_from: Mapped[date | None]
    service_to: Mapped[date | None]
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]
    days_used: Mapped[int | None]
    days_period: Mapped[int | None]
    tax_category: Mapped[str] = mapped_column(String(60))
    income_account: Mapped[str] = mapped_column(String(60))
    discounts_account: Mapped[str] = mapped_column(String(60))
    explanation: Mapped[dict[str, Any] | None] = mapped_column(Json)
    discountable: Mapped[bool]
    fixed: Mapped[bool]

    __table_args__ = (
        Index("ix_invoicing_lines_invoice", "invoice_id", "position"),
        Index("ix_invoicing_lines_subscription", "subscription_id"),
        CheckConstraint("amount_minor >= 0 AND discount_minor BETWEEN 0 AND amount_minor", name="amounts"),
        CheckConstraint("service_to > service_from", name="service"),
        _CHILD,
    )


class InvoiceDiscount(Model):
    """What lowered an invoice: one row for each source, such as a coupon's redemption."""

    __tablename__ = "invoicing_discounts"
    __scope__ = Scope(through=("invoice_id",))

    id: Mapped[UUID] = primary_key()
    invoice_id: Mapped[UUID] = _invoice_id(index=True)
    position: Mapped[int]
    source_type: Mapped[str] = mapped_column(String(60))
    source_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    code: Mapped[str] = mapped_column(String(100))
    label: Mapped[str] = mapped_column(String(200))
    amount_minor: Mapped[int] = minor()

    __table_args__ = (_CHILD,)


class LineDiscount(Model):
    """A discount's part on a line: whole minor units, and the exact share beside them.

    Found by its discount; ``invoice_id`` is there for the freezing alone and has no index, which would cost the run a tenth of its speed.
    """

    __tablename__ = "invoicing_line_discounts"
    __scope__ = Scope(through=("discount_id",))

    discount_id: Mapped[UUID] = mapped_column(ForeignKey(InvoiceDiscount.id), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(Uuid)
    amount_minor: Mapped[int] = minor()
    amount_exact: Mapped[Decimal] = mapped_column(ExactDecimal)

    __table_args__ = (_CHILD,)


class InvoiceTax(Model):
    """One rate of an invoice: its base and the tax, rounded once."""

    __tablename__ = "invoicing_taxes"
    __scope__ = Scope(through=("invoice_id",))

    id: Mapped[UUID] = primary_key()
    invoice_id: Mapped[UUID] = _invoice_id(index=True)
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(200))
    percent: Mapped[Decimal] = mapped_column(ExactDecimal)
    inclusive: Mapped[bool]
    category: Mapped[str] = mapped_column(String(4))
    reason: Mapped[str] = mapped_column(String(300))
    base_minor: Mapped[int] = minor()
    tax_minor: Mapped[int] = minor()

    __table_args__ = (_CHILD,)


class LineTax(Model):
    """A rate's part on a line; the parts of a rate add up to its tax. Found by its rate, like the parts of discounts."""

    __tablename__ = "invoicing_line_taxes"
    __scope__ = Scope(through=("tax_id",))

    tax_id: Mapped[UUID] = mapped_column(ForeignKey(InvoiceTax.id), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(Uuid)
    tax_minor: Mapped[int] = minor()

    __table_args__ = (_CHILD,)
