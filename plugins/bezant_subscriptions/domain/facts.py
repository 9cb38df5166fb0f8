"""Facts: the dated things that were said of a subscription. Appended, ordered by (effective instant, sequence), never edited.

A fact carries everything its reading needs (the settings of its day included), so that neither a changed setting nor the order
in which facts were typed rewrites history.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from bezant.sdk.values import calendars
from bezant_catalog.contracts import PriceModel


class FactKind(StrEnum):
    """What a fact says."""

    STARTED = "started"
    PLAN_CHANGED = "plan_changed"
    QUANTITY_CHANGED = "quantity_changed"
    PRICE_OVERRIDDEN = "price_overridden"
    CYCLE_DAY_CHANGED = "cycle_day_changed"
    PAUSED = "paused"
    RESUMED = "resumed"
    CANCELLED = "cancelled"
    UNCANCELLED = "uncancelled"
    WITHDRAWN = "withdrawn"


class Unused(StrEnum):
    """What becomes of the paid rest when a subscription is cancelled."""

    CREDIT = "credit"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Started:
    """The first fact: the plan version and how the subscription is aligned and prorated.

    ``cycle_day`` is None where the day of the first charge that is not zero is to be taken. ``trial_used``: this account and
    external id have had their trial.
    """

    plan: UUID
    quantity: Decimal = Decimal(1)
    alignment: calendars.GridKind = calendars.GridKind.ANNIVERSARY
    proration: calendars.Proration = calendars.Proration.DAY
    cycle_day: int | None = None
    trial_used: bool = False


@dataclass(frozen=True, slots=True)
class PlanChanged:
    """Another plan version holds from here; the quantity stays where none is given."""

    plan: UUID
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class QuantityChanged:
    """Another number of seats."""

    quantity: Decimal


@dataclass(frozen=True, slots=True)
class PriceOverridden:
    """Another price for one charge of this subscription; None goes back to the plan's."""

    charge: str
    price: PriceModel | None


@dataclass(frozen=True, slots=True)
class CycleDayChanged:
    """Another cycle day, from its next occurrence on."""

    day: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The end. ``used``: the day itself is paid for; ``planned``: an end date agreed before, which on the first day of a period ends
    the period before it."""

    used: bool = True
    planned: bool = False
    unused: Unused = Unused.CREDIT


@dataclass(frozen=True, slots=True)
class Bare:
    """A fact that is its kind and nothing more (paused, resumed, uncancelled, withdrawn)."""


Terms = Started | PlanChanged | QuantityChanged | PriceOverridden | CycleDayChanged | Cancelled | Bare


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. ``day`` is the account's local day of ``at``; ``withdraws`` is the sequence of a fact that this one takes back."""

    seq: int
    kind: FactKind
    at: datetime
    day: date
    terms: Terms
    withdraws: int | None = None


def standing(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that hold, in their order: withdrawn ones and those that withdraw them are left out."""
    found = list(facts)
    if len(found) == 1:
        return found
    withdrawn = {fact.withdraws for fact in found if fact.withdraws is not None}
    kept = [fact for fact in found if fact.seq not in withdrawn and fact.withdraws is None]
    return sorted(kept, key=lambda fact: (fact.at, fact.seq))
