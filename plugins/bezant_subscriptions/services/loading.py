"""Everything that a page of accounts needs, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import FromClause, Select, select

from bezant.sdk.db import ids_in, json_rows, session
from bezant.sdk.values import calendars
from bezant_accounts import services as accounts
from bezant_accounts.contracts import AccountInfo
from bezant_subscriptions.domain.drafting import TruedUp
from bezant_subscriptions.domain.facts import Fact
from bezant_subscriptions.domain.metering import BilledWindow
from bezant_subscriptions.domain.reconcile import Covered
from bezant_subscriptions.domain.timeline import ONE_DAY
from bezant_subscriptions.models import BillingMark, CommitmentPeriod, Coverage, OneTimeBilled, Subscription, UsageBilled
from bezant_subscriptions.services.store import Plans, load_facts

Span = calendars.Span


@dataclass(slots=True)
class Loaded:
    """A page: marks with what of their subscription matters, facts, accounts, and what was billed as far back as marks look."""

    marks: Sequence[Mapping[str, Any]]
    facts: Mapping[UUID, list[Fact]]
    accounts: Mapping[UUID, AccountInfo]
    covered: Mapping[UUID, list[Covered]] = field(default_factory=dict)
    windows: Mapping[UUID, list[BilledWindow]] = field(default_factory=dict)
    trued_up: Mapping[UUID, list[TruedUp]] = field(default_factory=dict)
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
    """Adds what was billed and stands, as far back as the marks look, and as the periods of the minimums that they look at reach."""
    looks = {mark["subscription_id"]: mark["look_from"] for mark in page.marks}
    rows = _looks(looks)
    page.trued_up = _trued_up(rows)
    page.once = _done(OneTimeBilled, "day", rows)
    if page.trued_up:
        rows = _looks({of: min([day, *(row.from_day for row in page.trued_up.get(of, ()))]) for of, day in looks.items()})
    page.covered = _covered(rows)
    page.windows = _windows(rows)
    return page


def _looks(days: Mapping[UUID, date]) -> FromClause:
    """Subscriptions with the day from which they are looked at, as rows to join."""
    return json_rows([{"id": of, "look_from": day} for of, day in days.items()], id="uuid", look_from="day")


def _marks(account_ids: Collection[UUID], through: date, *, lock: bool, all_marks: bool) -> Sequence[Mapping[str, Any]]:
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
    return [_looking_back(row._asdict()) for row in session.execute(statement)]


def _looking_back(mark: dict[str, Any]) -> dict[str, Any]:
    """A mark that looks as far back as usage came in late."""
    if mark["usage_from"] is not None:
        mark["look_from"] = min(mark["look_from"], mark["usage_from"].date() - ONE_DAY)
    return mark


def _standing(table: Any, looks: FromClause, last: str) -> Select[Any]:
    """Open rows that reach beyond the day from which their subscription is looked at."""
    looked_at = (table.c.subscription_id == looks.c.id) & (table.c[last] > looks.c.look_from)
    return select(table).join(looks, looked_at).where(table.c.closed_by.is_(None))


def _covered(looks: FromClause) -> Mapping[UUID, list[Covered]]:
    table = Coverage.__table__
    found: dict[UUID, list[Covered]] = defaultdict(list)
    statement = _standing(table, looks, "to_day").order_by(table.c.subscription_id, table.c.from_day, table.c.id)
    for row in session.execute(statement):
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


def _windows(looks: FromClause) -> Mapping[UUID, list[BilledWindow]]:
    table = UsageBilled.__table__
    found: dict[UUID, list[BilledWindow]] = defaultdict(list)
    statement = _standing(table, looks, "to_day").order_by(table.c.subscription_id, table.c.from_at, table.c.id)
    for row in session.execute(statement):
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
                row.part,
                row.units,
            )
        )
    return found


def _trued_up(looks: FromClause) -> Mapping[UUID, list[TruedUp]]:
    table = CommitmentPeriod.__table__
    found: dict[UUID, list[TruedUp]] = defaultdict(list)
    for row in session.execute(_standing(table, looks, "to_day").order_by(table.c.subscription_id, table.c.from_day, table.c.part)):
        amount, where = row.trued_up_minor, (row.line_id, row.invoice_id)
        found[row.subscription_id].append(TruedUp(row.id, row.charge_key, row.from_day, row.to_day, row.part, amount, *where))
    return found


def _done(model: Any, day: str, looks: FromClause) -> Mapping[UUID, list[tuple[str, date]]]:
    """(charge key, day) of what was done once, from the day on from which its subscription is looked at."""
    table = model.__table__
    looked_at = (table.c.subscription_id == looks.c.id) & (table.c[day] >= looks.c.look_from)
    statement = select(table.c.subscription_id, table.c.charge_key, table.c[day]).join(looks, looked_at)
    found: dict[UUID, list[tuple[str, date]]] = defaultdict(list)
    for subscription_id, key, on in session.execute(statement.where(table.c.closed_by.is_(None))):
        found[subscription_id].append((key, on))
    return found
