"""Previews: the same computation as a run, without the writing. Nothing is locked and nothing is kept."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from bezant.sdk.db import ids_in, in_reach, session
from bezant.sdk.services import now, query, setting
from bezant.sdk.values import calendars
from bezant_accounts import services as accounts
from bezant_accounts.contracts import ACCOUNTS
from bezant_catalog import services as catalog
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import IssuedPage
from bezant_subscriptions.contracts import NewSubscription, Parked, Preview, UnusedPolicy, When
from bezant_subscriptions.domain.drafting import Rates
from bezant_subscriptions.domain.facts import Cancelled, Fact, FactKind, PlanChanged, QuantityChanged, Terms, Unused
from bezant_subscriptions.domain.settlement import touched
from bezant_subscriptions.models import BillingMark
from bezant_subscriptions.services.changing import Subject, find_subject, new_fact, period_end, plan_change_moment
from bezant_subscriptions.services.computing import Computed, Horizon, compute, rate_quantity
from bezant_subscriptions.services.loading import Loaded, add_billed, load_page
from bezant_subscriptions.services.store import Plans, mark_columns, mark_of
from bezant_subscriptions.services.subscribing import make
from bezant_subscriptions.services.validation import check_horizon, when

VIEW = "subscriptions.subscription.view"


@query(VIEW)
def preview_billing(account_ids: Collection[UUID], on: date | None = None) -> Preview | None:
    """What a run would issue to accounts on a billing date; without one, on the next on which anything falls due (None: never).

    Everything that is due by then and not billed comes on one invoice per account.
    """
    wanted = in_reach(ACCOUNTS, account_ids)
    day = on or _next_date(wanted)
    if day is None:
        return None
    check_horizon(day)
    plans = Plans()
    page = load_page(wanted, day, plans, lock=False)
    return _preview(page, day, plans)


@query(VIEW)
def preview_subscription(new: NewSubscription) -> Preview:
    """What a new subscription would be billed on the day it starts."""
    made = make([new])[0]
    plans = Plans()
    plans.load([made.plan.id])
    page = Loaded([{**made.mark_row, "currency": made.account.currency, "takes_account_usage": True}], {made.id: made.facts}, {})
    page.accounts = {made.account.id: made.account}
    return _preview(page, made.day, plans)


@query(VIEW)
def preview_plan_change(
    subscription_id: UUID,
    plan: str,
    *,
    timing: When = "auto",
    at: datetime | None = None,
    on: date | None = None,
    quantity: Decimal | None = None,
) -> Preview:
    """What a plan change would bill and credit on the day it takes effect."""
    found = find_subject(subscription_id)
    moment = plan_change_moment(found, plan, timing, at, on, quantity)
    version = catalog.find_plan(plan, calendars.local_day(moment, found.zone), found.row["currency"])
    return _preview_fact(found, FactKind.PLAN_CHANGED, moment, PlanChanged(version.id, quantity))


@query(VIEW)
def preview_quantity(subscription_id: UUID, quantity: Decimal, *, at: datetime | None = None, on: date | None = None) -> Preview:
    """What another number of seats would bill and credit on the day it takes effect."""
    found = find_subject(subscription_id)
    return _preview_fact(found, FactKind.QUANTITY_CHANGED, when(at, on, found.zone), QuantityChanged(quantity))


@query(VIEW)
def preview_cancel(
    subscription_id: UUID,
    *,
    timing: When = "now",
    at: datetime | None = None,
    on: date | None = None,
    unused: UnusedPolicy = "credit",
) -> Preview:
    """What a cancellation would bill and credit on the day it takes effect."""
    found = find_subject(subscription_id)
    planned = timing == "period_end" and at is None and on is None
    moment = period_end(found, now()) if planned else when(at, on, found.zone)
    terms = Cancelled(setting("subscriptions.cancellation_day") == "used", planned, Unused(unused))
    return _preview_fact(found, FactKind.CANCELLED, moment, terms)


def _preview_fact(found: Subject, kind: FactKind, at: datetime, terms: Terms) -> Preview:
    fact = new_fact(found, found.facts, kind, at, terms)
    found.plans.load_for([fact])
    today = calendars.local_day(now(), found.zone)
    page = Loaded([_touched_mark(found, fact, today)], {found.id: [*found.facts, fact]}, {})
    page.accounts = accounts.load_accounts([found.row["account_id"]])
    return _preview(add_billed(page), max(fact.day, today), found.plans)


def _touched_mark(found: Subject, fact: Fact, today: date) -> Mapping[str, Any]:
    table = BillingMark.__table__
    row = session.execute(select(table).where(table.c.subscription_id == found.id)).mappings().one()
    mark = touched(mark_of(row), fact.day, today, fact.at, now())
    return {
        **row,
        **mark_columns(mark),
        "currency": found.row["currency"],
        "takes_account_usage": found.row["takes_account_usage"],
    }


def _preview(page: Loaded, day: date, plans: Plans) -> Preview:
    computed = compute(page, Horizon(day), plans, Rates(rate_quantity), None)
    return Preview(day, _priced(computed), tuple(_parked(computed, day)))


def _priced(computed: Computed) -> IssuedPage:
    if not computed.invoices and not computed.back.notes:
        return IssuedPage()
    return invoicing.issue_page(computed.invoices, computed.back.notes, preview=True)


def _parked(computed: Computed, day: date) -> list[Parked]:
    at = now()
    return [Parked(one.account_id, one.subscription_id, day, one.code, one.explanation, one.remedy, at) for one in computed.troubles]


def _next_date(account_ids: Collection[UUID]) -> date | None:
    table = BillingMark.__table__.c
    found: date | None = session.scalar(select(func.min(table.next_due_on)).where(ids_in(table.account_id, account_ids)))
    return found
