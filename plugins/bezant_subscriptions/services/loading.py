"""Everything that a page of accounts needs, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, select

from bezant.sdk.db import ids_in, session
from bezant.sdk.values import calendars
from bezant_accounts import services as accounts
from bezant_accounts.contracts import AccountInfo
from bezant_subscriptions.domain.facts import Fact
from bezant_subscriptions.domain.metering import BilledWindow
from bezant_subscriptions.domain.reconcile import Covered
from bezant_subscriptions.models import BillingMark, CommitmentPeriod, Coverage, OneTimeBilled, Subscription, UsageBilled
from bezant_subscriptions.services.store import Plans, load_facts

Span = calendars.Span


@dataclass(slots=True)
class Loaded:
    """A page: marks with what of their subscription matters, facts, accounts, and what was billed as far back as marks look."""

    marks: Sequence[RowMapping]
    facts: Mapping[UUID, list[Fact]]
    accounts: Mapping[UUID, AccountInfo]
    covered: Mapping[UUID, list[Covered]] = field(default_factory=dict)
    windows: Mapping[UUID, list[BilledWindow]] = field(default_factory=dict)
    commitments: Mapping[UUID, list[tuple[str, date]]] = field(default_factory=dict)
    once: Mapping[UUID, list[tuple[str, date]]] = field(default_factory=dict)


def load_page(account_ids: Collection[UUID], through: date, plans: Plans, *, lock: bool, all_marks: bool = False) -> Loaded:
    """The subscriptions of some accounts that are due through a day (or all of them). ``lock`` holds their marks until the commit."""
    marks = _marks(account_ids, through, lock=lock, all_marks=all_marks)
    if not marks:
        return Loaded((), {}, {})
    ids = [mark["subscription_id"] for mark in marks]
    facts = load_facts(ids)
    plans.load_for(fact for some in facts.values() for fact in some)
    return add_billed(Loaded(marks, facts, accounts.load_accounts({mark["account_id"] for mark in marks})))


def add_billed(page: Loaded) -> Loaded:
    """Adds what was billed, as far back as the marks look."""
    ids = [mark["subscription_id"] for mark in page.marks]
    page.covered = _covered(ids)
    page.windows = _windows(ids)
    page.commitments = _done(CommitmentPeriod, "from_day", "to_day", ids)
    page.once = _done(OneTimeBilled, "day", "day", ids)
    return page


def _marks(account_ids: Collection[UUID], through: date, *, lock: bool, all_marks: bool) -> Sequence[RowMapping]:
    marks, subscriptions = BillingMark.__table__, Subscription.__table__.c
    statement = (
        select(marks, subscriptions.currency, subscriptions.takes_account_usage)
        .join(Subscription.__table__, subscriptions.id == marks.c.subscription_id)
        .where(ids_in(marks.c.account_id, account_ids), marks.c.hold.is_(False))
        .order_by(marks.c.account_id, marks.c.subscription_id)
    )
    if not all_marks:
        statement = statement.where(marks.c.next_due_on <= through)
    if lock:
        statement = statement.with_for_update(of=marks)
    return session.execute(statement).mappings().all()


def _looked_at(table: Any, ids: Collection[UUID], day: str) -> Any:
    """Open rows that reach beyond the day from which their mark looks."""
    marks = BillingMark.__table__.c
    return (
        (marks.subscription_id == table.c.subscription_id)
        & ids_in(marks.subscription_id, ids)
        & table.c.closed_by.is_(None)
        & (table.c[day] > marks.look_from)
    )


def _covered(ids: Collection[UUID]) -> Mapping[UUID, list[Covered]]:
    table = Coverage.__table__
    found: dict[UUID, list[Covered]] = defaultdict(list)
    statement: Select[Any] = select(table).join(BillingMark.__table__, _looked_at(table, ids, "to_day"))
    for row in session.execute(statement.order_by(table.c.subscription_id, table.c.from_day, table.c.id)):
        found[row.subscription_id].append(covered_of(row))
    return found


def covered_of(row: Any) -> Covered:
    """A row of coverage as reconciliation reads it."""
    return Covered(
        row.id,
        row.charge_key,
        row.layer,
        row.price_key,
        Span(row.from_day, row.to_day),
        row.line_id,
        row.invoice_id,
        Span(row.line_from, row.line_to),
        row.line_amount_minor,
        row.amount_minor,
    )


def _windows(ids: Collection[UUID]) -> Mapping[UUID, list[BilledWindow]]:
    table = UsageBilled.__table__
    found: dict[UUID, list[BilledWindow]] = defaultdict(list)
    statement: Select[Any] = select(table).join(BillingMark.__table__, _looked_at(table, ids, "to_day"))
    for row in session.execute(statement.order_by(table.c.subscription_id, table.c.from_at, table.c.id)):
        found[row.subscription_id].append(
            BilledWindow(
                row.id,
                row.charge_key,
                row.group_key,
                row.price_key,
                row.from_at,
                row.to_at,
                Span(row.from_day, row.to_day),
                row.amount_minor,
                row.line_id,
                row.invoice_id,
            )
        )
    return found


def _done(model: Any, first: str, last: str, ids: Collection[UUID]) -> Mapping[UUID, list[tuple[str, date]]]:
    """(charge key, first day) of open rows that marks still look at."""
    table, marks = model.__table__, BillingMark.__table__.c
    statement = (
        select(table.c.subscription_id, table.c.charge_key, table.c[first])
        .join(BillingMark.__table__, marks.subscription_id == table.c.subscription_id)
        .where(ids_in(marks.subscription_id, ids), table.c.closed_by.is_(None), table.c[last] >= marks.look_from)
    )
    found: dict[UUID, list[tuple[str, date]]] = defaultdict(list)
    for subscription_id, key, day in session.execute(statement):
        found[subscription_id].append((key, day))
    return found
