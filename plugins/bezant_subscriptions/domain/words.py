"""Facts in plain sentences."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from bezant_catalog.contracts import PlanVersion, plain
from bezant_subscriptions.domain.facts import (
    Cancelled,
    CycleDayChanged,
    Fact,
    FactKind,
    PlanChanged,
    PriceOverridden,
    QuantityChanged,
    Started,
    Unused,
)

_BARE = {
    FactKind.PAUSED: "Paused",
    FactKind.RESUMED: "Resumed",
    FactKind.UNCANCELLED: "Cancellation taken back",
}


def sentence(fact: Fact, plan_of: Callable[[UUID], PlanVersion]) -> str:
    """What a fact says: ``Changed to Pro (version 2), 15 seats``."""
    terms = fact.terms
    if fact.withdraws is not None:
        return f"Took back fact {fact.withdraws}"
    if isinstance(terms, Started):
        return f"Started on {_plan(plan_of(terms.plan))}{_units(terms.quantity)}, {terms.alignment.value.replace('_', ' ')} periods"
    if isinstance(terms, PlanChanged):
        return f"Changed to {_plan(plan_of(terms.plan))}{_units(terms.quantity)}"
    if isinstance(terms, QuantityChanged):
        return f"Quantity {plain(terms.quantity)}"
    if isinstance(terms, PriceOverridden):
        return f"Own price for {terms.charge}" if terms.price is not None else f"Plan's price again for {terms.charge}"
    if isinstance(terms, CycleDayChanged):
        return f"Cycle day {terms.day}"
    if isinstance(terms, Cancelled):
        return _cancelled(terms)
    return _BARE.get(fact.kind, fact.kind.value)


def _plan(plan: PlanVersion) -> str:
    return f"{plan.name} (version {plan.number})"


def _units(quantity: Decimal | None) -> str:
    return "" if quantity is None or quantity == 1 else f", quantity {plain(quantity)}"


def _cancelled(terms: Cancelled) -> str:
    if terms.planned:
        return "Ends as agreed"
    rest = "the paid rest is kept" if terms.unused is Unused.KEEP else "the unused rest is credited"
    return f"Cancelled; {rest}"
