"""What is handed to the catalog's services to create something."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from bezant_catalog.contracts.measures import NO_ROUNDING, Aggregation, Metric, MetricFilter, Rounding
from bezant_catalog.contracts.plans import (
    ChargeFilter,
    ChargeKind,
    Commitment,
    ExistingPolicy,
    IntervalUnit,
    OnChange,
    OtherMinimums,
    OtherPrices,
    Phase,
    QuantitySource,
    Timing,
)
from bezant_catalog.contracts.prices import ONE, PriceModel


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product: what plans are grouped by."""

    code: str
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class ProductInfo:
    """A product as it is stored."""

    id: UUID
    code: str
    name: str
    description: str
    archived: bool
    version: int


@dataclass(frozen=True, slots=True)
class NewMetric:
    """A metric to be created; see :class:`Metric`. ``event_type`` is the code where it is left out."""

    code: str
    name: str
    aggregation: Aggregation = "count"
    event_type: str | None = None
    field: str | None = None
    filters: tuple[MetricFilter, ...] = ()
    group_by: tuple[str, ...] = ()
    recurring: bool = False
    rounding: Rounding = NO_ROUNDING
    expression: str | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class MetricInfo:
    """A metric as it is stored; ``used``: published plans measure by it, so that only its name and unit may change."""

    metric: Metric
    used: bool
    archived: bool
    version: int


@dataclass(frozen=True, slots=True)
class NewCharge:
    """A charge of a plan version to be created; see :class:`Charge`. ``metrics`` are codes."""

    code: str
    name: str
    price: PriceModel
    kind: ChargeKind = "recurring"
    timing: Timing = "arrears"
    prorated: bool = True
    quantity_source: QuantitySource | None = None
    fixed_quantity: Decimal = ONE
    metrics: tuple[str, ...] = ()
    filters: tuple[ChargeFilter, ...] = ()
    tax_category: str = "standard"
    minimum_minor: int | None = None
    discountable: bool = True
    on_change: OnChange | None = None
    other_prices: OtherPrices = ()
    other_minimums: OtherMinimums = ()
    names: tuple[tuple[str, str], ...] = ()

    @property
    def source(self) -> QuantitySource:
        """Where the quantity comes from: a metric for metered charges, else as said."""
        return self.quantity_source or ("metric" if self.kind == "metered" else "fixed")

    @property
    def change_policy(self) -> OnChange:
        """What a change of the charge does: as said, else the difference for seats and credit for the rest."""
        return self.on_change or ("difference" if self.source == "seats" else "credit")


@dataclass(frozen=True, slots=True)
class NewPlanVersion:
    """What a version of a plan says; see :class:`PlanVersion`."""

    currency: str
    charges: tuple[NewCharge, ...]
    interval_unit: IntervalUnit = "month"
    interval_count: int = 1
    phases: tuple[Phase, ...] = ()
    commitment: Commitment | None = None
    effective: date | None = None
    existing_policy: ExistingPolicy = "keep"
    existing_from: date | None = None
    other_currencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A plan and its first version; ``product`` is a product's code."""

    code: str
    name: str
    first: NewPlanVersion
    product: str | None = None


@dataclass(frozen=True, slots=True)
class PlanInfo:
    """A plan as it is stored; its prices are in its versions."""

    id: UUID
    code: str
    name: str
    product_code: str | None
    archived: bool
    version: int
