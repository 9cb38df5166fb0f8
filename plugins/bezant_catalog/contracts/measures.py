"""Metrics, and what measuring answers: the quantity of one charge in one window."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal
from uuid import UUID

from bezant_catalog.contracts.prices import ZERO

Aggregation = Literal["count", "sum", "max", "latest", "unique_count", "weighted_sum"]
FilterOperator = Literal["in", "not_in", "eq", "ne", "lt", "le", "gt", "ge", "exists", "missing"]
RoundingMode = Literal["none", "round", "ceil", "floor"]


@dataclass(frozen=True, slots=True)
class MetricFilter:
    """A condition on a property of the event. ``in``, ``not_in``, ``eq``, ``ne`` compare text; the others compare numbers.

    An event whose property is missing or not a number fails every condition but ``missing``, ``not_in`` and ``ne``.
    """

    property: str
    operator: FilterOperator = "in"
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rounding:
    """How measured units are rounded; negative ``decimals`` round to tens, hundreds and so on. ``round``: half away from zero."""

    mode: RoundingMode = "none"
    decimals: int = 0


NO_ROUNDING = Rounding()


@dataclass(frozen=True, slots=True)
class Metric:
    """How a quantity is measured from usage events.

    ``event_type`` selects the events; ``field`` is the property that is aggregated (None for ``count``). For ``unique_count``
    the property ``operation`` of an event may say ``remove`` (any other value, or none, adds). ``recurring`` carries the level
    over into the next period, else each period starts at zero. ``weighted_sum`` is the mean level over the seconds of the
    period. ``expression`` computes ``field`` from the other properties when the event arrives.
    """

    id: UUID
    code: str
    name: str
    event_type: str
    aggregation: Aggregation
    field: str | None = None
    filters: tuple[MetricFilter, ...] = ()
    group_by: tuple[str, ...] = ()
    recurring: bool = False
    rounding: Rounding = NO_ROUNDING
    expression: str | None = None
    unit: str = ""

    @property
    def adds_up(self) -> bool:
        """Whether quantities of disjoint groups may be summed: true of counts and sums, not of peaks and distinct values."""
        return self.aggregation in ("count", "sum", "weighted_sum")


@dataclass(frozen=True, slots=True)
class Delta:
    """A change of the level: in full units and weighted by the part of the period for which it counted."""

    full: Decimal
    prorated: Decimal | Fraction


@dataclass(frozen=True, slots=True)
class GroupMeasure:
    """What was measured for one combination of property values; ``values`` in the order of the measurement's dimensions.

    A value is None where the events lack the property. The other fields mean what they mean in :class:`Measurement`.
    """

    values: tuple[str | None, ...]
    quantity: Decimal
    events: int = 0
    carried_amount: Decimal | None = None
    transactions: tuple[Decimal, ...] | None = None
    deltas: tuple[Delta, ...] = ()


@dataclass(frozen=True, slots=True)
class Measurement:
    """What is priced: the quantity of one charge in one window, with whatever detail its price model asks for.

    - ``quantity``: units, already rounded by the metric; ``events``: how many events made them up.
    - ``full_quantity``: units not weighted by time, where ``quantity`` is prorated; a volume tier is picked by it.
    - ``dimensions`` and ``groups``: parts of the quantity by property values (matrix, filters).
    - ``levels``: metric code and peak, for capacity and formula with several metrics; a metric without event is left out.
    - ``transactions``: amount of each event in order of time, for percentage with allowance or bounds.
    - ``carried_amount``: sum of the prices that the events carried, major units, for dynamic.
    - ``deltas``: changes of the level, for a prorated graduated charge.
    """

    quantity: Decimal = ZERO
    events: int = 0
    dimensions: tuple[str, ...] = ()
    groups: tuple[GroupMeasure, ...] = ()
    levels: tuple[tuple[str, Decimal], ...] = ()
    transactions: tuple[Decimal, ...] | None = None
    carried_amount: Decimal | None = None
    deltas: tuple[Delta, ...] = ()
    full_quantity: Decimal | None = None
