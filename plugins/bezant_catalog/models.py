"""Tables of the catalog. A plan version and its charges freeze when the version is published."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bezant.sdk.db import Currency, ExactDecimal, Json, Model, Shared, UTCDateTime, Versioned, frozen, frozen_child, minor, primary_key

CODE = 64
NAME = 200
PUBLISHED = "published_at IS NOT NULL"


class Product(Versioned, Model):
    """What plans are grouped by."""

    __tablename__ = "catalog_products"
    __scope__ = Shared("all legal entities sell from one catalog")

    id: Mapped[UUID] = primary_key()
    code: Mapped[str] = mapped_column(String(CODE), unique=True)
    name: Mapped[str] = mapped_column(String(NAME))
    description: Mapped[str] = mapped_column(Text, default="")
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class MetricRow(Versioned, Model):
    """A metric; ``used_at`` says since when a published plan measures by it: from then on its definition stays."""

    __tablename__ = "catalog_metrics"
    __scope__ = Shared("all legal entities sell from one catalog")

    id: Mapped[UUID] = primary_key()
    code: Mapped[str] = mapped_column(String(CODE), unique=True)
    name: Mapped[str] = mapped_column(String(NAME))
    event_type: Mapped[str] = mapped_column(String(CODE), index=True)
    aggregation: Mapped[str] = mapped_column(String(16))
    field: Mapped[str | None] = mapped_column(String(CODE))
    filters: Mapped[list[Any]] = mapped_column(Json, default=list)
    group_by: Mapped[list[Any]] = mapped_column(Json, default=list)
    recurring: Mapped[bool] = mapped_column(default=False)
    rounding_mode: Mapped[str] = mapped_column(String(8), default="none")
    rounding_decimals: Mapped[int] = mapped_column(default=0)
    expression: Mapped[str | None] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(String(40), default="")
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Plan(Versioned, Model):
    """What is sold; its prices are in its versions."""

    __tablename__ = "catalog_plans"
    __scope__ = Shared("all legal entities sell from one catalog")

    id: Mapped[UUID] = primary_key()
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("catalog_products.id"), index=True)
    code: Mapped[str] = mapped_column(String(CODE), unique=True)
    name: Mapped[str] = mapped_column(String(NAME))
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PlanVersionRow(Versioned, Model):
    """One version of a plan: a draft until it is published, unchangeable after."""

    __tablename__ = "catalog_plan_versions"
    __scope__ = Shared("all legal entities sell from one catalog")
    __table_args__ = (UniqueConstraint("plan_id", "number"), {"info": frozen(when=PUBLISHED)})

    id: Mapped[UUID] = primary_key()
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("catalog_plans.id"))
    number: Mapped[int]
    currency: Mapped[str] = mapped_column(Currency)
    other_currencies: Mapped[list[Any]] = mapped_column(Json, default=list)
    interval_unit: Mapped[str] = mapped_column(String(16))
    interval_count: Mapped[int]
    phases: Mapped[list[Any]] = mapped_column(Json, default=list)
    commitment: Mapped[dict[str, Any] | None] = mapped_column(Json)
    effective: Mapped[date | None]
    existing_policy: Mapped[str] = mapped_column(String(16), default="keep")
    existing_from: Mapped[date | None]
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ChargeRow(Model):
    """A charge of a plan version; its price model is validated JSON."""

    __tablename__ = "catalog_charges"
    __scope__ = Shared("all legal entities sell from one catalog")
    __table_args__ = (
        UniqueConstraint("plan_version_id", "code"),
        {"info": frozen_child(parent="catalog_plan_versions", fk="plan_version_id", when=PUBLISHED)},
    )

    id: Mapped[UUID] = primary_key()
    plan_version_id: Mapped[UUID] = mapped_column(ForeignKey("catalog_plan_versions.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(CODE))
    name: Mapped[str] = mapped_column(String(NAME))
    names: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    kind: Mapped[str] = mapped_column(String(16))
    timing: Mapped[str] = mapped_column(String(8))
    prorated: Mapped[bool]
    quantity_source: Mapped[str] = mapped_column(String(8))
    fixed_quantity: Mapped[Decimal] = mapped_column(ExactDecimal)
    price: Mapped[dict[str, Any]] = mapped_column(Json)
    other_prices: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    filters: Mapped[list[Any]] = mapped_column(Json, default=list)
    metric_ids: Mapped[list[Any]] = mapped_column(Json, default=list)
    tax_category: Mapped[str] = mapped_column(String(CODE))
    minimum_minor: Mapped[int | None] = minor()
    other_minimums: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    discountable: Mapped[bool]
    on_change: Mapped[str] = mapped_column(String(16))
