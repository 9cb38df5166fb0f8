"""Aging over many accounts, summed by the database: today by what is left now, any other day by the allocations up to it."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, FromClause, RowMapping, Select, String, case, cast, func, literal, select

from bezant.sdk.db import ids_in, in_scope, selectable, session
from bezant.sdk.services import now, query
from bezant_accounts.contracts import ACCOUNTS
from bezant_ledger.contracts import OPEN_ITEMS
from bezant_statements.contracts import Aging, AgingRow
from bezant_statements.domain.aging import Edges, earliest_due, make_aging
from bezant_statements.services.configuration import aging_edges
from bezant_statements.services.sections import ITEMS, taken_after

_ACCOUNTS = selectable(ACCOUNTS)

CREDIT = -1
"""The bucket of items that are owed to the account."""


@dataclass(frozen=True, slots=True)
class Days:
    """The day that each time zone is looked at: ``default``, and the zones where it is another one."""

    default: date
    others: tuple[tuple[date, tuple[str, ...]], ...] = ()


@query("statements.aging.view")
def aging(
    as_of: date | None = None, account_ids: Collection[UUID] | None = None, *, after: str = "", limit: int | None = None
) -> list[AgingRow]:
    """What is owed by age, for each account, legal entity and currency with something open; in the order of their ids.

    ``as_of`` counts only what was posted and allocated up to that day; without it, what is open now as of each account's own today.
    Buckets and credit of a row add up to the ledger's balance. ``after`` (an id) and ``limit`` take a part of the rows.
    """
    edges, days = aging_edges(), days_of(as_of)
    sums = aging_sums(edges, days, as_of)
    statement = select(sums, _ACCOUNTS.c.timezone).join_from(sums, _ACCOUNTS, _ACCOUNTS.c.id == sums.c.account_id)
    statement = statement.where(in_scope(OPEN_ITEMS, sums), sums.c.id > after).order_by(sums.c.id).limit(limit)
    if account_ids is not None:
        statement = statement.where(ids_in(sums.c.account_id, account_ids))
    return [_aging_row(row, edges, days) for row in session.execute(statement).mappings()]


@query("statements.aging.view")
def aging_totals(as_of: date | None = None) -> dict[str, Aging]:
    """The aging of all accounts together, by currency; the database adds up."""
    edges = aging_edges()
    owed = _open_items(days_of(as_of), edges, as_of).subquery("open_items")
    seen = select(owed.c.currency, *_sums(owed, edges)).where(in_scope(OPEN_ITEMS, owed))
    statement = seen.group_by(owed.c.currency).order_by(owed.c.currency)
    return {row["currency"]: _aging(row, edges) for row in session.execute(statement).mappings()}


def aging_sums(edges: Edges, days: Days, as_of: date | None) -> Any:
    """SQL: a row per account, legal entity and currency with ``bucket_0`` … (0 is current), ``credit`` (negative), ``total``."""
    owed = _open_items(days, edges, as_of).subquery("open_items")
    key = (owed.c.account_id, owed.c.legal_entity_id, owed.c.currency)
    row_id = (cast(owed.c.account_id, String) + "." + cast(owed.c.legal_entity_id, String) + "." + owed.c.currency).label("id")
    return select(row_id, *key, *_sums(owed, edges)).group_by(*key).subquery("aging")


def _sums(owed: FromClause, edges: Edges) -> list[ColumnElement[Any]]:
    """SQL: the amount of each bucket, the credit, and everything together."""
    left = owed.c.left_minor
    buckets = [func.sum(case((owed.c.bucket == index, left), else_=0)).label(f"bucket_{index}") for index in range(len(edges) + 2)]
    credit = func.sum(case((owed.c.bucket == CREDIT, -left), else_=0)).label("credit")
    total = func.sum(case((owed.c.bucket == CREDIT, -left), else_=left)).label("total")
    return [*buckets, credit, total]


def days_of(as_of: date | None) -> Days:
    """The day everywhere, or for ``None`` each time zone's own today."""
    if as_of is not None:
        return Days(as_of)
    at = now()
    zones = session.scalars(select(_ACCOUNTS.c.timezone).distinct())
    today = {zone: at.astimezone(ZoneInfo(zone)).date() for zone in zones}
    counted = Counter(today.values()).most_common()
    default = counted[0][0] if counted else at.date()
    return Days(default, tuple((day, tuple(zone for zone in today if today[zone] == day)) for day, _ in counted[1:]))


def _open_items(days: Days, edges: Edges, as_of: date | None) -> Select[Any]:
    """SQL: every open item with its bucket. A day in the past adds what was taken since to what is left now."""
    later = None if as_of is None else taken_after(as_of)
    left: ColumnElement[int] = ITEMS.c.residual_minor if later is None else ITEMS.c.residual_minor + func.coalesce(later.c.amount, 0)
    statement = select(
        ITEMS.c.payer_id.label("account_id"),
        ITEMS.c.legal_entity_id,
        ITEMS.c.currency,
        _bucket(days, edges).label("bucket"),
        left.label("left_minor"),
    ).where(left > 0)
    source: FromClause = ITEMS if later is None else ITEMS.outerjoin(later, later.c.item_id == ITEMS.c.id)
    if days.others:
        source = source.join(_ACCOUNTS, _ACCOUNTS.c.id == ITEMS.c.payer_id)
    statement = statement.select_from(source)
    return statement if as_of is None else statement.where(ITEMS.c.posted_on <= as_of)


def _bucket(days: Days, edges: Edges) -> ColumnElement[int]:
    by_zone = [(_ACCOUNTS.c.timezone.in_(zones), _bucket_on(day, edges)) for day, zones in days.others]
    default = _bucket_on(days.default, edges)
    return case((ITEMS.c.kind == "credit", CREDIT), else_=case(*by_zone, else_=default) if by_zone else default)


def _bucket_on(day: date, edges: Edges) -> ColumnElement[int]:
    starts = earliest_due(day, edges)
    return case(*((ITEMS.c.due_on >= literal(start, Date), index) for index, start in enumerate(starts)), else_=len(starts))


def _aging_row(row: RowMapping, edges: Edges, days: Days) -> AgingRow:
    day = next((day for day, zones in days.others if row["timezone"] in zones), days.default)
    return AgingRow(row["id"], row["account_id"], row["legal_entity_id"], row["currency"], day, _aging(row, edges))


def _aging(row: RowMapping, edges: Edges) -> Aging:
    amounts = [int(row[f"bucket_{index}"]) for index in range(len(edges) + 2)]
    return make_aging(amounts, int(row["credit"]), edges)
