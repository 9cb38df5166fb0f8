"""What may be said of a subscription: refuses facts that mean nothing where they stand."""

from collections.abc import Sequence
from datetime import date, datetime

from bezant.sdk.services import now, setting
from bezant.sdk.values import Conflict, Invalid, calendars
from bezant_subscriptions.domain.facts import Fact, FactKind, standing

_STATE_AFTER = {
    FactKind.STARTED: "running",
    FactKind.RESUMED: "running",
    FactKind.UNCANCELLED: "running",
    FactKind.PAUSED: "paused",
    FactKind.CANCELLED: "ended",
}
_NEEDS: dict[FactKind, tuple[str, ...]] = {
    FactKind.PLAN_CHANGED: ("running", "paused"),
    FactKind.QUANTITY_CHANGED: ("running", "paused"),
    FactKind.PRICE_OVERRIDDEN: ("running", "paused"),
    FactKind.CYCLE_DAY_CHANGED: ("running", "paused"),
    FactKind.PAUSED: ("running",),
    FactKind.RESUMED: ("paused",),
    FactKind.CANCELLED: ("running", "paused"),
    FactKind.UNCANCELLED: ("ended",),
}
"""In which state a kind of fact says something."""


def check_fact(facts: Sequence[Fact], new: Fact) -> None:
    """Raises ``Conflict`` where the new fact says nothing in the state that holds before it, ``Invalid`` where its date is too far off."""
    check_horizon(new.day)
    ordered = standing([*facts, new])
    start = next(fact for fact in ordered if fact.kind is FactKind.STARTED)
    if new.at < start.at:
        raise Invalid.field("at", "before_start", f"The subscription starts on {start.day}; nothing can be said of the time before.")
    state = state_before(ordered, new)
    if state not in _NEEDS[new.kind]:
        needed = " or ".join(_NEEDS[new.kind])
        raise Conflict(
            f"On {new.day} the subscription is {state}; {new.kind.value.replace('_', ' ')} needs it to be {needed}. "
            "Choose another day, or withdraw the fact that stands in the way.",
            code="wrong_state",
        )


def state_before(ordered: Sequence[Fact], new: Fact) -> str:
    """``running``, ``paused`` or ``ended``: what holds right before a fact."""
    state = "running"
    for fact in ordered:
        if fact is new:
            break
        state = _STATE_AFTER.get(fact.kind, state)
    return state


def check_horizon(day: date) -> None:
    """Raises ``Invalid`` for a day that is further ahead than the setting allows."""
    months = int(str(setting("subscriptions.max_horizon_months")))
    today = now().date()
    latest = calendars.add_months(today.year, today.month, months, today.day)
    if day > latest:
        raise Invalid.field("on", "too_far_ahead", f"{day} is more than {months} months ahead (subscriptions.max_horizon_months).")


def when(at: datetime | None, on: date | None, zone: str) -> datetime:
    """The instant that was meant: the one given, the midnight of the local day given, or now."""
    if at is not None and on is not None:
        raise Invalid.field("on", "two_dates", "Give an instant or a day, not both.")
    if on is not None:
        return calendars.day_start(on, zone)
    return at or now()
