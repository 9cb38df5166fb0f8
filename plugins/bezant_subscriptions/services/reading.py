"""Reading subscriptions, their timelines, runs and parked accounts."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select

from bezant.sdk.db import check_reach, ids_in, in_reach, in_scope, selectable, session
from bezant.sdk.services import now, principal, query
from bezant.sdk.values import NotFound
from bezant_accounts import services as accounts
from bezant_accounts.contracts import ACCOUNTS
from bezant_catalog.contracts import PlanVersion
from bezant_subscriptions.contracts import (
    FactInfo,
    Parked,
    RunInfo,
    StretchInfo,
    SubscriptionInfo,
    TimelineInfo,
)
from bezant_subscriptions.domain.current import state_of
from bezant_subscriptions.domain.facts import Fact
from bezant_subscriptions.domain.pieces import end_of, grid_for
from bezant_subscriptions.domain.timeline import FOREVER, Stretch, Timeline, build
from bezant_subscriptions.domain.words import sentence
from bezant_subscriptions.models import BillingMark, BillingRun, FactRow, ParkedAccount, Subscription
from bezant_subscriptions.services.store import Plans, load_facts


@query("subscriptions.subscription.view")
def load_subscriptions(ids: Collection[UUID]) -> dict[UUID, SubscriptionInfo]:
    """Subscriptions by id; an id that there is none of is left out."""
    return _infos(ids_in(Subscription.__table__.c.id, ids)) if ids else {}


@query("subscriptions.subscription.view")
def subscriptions_of(account_ids: Collection[UUID]) -> list[SubscriptionInfo]:
    """All subscriptions of some accounts, oldest first."""
    found = _infos(ids_in(Subscription.__table__.c.account_id, account_ids)) if account_ids else {}
    return sorted(found.values(), key=lambda one: (one.started_at, one.id))


@query("subscriptions.subscription.view")
def find_subscription(external_id: str) -> UUID | None:
    """The subscription with an external id; where several had it one after the other, the one that has not ended, or the last."""
    table = Subscription.__table__.c
    statement = (
        select(table.id)
        .where(table.external_id == external_id, in_scope(Subscription))
        .order_by(table.ends_at.is_not(None), table.started_at.desc())
    )
    found: UUID | None = session.scalars(statement.limit(1)).first()
    return found


@query("subscriptions.subscription.view")
def timeline(subscription_id: UUID) -> TimelineInfo:
    """A subscription's facts, newest knowledge included, and the stretches they come to. Raises ``NotFound``."""
    info = load_subscriptions([subscription_id]).get(subscription_id)
    if info is None:
        raise NotFound(f"There is no subscription {subscription_id}.")
    facts = load_facts([subscription_id])[subscription_id]
    plans = Plans()
    plans.load_for(facts)
    zone = accounts.get_account(info.account_id).timezone
    built = build(facts, lambda plan: plans.priced(plan, info.currency), zone)
    stretches = tuple(_stretch(built, one) for one in built.stretches) if built else ()
    return TimelineInfo(info, _fact_infos(subscription_id, facts, plans, info.currency), stretches)


@query("subscriptions.run.view")
def load_run(run_id: UUID) -> RunInfo:
    """One billing run. Raises ``NotFound``."""
    check_reach(BillingRun, [run_id], "billing run")
    return read_run_info(run_id)


@query("subscriptions.run.view")
def recent_runs(limit: int = 10) -> list[RunInfo]:
    """The newest billing runs first."""
    table = BillingRun.__table__
    newest = select(table).where(in_scope(table)).order_by(table.c.id.desc()).limit(limit)
    return [run_info(row) for row in session.execute(newest).mappings()]


@query("subscriptions.run.view")
def parked_accounts(account_ids: Collection[UUID] | None = None) -> list[Parked]:
    """Accounts that could not be billed, longest first."""
    table = ParkedAccount.__table__
    statement = select(table).where(in_scope(table)).order_by(table.c.since, table.c.account_id)
    if account_ids is not None:
        statement = statement.where(ids_in(table.c.account_id, account_ids))
    return [_parked(row) for row in session.execute(statement).mappings()]


def within_reach(account_ids: Collection[UUID] | None) -> Collection[UUID] | None:
    """Those of some accounts (None: of all) that the principal may know of; None still means all."""
    if account_ids is not None or not principal().is_limited:
        return None if account_ids is None else in_reach(ACCOUNTS, account_ids)
    accounts_of_all = selectable(ACCOUNTS)
    return session.scalars(select(accounts_of_all.c.id).where(in_scope(accounts_of_all))).all()


def read_run_info(run_id: UUID) -> RunInfo:
    """One billing run, for those that carry it out. Raises ``NotFound``."""
    table = BillingRun.__table__
    row = session.execute(select(table).where(table.c.id == run_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no billing run {run_id}.")
    return run_info(row)


def run_info(row: RowMapping | Mapping[str, Any]) -> RunInfo:
    """A run's row as others may see it."""
    names = tuple(RunInfo.__dataclass_fields__)
    values = {name: row[name] for name in names if name != "amounts"}
    amounts = {currency: (int(both[0]), int(both[1])) for currency, both in (row["amounts"] or {}).items()}
    return RunInfo(**values, amounts=amounts)


def _parked(row: RowMapping) -> Parked:
    return Parked(**{name: row[name] for name in Parked.__dataclass_fields__})


def _infos(condition: Any) -> dict[UUID, SubscriptionInfo]:
    table, marks = Subscription.__table__, BillingMark.__table__.c
    statement = (
        select(table, marks.billed_through, marks.next_due_on, marks.usage_from.label("late_usage_from"))
        .outerjoin(BillingMark.__table__, marks.subscription_id == table.c.id)
        .where(condition, in_scope(table))
    )
    at = now()
    return {row["id"]: _info(row, at) for row in session.execute(statement).mappings()}


def _info(row: RowMapping, at: Any) -> SubscriptionInfo:
    names = [name for name in SubscriptionInfo.__dataclass_fields__ if name != "state"]
    state = state_of(row["started_at"], row["ends_at"], row["paused_from"], at)
    return SubscriptionInfo(**{name: row[name] for name in names}, state=state)


def _stretch(timeline: Timeline, one: Stretch) -> StretchInfo:
    last = end_of(one, grid_for(timeline, one))[0]
    end = None if last == FOREVER else last
    return StretchInfo(one.start, end, one.plan.plan_code, one.quantity, one.phase.code if one.phase else "")


def _fact_infos(subscription_id: UUID, facts: Sequence[Fact], plans: Plans, currency: str) -> tuple[FactInfo, ...]:
    table = FactRow.__table__.c
    statement = select(table.seq, table.recorded_at, table.payload).where(table.subscription_id == subscription_id)
    rows = {row.seq: row for row in session.execute(statement)}
    withdrawn = {fact.withdraws for fact in facts if fact.withdraws is not None}

    def plan_of(plan_version: UUID) -> PlanVersion:
        return plans.priced(plan_version, currency)

    return tuple(
        FactInfo(
            fact.seq,
            fact.kind.value,
            fact.at,
            fact.day,
            rows[fact.seq].recorded_at,
            sentence(fact, plan_of),
            rows[fact.seq].payload,
            fact.seq in withdrawn,
        )
        for fact in sorted(facts, key=lambda fact: (fact.at, fact.seq))
    )
