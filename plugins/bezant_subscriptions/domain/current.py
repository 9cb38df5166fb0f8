"""What a subscription looks like at a moment: for lists and headers, derived from the facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from bezant_subscriptions.contracts import State
from bezant_subscriptions.domain.facts import Fact, FactKind, PlanChanged, QuantityChanged, Started, standing


@dataclass(frozen=True, slots=True)
class Current:
    """Plan version and quantity that hold, when it ends (instant and the account's day) by all that is known, since when it is paused."""

    plan_version_id: UUID
    quantity: Decimal
    ends_at: datetime | None
    ends_on: date | None
    paused_from: datetime | None


def current(facts: Sequence[Fact], at: datetime) -> Current:
    """What holds at an instant (before the start: what will hold then); the end is the one that is known, past or future."""
    ordered = standing(facts)
    plan, quantity = _plan_and_quantity(ordered, at)
    end: Fact | None = None
    paused_from: datetime | None = None
    for fact in ordered:
        if fact.kind is FactKind.CANCELLED:
            end = fact
        elif fact.kind is FactKind.UNCANCELLED:
            end = None
            paused_from = None if fact.at <= at else paused_from
        elif fact.kind is FactKind.PAUSED and fact.at <= at:
            paused_from = fact.at
        elif fact.kind is FactKind.RESUMED and fact.at <= at:
            paused_from = None
    return Current(plan, quantity, end.at if end else None, end.day if end else None, paused_from)


def _plan_and_quantity(ordered: Sequence[Fact], at: datetime) -> tuple[UUID, Decimal]:
    first = ordered[0].terms
    assert isinstance(first, Started)
    plan, quantity = first.plan, first.quantity
    for fact in ordered:
        if fact.at > at:
            break
        if isinstance(fact.terms, PlanChanged):
            plan = fact.terms.plan
            quantity = quantity if fact.terms.quantity is None else fact.terms.quantity
        elif isinstance(fact.terms, QuantityChanged):
            quantity = fact.terms.quantity
    return plan, quantity


def state_of(started_at: datetime, ends_at: datetime | None, paused_from: datetime | None, at: datetime) -> State:
    """``future``, ``active``, ``paused`` or ``ended`` at an instant."""
    if ends_at is not None and ends_at <= at:
        return "ended"
    if started_at > at:
        return "future"
    return "paused" if paused_from is not None and paused_from <= at else "active"
