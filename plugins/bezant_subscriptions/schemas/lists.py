"""The lists of subscriptions, billing runs and parked accounts."""

from typing import Any

from flask import url_for
from sqlalchemy import Select, bindparam, case, select

from bezant.sdk.db import UTCDateTime, selectable
from bezant.sdk.lists import Choice, EmptyState, Field, ListSpec, Step, View
from bezant.sdk.services import now
from bezant_accounts.contracts import ACCOUNTS
from bezant_subscriptions.models import BillingMark, BillingRun, ParkedAccount, Subscription

STATES = (
    Choice("active", "Active", "ok"),
    Choice("future", "Not yet", "idle", "ring"),
    Choice("paused", "Paused", "warn", "ring"),
    Choice("ended", "Ended", "idle", "ring"),
)
RUN_STATES = (
    Choice("queued", "Queued", "info", "ring"),
    Choice("running", "Running", "info", "ring"),
    Choice("interrupted", "Interrupted", "warn"),
    Choice("finished", "Finished", "ok", "ring"),
    Choice("failed", "Failed", "bad"),
)

_subscriptions = Subscription.__table__.c
_marks = BillingMark.__table__.c
_runs = BillingRun.__table__.c
_parked = ParkedAccount.__table__.c
_accounts = selectable(ACCOUNTS)
_now = bindparam("business_time", callable_=now, type_=UTCDateTime())

_state = case(
    (_subscriptions.ends_at <= _now, "ended"),
    (_subscriptions.started_at > _now, "future"),
    (_subscriptions.paused_from <= _now, "paused"),
    else_="active",
)
_next_due_on = case(((_subscriptions.ends_at <= _now) & _marks.usage_from.is_not(None), None), else_=_marks.next_due_on)
"""Of one that has ended, usage that came in late is looked at by whichever run comes next: no date of its own."""


def _subscription_rows() -> Select[Any]:
    return (
        select()
        .select_from(Subscription.__table__)
        .join(_accounts, _accounts.c.id == _subscriptions.account_id)
        .join(BillingMark.__table__, _marks.subscription_id == _subscriptions.id)
    )


def _parked_rows() -> Select[Any]:
    return select().select_from(ParkedAccount.__table__).join(_accounts, _accounts.c.id == _parked.account_id)


_START = Step("New subscription", lambda: url_for("subscriptions.new_subscription"), "plus", "subscriptions.subscription.create")
_RUN = Step("Run billing", lambda: url_for("billing_runs.new_run"), "player-play", "subscriptions.run.start")

SUBSCRIPTION_LIST = ListSpec(
    name="subscriptions",
    title="Subscriptions",
    permission="subscriptions.subscription.view",
    scope=Subscription,
    statement=_subscription_rows,
    fields=(
        Field("id", "Id", _subscriptions.id, "uuid", hidden=True),
        Field("account", "Account", _accounts.c.name),
        Field("account_id", "Account id", _subscriptions.account_id, "uuid", hidden=True),
        Field("account_number", "Account number", _accounts.c.number, "code", hidden=True),
        Field("external_id", "External id", _subscriptions.external_id, "code"),
        Field("plan_code", "Plan", _subscriptions.plan_code, "code"),
        Field("quantity", "Quantity", _subscriptions.quantity, "decimal", sortable=False),
        Field("state", "State", _state, "status", choices=STATES),
        Field("started_on", "Started", _subscriptions.started_on, "day"),
        Field("started_at", "Started at", _subscriptions.started_at, "instant", hidden=True),
        Field("ends_on", "Ends", _subscriptions.ends_on, "day"),
        Field("ends_at", "Ends at", _subscriptions.ends_at, "instant", hidden=True),
        Field("billed_through", "Billed through", _marks.billed_through, "day", hidden=True),
        Field("next_due_on", "Next billing", _next_due_on, "day"),
        Field("late_usage_from", "Late usage from", _marks.usage_from, "instant", hidden=True),
        Field("currency", "Currency", _subscriptions.currency, "code", hidden=True),
    ),
    default_sort="-started_at",
    search=("external_id", "account", "account_number"),
    search_hint="External id or account",
    views=(
        View("all", "All"),
        View("active", "Active", "state=active"),
        View("paused", "Paused", "state=paused"),
        View("ended", "Ended", "state=ended"),
    ),
    record=lambda row: url_for("subscriptions.subscription", subscription_id=row["id"]),
    empty=EmptyState("No subscriptions yet", "A subscription bills an account for a plan, period by period.", _START),
    actions=(_START,),
    name_field="account",
)

RUN_LIST = ListSpec(
    name="billing_runs",
    title="Billing runs",
    permission="subscriptions.run.view",
    scope=BillingRun,
    statement=lambda: select().select_from(BillingRun.__table__),
    fields=(
        Field("id", "Id", _runs.id, "uuid", hidden=True),
        Field("started_at", "Started", _runs.started_at, "instant"),
        Field("through", "Through", _runs.through, "day"),
        Field("state", "State", _runs.state, "status", choices=RUN_STATES),
        Field("trigger", "Started by", _runs.trigger, "code"),
        Field("total", "Subscriptions", _runs.total, "integer"),
        Field("done", "Done", _runs.done, "integer"),
        Field("invoices", "Invoices", _runs.invoices, "integer"),
        Field("credit_notes", "Credit notes", _runs.credit_notes, "integer"),
        Field("lines", "Lines", _runs.lines, "integer", hidden=True),
        Field("parked", "Parked", _runs.parked, "integer"),
        Field("finished_at", "Finished", _runs.finished_at, "instant", hidden=True),
    ),
    default_sort="-started_at",
    views=(View("all", "All"), View("parked", "With parked accounts", "parked.gt=0")),
    record=lambda row: url_for("billing_runs.run", run_id=row["id"]),
    empty=EmptyState("No billing runs yet", "A run bills everything that has fallen due and was not billed.", _RUN),
    actions=(_RUN,),
)

PARKED_LIST = ListSpec(
    name="parked_accounts",
    title="Parked accounts",
    permission="subscriptions.run.view",
    scope=ParkedAccount,
    statement=_parked_rows,
    fields=(
        Field("id", "Account id", _parked.account_id, "uuid", hidden=True),
        Field("account", "Account", _accounts.c.name),
        Field("billing_date", "Billing date", _parked.billing_date, "day"),
        Field("explanation", "What is wrong", _parked.explanation),
        Field("remedy", "What would mend it", _parked.remedy),
        Field("code", "Code", _parked.code, "code", hidden=True),
        Field("subscription_id", "Subscription id", _parked.subscription_id, "uuid", hidden=True),
        Field("since", "Since", _parked.since, "instant"),
    ),
    default_sort="since",
    empty=EmptyState("No account is parked", "An account that cannot be billed is set aside here, with what would mend it."),
    name_field="account",
)
