"""Plans: versions, charges, phases, commitments. A version never changes once it is used."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from bezant.sdk.values import Invalid
from bezant_catalog.contracts.measures import Metric
from bezant_catalog.contracts.prices import ONE, Dynamic, Graduated, Matrix, Percentage, PriceModel

ChargeKind = Literal["recurring", "one_time", "metered"]
Timing = Literal["advance", "arrears"]
IntervalUnit = Literal["day", "week", "month", "quarter", "half_year", "year"]
OnChange = Literal["credit", "difference", "keep"]
ExistingPolicy = Literal["keep", "next_period", "at_once"]
QuantitySource = Literal["fixed", "seats", "metric"]

OtherPrices = tuple[tuple[str, PriceModel], ...]
"""Currency and price, for the further currencies of a plan."""
OtherMinimums = tuple[tuple[str, int], ...]
"""Currency and minimum in its minor units."""


@dataclass(frozen=True, slots=True)
class ChargeFilter:
    """A price of its own for the events whose properties have one of the accepted values.

    An event is priced once: by the filter with the fewest accepted values, ties to the first one listed; what no filter takes
    pays the charge's own price.
    """

    code: str
    name: str
    match: tuple[tuple[str, tuple[str, ...]], ...]
    price: PriceModel
    other_prices: OtherPrices = ()

    @property
    def breadth(self) -> int:
        """How many values it accepts in all; fewer is more specific."""
        return sum(len(values) for _, values in self.match)


@dataclass(frozen=True, slots=True)
class Charge:
    """A part of a plan that is billed: what, when, how much of it, at which price.

    ``quantity_source``: ``fixed`` (``fixed_quantity``), ``seats`` (the subscription says how many) or ``metric``.
    ``prorated`` is about parts of a period, for metered charges about levels that held for a part of it.
    ``minimum_minor`` is the least a full period of this charge costs. ``price`` is in the version's first currency,
    ``other_prices`` pairs further currencies with their prices. ``names`` pairs language codes with the name on documents.
    """

    id: UUID
    code: str
    name: str
    kind: ChargeKind
    price: PriceModel
    timing: Timing = "arrears"
    prorated: bool = True
    quantity_source: QuantitySource = "fixed"
    fixed_quantity: Decimal = ONE
    metrics: tuple[Metric, ...] = ()
    filters: tuple[ChargeFilter, ...] = ()
    tax_category: str = "standard"
    minimum_minor: int | None = None
    discountable: bool = True
    on_change: OnChange = "credit"
    other_prices: OtherPrices = ()
    other_minimums: OtherMinimums = ()
    names: tuple[tuple[str, str], ...] = ()

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The event properties by which the quantity has to be split, in a stable order without repetition."""
        matrix = self.price.dimensions if isinstance(self.price, Matrix) else ()
        grouped = tuple(name for metric in self.metrics for name in metric.group_by)
        filtered = tuple(name for one in self.filters for name, _ in one.match)
        return tuple(dict.fromkeys(matrix + grouped + filtered))

    @property
    def needs_transactions(self) -> bool:
        """Whether the amount of each single event is needed to rate it."""
        return any(_per_transaction(price) for price in (self.price, *(one.price for one in self.filters)))

    @property
    def needs_deltas(self) -> bool:
        """Whether each change of the level is needed to rate it: a prorated metered charge with graduated tiers."""
        return self.prorated and self.kind == "metered" and isinstance(self.price, Graduated)

    @property
    def amount_property(self) -> str | None:
        """The property that carries the price of an event, for a dynamic charge."""
        return self.price.amount_property if isinstance(self.price, Dynamic) else None


def _per_transaction(price: PriceModel) -> bool:
    return isinstance(price, Percentage) and any(
        bound is not None for bound in (price.free_count, price.free_amount, price.minimum, price.maximum)
    )


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a subscription's life, counted from its start; the last one has no length.

    ``kind``: ``trial`` (recurring charges are free), ``discount`` or ``evergreen``; ``prices`` replaces prices of charges by
    code while the phase lasts.
    """

    code: str
    kind: Literal["trial", "discount", "evergreen"]
    unit: IntervalUnit | None = None
    count: int | None = None
    prices: tuple[tuple[str, PriceModel], ...] = ()
    other_prices: tuple[tuple[str, tuple[tuple[str, PriceModel], ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Commitment:
    """The least that a full period costs over all charges, gross of discounts; a true-up line in arrears fills it up."""

    minimum_minor: int
    name: str = "Minimum commitment"
    tax_category: str = "standard"
    other_minimums: OtherMinimums = ()


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """One immutable version of a plan.

    ``effective``: from which day new subscriptions take it; ``existing_policy`` and ``existing_from``: whether and from which
    day existing subscriptions move to it. A draft is not ``published`` and may still change: its ``revision`` says how often it did.
    """

    id: UUID
    plan_id: UUID
    plan_code: str
    name: str
    number: int
    currency: str
    interval_unit: IntervalUnit
    interval_count: int
    charges: tuple[Charge, ...]
    phases: tuple[Phase, ...] = ()
    commitment: Commitment | None = None
    effective: date | None = None
    existing_policy: ExistingPolicy = "keep"
    existing_from: date | None = None
    other_currencies: tuple[str, ...] = ()
    product_code: str | None = None
    published: bool = True
    revision: int = 1

    def charge(self, code: str) -> Charge:
        """The charge with that code. Raises ``KeyError``."""
        return {charge.code: charge for charge in self.charges}[code]

    def priced_in(self, currency: str) -> "PlanVersion":
        """This version with its prices in one of its currencies. Raises ``Invalid`` where it has none in that currency."""
        if currency == self.currency:
            return self
        if currency not in self.other_currencies:
            offered = ", ".join((self.currency, *self.other_currencies))
            raise Invalid.field("currency", "not_offered", f"Plan {self.plan_code} has no prices in {currency}, only in {offered}.")
        return replace(
            self,
            currency=currency,
            charges=tuple(_charge_in(one, currency) for one in self.charges),
            phases=tuple(replace(one, prices=dict(one.other_prices).get(currency, ())) for one in self.phases),
            commitment=self.commitment and replace(self.commitment, minimum_minor=dict(self.commitment.other_minimums)[currency]),
        )


def _charge_in(charge: Charge, currency: str) -> Charge:
    return replace(
        charge,
        price=dict(charge.other_prices)[currency],
        minimum_minor=dict(charge.other_minimums).get(currency),
        filters=tuple(replace(one, price=dict(one.other_prices)[currency]) for one in charge.filters),
    )
