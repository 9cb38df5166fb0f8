"""Price models: how a quantity becomes an amount. Frozen parameters only; ``domain.rating`` does the arithmetic.

Prices and fees are exact decimals in major units of the plan's currency; rates are per cent.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal

ZERO = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Flat:
    """One amount, whatever the quantity."""

    kind: ClassVar[str] = "flat"
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PerUnit:
    """Every unit costs the same."""

    kind: ClassVar[str] = "per_unit"
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Tier:
    """A step up to and including ``up_to`` units; the last one has no bound. ``flat_fee`` is due on entering the step."""

    up_to: Decimal | None
    unit_price: Decimal
    flat_fee: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Graduated:
    """Each part of the quantity is priced by its own tier; the flat fee of every tier reached is added, of the first one always."""

    kind: ClassVar[str] = "graduated"
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Volume:
    """The tier that the whole quantity falls in prices all of it; no usage pays the flat fee of the first tier."""

    kind: ClassVar[str] = "volume"
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Package:
    """Units are sold in packages of ``size``; free units come off first, a partial package counts whole."""

    kind: ClassVar[str] = "package"
    price: Decimal
    size: Decimal
    free_units: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Percentage:
    """A percentage of the measured money plus a fee per transaction.

    The free allowance (a count of transactions, an amount, or both) ends with whichever is used up first; ``minimum`` and
    ``maximum`` bound what one transaction pays, its fixed fee included; a free transaction pays no minimum.
    """

    kind: ClassVar[str] = "percentage"
    rate_percent: Decimal
    fixed_fee: Decimal = ZERO
    free_count: int | None = None
    free_amount: Decimal | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RateTier:
    """A step up to and including ``up_to`` of measured money, with its percentage."""

    up_to: Decimal | None
    rate_percent: Decimal
    flat_fee: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class GraduatedPercentage:
    """Each part of the measured money pays the percentage of its own tier."""

    kind: ClassVar[str] = "graduated_percentage"
    tiers: tuple[RateTier, ...]


@dataclass(frozen=True, slots=True)
class BlockTier:
    """``max_blocks`` blocks of ``size`` units (None: without end), each for ``price``; a started block counts whole."""

    size: Decimal
    max_blocks: int | None
    price: Decimal


@dataclass(frozen=True, slots=True)
class Blocks:
    """Tiers of blocks. ``all``: fill one tier after the other; ``top``: the tier that is reached prices everything.

    Beyond the last maximum the last tier still applies: nothing goes unbilled.
    """

    kind: ClassVar[str] = "blocks"
    tiers: tuple[BlockTier, ...]
    policy: Literal["all", "top"] = "all"


@dataclass(frozen=True, slots=True)
class CapacityTier:
    """``price`` while every metric stays within its limit; ``limits`` pairs metric codes with limits (None: unlimited)."""

    limits: tuple[tuple[str, Decimal | None], ...]
    price: Decimal


@dataclass(frozen=True, slots=True)
class Capacity:
    """The peak picks the tier: the highest one that any metric needs. No event at all costs nothing."""

    kind: ClassVar[str] = "capacity"
    tiers: tuple[CapacityTier, ...]


@dataclass(frozen=True, slots=True)
class MatrixPrice:
    """The unit price of one combination of dimension values."""

    values: tuple[str, ...]
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Matrix:
    """Unit prices by one or two dimensions of the event.

    A combination that is not listed pays ``default_unit_price``; without one it cannot be rated and is reported by name.
    """

    kind: ClassVar[str] = "matrix"
    dimensions: tuple[str, ...]
    prices: tuple[MatrixPrice, ...]
    default_unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Dynamic:
    """The events carry their own price, in the property ``amount_property``, in major units."""

    kind: ClassVar[str] = "dynamic"
    amount_property: str = "amount"


@dataclass(frozen=True, slots=True)
class Formula:
    """An arithmetic expression over ``quantity``, ``events`` and the levels of the charge's metrics by code."""

    kind: ClassVar[str] = "formula"
    expression: str


PriceModel = (
    Flat | PerUnit | Graduated | Volume | Package | Percentage | GraduatedPercentage | Blocks | Capacity | Matrix | Dynamic | Formula
)
