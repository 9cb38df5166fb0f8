"""Starting subscriptions."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import bulk_insert, ids_in, json_rows, session
from bezant.sdk.events import post_events
from bezant.sdk.services import audit_many, now, setting, use_case
from bezant.sdk.values import Conflict, Invalid, Problem, calendars, new_id
from bezant_accounts import services as accounts
from bezant_accounts.contracts import AccountInfo
from bezant_catalog import services as catalog
from bezant_catalog.contracts import PlanVersion
from bezant_subscriptions.contracts import SUBSCRIPTION, NewSubscription, SubscriptionInfo, SubscriptionStarted
from bezant_subscriptions.domain.facts import Cancelled, Fact, FactKind, Started
from bezant_subscriptions.domain.settlement import first_mark
from bezant_subscriptions.domain.timeline import FOREVER_AT
from bezant_subscriptions.models import BillingMark, FactRow, Subscription, TrialUsed
from bezant_subscriptions.services.reading import load_subscriptions
from bezant_subscriptions.services.store import insert_facts, mark_columns
from bezant_subscriptions.services.validation import check_horizon, when


@use_case("subscriptions.subscription.create")
def subscribe(new: NewSubscription) -> SubscriptionInfo:
    """Starts one subscription; see :func:`subscribe_many`."""
    return subscribe_many([new])[0]


@use_case("subscriptions.subscription.create")
def subscribe_many(new: Sequence[NewSubscription]) -> list[SubscriptionInfo]:
    """Starts subscriptions, all or none, in the past, now or later; what is due is billed by the next run.

    Raises ``Invalid`` with every problem (fields are prefixed with ``<index>.`` where there is more than one), ``NotFound`` for an
    unknown plan, ``Conflict`` for an external id that a subscription which has not ended bears.
    """
    made = make(new)
    _give_account_usage(made)
    _write(made)
    found = load_subscriptions([one.id for one in made])
    return [found[one.id] for one in made]


def make(new: Sequence[NewSubscription]) -> list["Made"]:
    """Subscriptions with their first facts, checked and not written; what :func:`subscribe_many` raises."""
    known = accounts.load_accounts({one.account_id for one in new})
    _check(new, known)
    _refuse_taken(new)
    plans = _Plans()
    cycle_days = _cycle_days_of(new, known)
    trials = _trials_used(new)
    return [Made(one, known[one.account_id], plans, cycle_days, trials) for one in new]


class _Plans:
    """The version of a plan that a new subscription takes, asked for once per plan, day and currency."""

    def __init__(self) -> None:
        self._found: dict[tuple[Any, ...], PlanVersion] = {}

    def find(self, code: str, at: datetime, account: AccountInfo) -> PlanVersion:
        day = calendars.local_day(at, account.timezone)
        key = (code, day, account.currency)
        if key not in self._found:
            self._found[key] = catalog.find_plan(code, day, account.currency)
        return self._found[key]


class Made:
    """One subscription with its first facts."""

    def __init__(
        self,
        new: NewSubscription,
        account: AccountInfo,
        plans: _Plans,
        cycle_days: dict[UUID, int],
        trials: Collection[tuple[UUID, str]],
    ) -> None:
        self.id, self.new, self.account = new.id or new_id(), new, account
        at = when(new.start_at, new.start_on, account.timezone)
        self.day = calendars.local_day(at, account.timezone)
        check_horizon(self.day)
        self.plan = plans.find(new.plan, at, account)
        alignment = calendars.GridKind(new.alignment or str(setting("subscriptions.alignment")))
        cycle_day = new.cycle_day
        if alignment is calendars.GridKind.CYCLE_DAY and cycle_day is None and setting("subscriptions.cycle_day_source") == "account":
            cycle_day = cycle_days.setdefault(account.id, account.bill_cycle_day or _first_paid_day(self.plan, self.day))
        self.start = Fact(
            1,
            FactKind.STARTED,
            at,
            self.day,
            Started(
                self.plan.id,
                new.quantity,
                alignment,
                calendars.Proration(str(setting("subscriptions.proration"))),
                cycle_day,
                (account.id, new.external_id or "") in trials,
            ),
        )
        self.facts = [self.start]
        self.takes_account_usage = False
        if new.end_on is not None:
            used = setting("subscriptions.cancellation_day") == "used"
            end_at = calendars.day_start(new.end_on, account.timezone)
            self.facts.append(Fact(2, FactKind.CANCELLED, end_at, new.end_on, Cancelled(used=used, planned=True)))

    @property
    def row(self) -> dict[str, Any]:
        """Its row."""
        end = self.facts[1] if len(self.facts) > 1 else None
        at = now()
        return {
            "id": self.id,
            "account_id": self.account.id,
            "external_id": self.new.external_id,
            "currency": self.account.currency,
            "plan_id": self.plan.plan_id,
            "plan_version_id": self.plan.id,
            "plan_code": self.plan.plan_code,
            "quantity": self.new.quantity,
            "started_at": self.start.at,
            "started_on": self.start.day,
            "ends_at": end.at if end else None,
            "ends_on": end.day if end else None,
            "paused_from": None,
            "takes_account_usage": self.takes_account_usage,
            "last_seq": len(self.facts),
            "version": 1,
            "created_at": at,
            "updated_at": at,
        }

    @property
    def mark_row(self) -> dict[str, Any]:
        """Its mark: everything is still to be looked at."""
        return {
            "subscription_id": self.id,
            "account_id": self.account.id,
            "hold": False,
            "usage_billed_to": None,
            "usage_from": None,
            **mark_columns(first_mark(self.start)),
        }

    @property
    def has_trial(self) -> bool:
        """Whether its trial is to be remembered."""
        return bool(self.new.external_id) and any(phase.kind == "trial" for phase in self.plan.phases)


def _first_paid_day(plan: PlanVersion, start: Any) -> int:
    """The day of the first recurring charge that is not free: after the trial, if there is one."""
    day = start
    for phase in plan.phases:
        if phase.kind != "trial" or phase.unit is None or phase.count is None:
            break
        day = calendars.add_interval(day, calendars.Interval(calendars.Unit(phase.unit), phase.count))
    return int(day.day)


def _give_account_usage(made: Sequence[Made]) -> None:
    """Usage that names only the account goes to one subscription at a time: the first, until it has ended."""
    table = Subscription.__table__.c
    wanted = ids_in(table.account_id, {one.account.id for one in made})
    statement = select(table.account_id, table.ends_at).where(wanted, table.takes_account_usage)
    taken: dict[UUID, datetime] = {}
    for account, ends_at in session.execute(statement):
        taken[account] = max(ends_at or FOREVER_AT, taken.get(account, ends_at or FOREVER_AT))
    for one in made:
        if taken.get(one.account.id, one.start.at) <= one.start.at:
            one.takes_account_usage = True
            taken[one.account.id] = one.row["ends_at"] or FOREVER_AT


def _write(made: Sequence[Made]) -> None:
    bulk_insert(Subscription, [one.row for one in made])
    insert_facts([(one.id, fact, "start" if fact is one.start else "planned_end") for one in made for fact in one.facts])
    bulk_insert(BillingMark, [one.mark_row for one in made])
    fresh = {(one.account.id, one.new.external_id): one for one in made if one.has_trial and not one.start.terms.trial_used}  # type: ignore[union-attr]
    bulk_insert(
        TrialUsed,
        [
            {"id": new_id(), "account_id": account, "external_id": external, "subscription_id": one.id}
            for (account, external), one in fresh.items()
        ],
    )
    audit_many("subscriptions.subscription.started", SUBSCRIPTION, {one.id: {"plan_version_id": str(one.plan.id)} for one in made})
    post_events([SubscriptionStarted(one.id, one.account.id, one.plan.plan_code, one.start.at) for one in made])


def _check(new: Sequence[NewSubscription], known: Mapping[UUID, AccountInfo]) -> None:
    problems = [
        Problem(f"{index}.{problem.field}" if len(new) > 1 else problem.field, problem.code, problem.message)
        for index, one in enumerate(new)
        for problem in _problems(one, known.get(one.account_id))
    ]
    if problems:
        raise Invalid(problems=problems)


def _problems(one: NewSubscription, account: AccountInfo | None) -> list[Problem]:
    found = []
    if account is None or account.archived:
        found.append(Problem("account_id", "no_such_account", f"There is no active account {one.account_id}."))
    if one.quantity < 0:
        found.append(Problem("quantity", "negative", "A quantity is zero or more."))
    if one.cycle_day is not None and not 1 <= one.cycle_day <= 31:
        found.append(Problem("cycle_day", "out_of_range", "A cycle day is a day of the month: write a number from 1 to 31."))
    start = one.start_on or (one.start_at.date() if one.start_at else None)
    if one.end_on is not None and start is not None and one.end_on <= start:
        found.append(Problem("end_on", "before_start", f"The end {one.end_on} must come after the start {start}."))
    return found


def _refuse_taken(new: Sequence[NewSubscription]) -> None:
    wanted = [one.external_id for one in new if one.external_id]
    if not wanted:
        return
    twice = next((one for index, one in enumerate(wanted) if one in wanted[:index]), None) if len(set(wanted)) < len(wanted) else None
    table = Subscription.__table__.c
    starts = min((one.start_at for one in new if one.start_at), default=None)
    rows = json_rows([{"value": value} for value in set(wanted)], value="text")
    statement = select(table.external_id, table.ends_at).where(table.external_id.in_(select(rows.c.value)))
    taken = [external for external, ends_at in session.execute(statement) if ends_at is None or (starts and ends_at > starts)]
    if twice or taken:
        name = twice or taken[0]
        raise Conflict(
            f"A subscription that has not ended bears the external id {name!r}; choose another one, or end that subscription first.",
            code="external_id_taken",
            problems=[Problem("external_id", "taken", f"{name!r} is taken.")],
        )


def _cycle_days_of(new: Sequence[NewSubscription], known: Mapping[UUID, AccountInfo]) -> dict[UUID, int]:
    """The cycle day that the first subscription of each account has set, where the account itself says nothing."""
    undecided = [one.account_id for one in new if known[one.account_id].bill_cycle_day is None]
    if not undecided or str(setting("subscriptions.cycle_day_source")) != "account":
        return {}
    table, facts = Subscription.__table__.c, FactRow.__table__.c
    statement = (
        select(table.account_id, facts.payload)
        .join(FactRow.__table__, (facts.subscription_id == table.id) & (facts.kind == FactKind.STARTED.value))
        .where(ids_in(table.account_id, undecided))
        .order_by(facts.effective_at.desc())
    )
    return {account: payload["cycle_day"] for account, payload in session.execute(statement) if payload.get("cycle_day")}


def _trials_used(new: Sequence[NewSubscription]) -> set[tuple[UUID, str]]:
    named = [one.account_id for one in new if one.external_id]
    if not named:
        return set()
    table = TrialUsed.__table__.c
    return {
        (account, external)
        for account, external in session.execute(select(table.account_id, table.external_id).where(ids_in(table.account_id, named)))
    }
