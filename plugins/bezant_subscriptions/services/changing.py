"""Changing subscriptions: each use case appends one fact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import RowMapping, select, update

from bezant.sdk.db import session
from bezant.sdk.events import post_events
from bezant.sdk.services import audit, now, setting, use_case
from bezant.sdk.values import Conflict, DomainEvent, Invalid, NotFound, calendars
from bezant_accounts import services as accounts
from bezant_catalog import services as catalog
from bezant_catalog.contracts import Measurement, PlanVersion, PriceModel
from bezant_subscriptions.contracts import (
    SUBSCRIPTION,
    SubscriptionCancelled,
    SubscriptionChanged,
    SubscriptionInfo,
    UnusedPolicy,
    When,
)
from bezant_subscriptions.domain.current import current
from bezant_subscriptions.domain.facts import (
    Bare,
    Cancelled,
    CycleDayChanged,
    Fact,
    FactKind,
    PlanChanged,
    PriceOverridden,
    QuantityChanged,
    Terms,
    Unused,
    standing,
)
from bezant_subscriptions.domain.pieces import grid_for, plan_interval, quantity_of
from bezant_subscriptions.domain.settlement import touched
from bezant_subscriptions.domain.timeline import FOREVER_AT, Stretch, Timeline, build
from bezant_subscriptions.models import FactRow, Subscription
from bezant_subscriptions.services.reading import load_subscriptions
from bezant_subscriptions.services.store import (
    Plans,
    get_subscription,
    insert_facts,
    load_facts,
    lock_mark,
    mark_columns,
    mark_of,
    write_marks,
)
from bezant_subscriptions.services.validation import check_fact, when

CHANGE = "subscriptions.subscription.change"
CANCEL = "subscriptions.subscription.cancel"


@dataclass(frozen=True, slots=True)
class Subject:
    """A subscription as a change finds it: its row, facts and timeline."""

    row: RowMapping
    facts: list[Fact]
    timeline: Timeline
    plans: Plans
    zone: str

    @property
    def id(self) -> UUID:
        """The subscription."""
        found: UUID = self.row["id"]
        return found


@use_case(CHANGE)
def change_plan(
    subscription_id: UUID,
    plan: str,
    *,
    timing: When = "auto",
    at: datetime | None = None,
    on: date | None = None,
    quantity: Decimal | None = None,
    key: str | None = None,
) -> SubscriptionInfo:
    """Changes to the version of a plan that is in force, at the instant or day given.

    Without one, ``auto`` changes at once where the yearly price is not lower, else at the end of the period; ``now`` and
    ``period_end`` force it. The old plan's arrears and usage are billed at once, the paid rest by the charge's ``on_change``.
    """
    found = find_subject(subscription_id)
    moment = plan_change_moment(found, plan, timing, at, on, quantity)
    version = catalog.find_plan(plan, calendars.local_day(moment, found.zone), found.row["currency"])
    return say(found, FactKind.PLAN_CHANGED, moment, PlanChanged(version.id, quantity), key)


@use_case(CHANGE)
def change_quantity(
    subscription_id: UUID, quantity: Decimal, *, at: datetime | None = None, on: date | None = None, key: str | None = None
) -> SubscriptionInfo:
    """Another number of seats. Charges billed by difference rise at once and fall at the end of the period."""
    if quantity < 0:
        raise Invalid.field("quantity", "negative", "A quantity is zero or more.")
    found = find_subject(subscription_id)
    return say(found, FactKind.QUANTITY_CHANGED, when(at, on, found.zone), QuantityChanged(quantity), key)


@use_case(CHANGE)
def override_price(
    subscription_id: UUID,
    charge: str,
    price: PriceModel | None,
    *,
    at: datetime | None = None,
    on: date | None = None,
    key: str | None = None,
) -> SubscriptionInfo:
    """A price of this subscription's own for one charge of its plan; None goes back to the plan's price."""
    found = find_subject(subscription_id)
    moment = when(at, on, found.zone)
    stretch = found.timeline.on(calendars.local_day(moment, found.zone))
    if stretch is None or charge not in {one.code for one in stretch.plan.charges}:
        raise Invalid.field("charge", "no_such_charge", f"The plan has no charge {charge!r} on that day.")
    return say(found, FactKind.PRICE_OVERRIDDEN, moment, PriceOverridden(charge, price), key)


@use_case(CHANGE)
def change_cycle_day(
    subscription_id: UUID, day: int, *, at: datetime | None = None, on: date | None = None, key: str | None = None
) -> SubscriptionInfo:
    """Another cycle day, from its next occurrence on; a span that is billed already is never shortened."""
    if not 1 <= day <= 31:
        raise Invalid.field("day", "out_of_range", "A cycle day is a day of the month: write a number from 1 to 31.")
    found = find_subject(subscription_id)
    if found.timeline.started.alignment is not calendars.GridKind.CYCLE_DAY:
        raise Conflict(
            "The subscription is not aligned to a cycle day; only one that is has a cycle day to change.", code="wrong_alignment"
        )
    return say(found, FactKind.CYCLE_DAY_CHANGED, when(at, on, found.zone), CycleDayChanged(day), key)


@use_case(CHANGE)
def pause(subscription_id: UUID, *, at: datetime | None = None, on: date | None = None, key: str | None = None) -> SubscriptionInfo:
    """Stops recurring charges; the day of the pause is not paid for, and the unused rest is credited."""
    found = find_subject(subscription_id)
    return say(found, FactKind.PAUSED, when(at, on, found.zone), Bare(), key)


@use_case(CHANGE)
def resume(subscription_id: UUID, *, at: datetime | None = None, on: date | None = None, key: str | None = None) -> SubscriptionInfo:
    """Starts charges again; the day of the resumption is paid for."""
    found = find_subject(subscription_id)
    return say(found, FactKind.RESUMED, when(at, on, found.zone), Bare(), key)


@use_case(CANCEL)
def cancel(
    subscription_id: UUID,
    *,
    timing: When = "now",
    at: datetime | None = None,
    on: date | None = None,
    unused: UnusedPolicy = "credit",
    key: str | None = None,
) -> SubscriptionInfo:
    """Ends the subscription now, at an instant, on a day, or at the end of the period (``timing="period_end"``).

    The day of the cancellation is paid for or not by ``subscriptions.cancellation_day``; the paid rest is credited, or kept.
    """
    found = find_subject(subscription_id)
    planned = timing == "period_end" and at is None and on is None
    moment = period_end(found, now()) if planned else when(at, on, found.zone)
    used = setting("subscriptions.cancellation_day") == "used"
    return say(found, FactKind.CANCELLED, moment, Cancelled(used, planned, Unused(unused)), key)


@use_case(CANCEL)
def uncancel(subscription_id: UUID, *, key: str | None = None) -> SubscriptionInfo:
    """Takes the cancellation back: as if it had not been said where it has not taken effect, else from now on."""
    found = find_subject(subscription_id)
    said = next((fact for fact in reversed(standing(found.facts)) if fact.kind is FactKind.CANCELLED), None)
    if said is None:
        raise Conflict("The subscription is not cancelled.", code="wrong_state")
    if said.at > now():
        return say(found, FactKind.UNCANCELLED, said.at, Bare(), key, withdraws=said)
    return say(found, FactKind.UNCANCELLED, now(), Bare(), key)


@use_case(CHANGE)
def withdraw_fact(subscription_id: UUID, seq: int, *, key: str | None = None) -> SubscriptionInfo:
    """Takes one fact back, as if it had never been said; what was billed because of it is corrected by the next run."""
    found = find_subject(subscription_id)
    said = next((fact for fact in standing(found.facts) if fact.seq == seq), None)
    if said is None or said.kind is FactKind.STARTED:
        raise NotFound(f"There is no fact {seq} that could be taken back; the start itself is ended by cancelling.")
    return say(found, FactKind.WITHDRAWN, said.at, Bare(), key, withdraws=said)


def find_subject(subscription_id: UUID) -> Subject:
    """A subscription with everything that a change or a preview needs. Raises ``NotFound``."""
    row = get_subscription(subscription_id)
    account = accounts.get_account(row["account_id"])
    facts = load_facts([subscription_id])[subscription_id]
    plans = Plans()
    plans.load_for(facts)
    built = build(facts, lambda plan: plans.priced(plan, row["currency"]), account.timezone)
    assert built is not None
    return Subject(row, facts, built, plans, account.timezone)


def say(found: Subject, kind: FactKind, at: datetime, terms: Terms, key: str | None, withdraws: Fact | None = None) -> SubscriptionInfo:
    """Appends a fact under the lock of the mark; a key that was used before changes nothing."""
    mark = lock_mark(found.id)
    if key is not None and _said_before(found.id, key):
        return load_subscriptions([found.id])[found.id]
    facts = load_facts([found.id])[found.id]
    fact = new_fact(found, facts, kind, at, terms, withdraws)
    insert_facts([(found.id, fact, key or uuid4().hex)])
    touched_day = min(fact.day, withdraws.day) if withdraws else fact.day
    today = calendars.local_day(now(), found.zone)
    write_marks([(found.id, mark_columns(touched(mark_of(mark), touched_day, today, fact.at, now())))])
    refresh([(found.id, [*facts, fact])], found.plans)
    audit(f"subscriptions.subscription.{kind.value}", SUBSCRIPTION, found.id, {"seq": fact.seq, "day": fact.day.isoformat()})
    post_events([_event(found, fact)])
    return load_subscriptions([found.id])[found.id]


def new_fact(found: Subject, facts: Sequence[Fact], kind: FactKind, at: datetime, terms: Terms, withdraws: Fact | None = None) -> Fact:
    """The fact as it would stand in the timeline. Raises ``Conflict`` or ``Invalid`` where it says nothing there."""
    fact = Fact(
        max(one.seq for one in facts) + 1,
        kind,
        at,
        calendars.local_day(at, found.zone),
        terms,
        withdraws.seq if withdraws else None,
    )
    if withdraws is None:
        check_fact(facts, fact)
    return fact


def plan_change_moment(found: Subject, plan: str, timing: When, at: datetime | None, on: date | None, quantity: Decimal | None) -> datetime:
    """When a plan change takes effect: as said, or by comparing yearly prices."""
    if at is not None or on is not None:
        return when(at, on, found.zone)
    moment = now()
    running = found.timeline.on(calendars.local_day(moment, found.zone))
    if timing == "now" or running is None:
        return max(moment, found.timeline.stretches[0].start_at)
    if timing == "auto":
        new = catalog.find_plan(plan, calendars.local_day(moment, found.zone), found.row["currency"])
        seats = running.quantity if quantity is None else quantity
        if yearly_price(new, seats) >= yearly_price(running.plan, running.quantity):
            return moment
    return period_end(found, moment)


def period_end(found: Subject, moment: datetime) -> datetime:
    """The instant at which the period that runs at a moment ends."""
    day = calendars.local_day(moment, found.zone)
    stretch: Stretch | None = found.timeline.on(day)
    if stretch is None:
        raise Conflict("No period is running; name the day.", code="no_period")
    return calendars.day_start(grid_for(found.timeline, stretch).after(day), found.zone)


def yearly_price(plan: PlanVersion, seats: Decimal) -> Fraction:
    """What the recurring charges of a plan cost in a year: weeks ×52, months ×12, quarters ×4, half-years ×2."""
    stretch = Stretch(plan, seats, date.min, FOREVER_AT)
    per_period = sum(
        (
            catalog.rate(charge.price, Measurement(quantity=quantity_of(stretch, charge))).exact
            for charge in plan.charges
            if charge.kind == "recurring" and charge.quantity_source != "metric"
        ),
        Fraction(0),
    )
    times, count = plan_interval(plan).per_year
    return per_period * times / count


def refresh(changed: Sequence[tuple[UUID, Sequence[Fact]]], plans: Plans) -> None:
    """Writes what lists show of subscriptions from their facts."""
    plans.load_for(fact for _, facts in changed for fact in facts)
    at = now()
    table = Subscription.__table__.c
    for subscription_id, facts in changed:
        statement = update(Subscription).where(table.id == subscription_id).values(_columns(facts, plans, at))
        session.execute(statement, execution_options={"synchronize_session": False})


def _columns(facts: Sequence[Fact], plans: Plans, at: datetime) -> dict[str, Any]:
    holds = current(facts, at)
    plan = plans.version(holds.plan_version_id)
    table = Subscription.__table__.c
    return {
        "plan_id": plan.plan_id,
        "plan_version_id": plan.id,
        "plan_code": plan.plan_code,
        "quantity": holds.quantity,
        "ends_at": holds.ends_at,
        "ends_on": holds.ends_on,
        "paused_from": holds.paused_from,
        "last_seq": max(fact.seq for fact in facts),
        "version": table.version + 1,
    }


def _said_before(subscription_id: UUID, key: str) -> bool:
    table = FactRow.__table__.c
    return session.scalar(select(table.id).where(table.subscription_id == subscription_id, table.key == key)) is not None


def _event(found: Subject, fact: Fact) -> DomainEvent:
    account: UUID = found.row["account_id"]
    if fact.kind is FactKind.CANCELLED:
        return SubscriptionCancelled(found.id, account, fact.at)
    return SubscriptionChanged(found.id, account, fact.kind.value, fact.at)
