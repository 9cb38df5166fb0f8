"""What statements are made of, read from the ledger: four statements to the database for a page of accounts, however many.

An account's items are those it pays (``payer_id``), so that a parent is told what it owes for its children.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, Subquery, case, func, select, union_all

from bezant.sdk.db import ids_in, selectable, session
from bezant.sdk.values import SourceRef
from bezant_ledger.contracts import ALLOCATIONS, ENTRIES, OPEN_ITEMS, POSTINGS
from bezant_statements.domain.composing import Movement, OpenItem, Section

T = TypeVar("T")

Key = tuple[UUID, UUID, str]
"""Account, legal entity, currency."""

ITEMS = selectable(OPEN_ITEMS)
TAKEN = selectable(ALLOCATIONS)
_ENTRIES = selectable(ENTRIES)
_POSTINGS = selectable(POSTINGS)


def load_sections(account_ids: Collection[UUID], from_on: date, to_on: date) -> list[Section]:
    """Everything to state of these accounts in the days from ``from_on`` to ``to_on``; sections without any trace are left out."""
    openings = _load_openings(account_ids, from_on)
    movements = _load_movements(account_ids, from_on, to_on)
    items = _load_open_items(account_ids, to_on)
    keys = sorted({*openings, *movements, *items})
    return [Section(*key, openings.get(key, 0), tuple(movements[key]), tuple(items[key])) for key in keys]


def taken_after(day: date, mine: ColumnElement[bool] | None = None) -> Subquery:
    """SQL: what was taken from each item after a day: with ``residual_minor`` it makes what was left at the day's end. ``mine``
    narrows the items."""
    sides = (
        select(side.label("item_id"), TAKEN.c.amount_minor)
        .join_from(TAKEN, ITEMS, side == ITEMS.c.id)
        .where(TAKEN.c.allocated_on > day, *_given(mine))
        for side in (TAKEN.c.item_id, TAKEN.c.credit_item_id)
    )
    both = union_all(*sides).subquery()
    return select(both.c.item_id, func.sum(both.c.amount_minor).label("amount")).group_by(both.c.item_id).subquery("taken_after")


def _given(condition: ColumnElement[bool] | None) -> tuple[ColumnElement[bool], ...]:
    return () if condition is None else (condition,)


def _movements(account_ids: Collection[UUID]) -> Subquery:
    """SQL: every change of what these accounts owe: items opened, and what was taken from one side alone (a write-off, a refund of
    credit). An allocation between two items of the account changes nothing."""
    owed = case((ITEMS.c.kind == "receivable", ITEMS.c.amount_minor), else_=-ITEMS.c.amount_minor)
    key = (ITEMS.c.payer_id, ITEMS.c.legal_entity_id, ITEMS.c.currency)
    mine = ids_in(ITEMS.c.payer_id, account_ids)
    opened = select(*key, _POSTINGS.c.entry_id, ITEMS.c.posted_on.label("day"), owed.label("amount_minor")).join_from(
        ITEMS, _POSTINGS, _POSTINGS.c.id == ITEMS.c.id
    )
    day = TAKEN.c.allocated_on.label("day")
    settled = select(*key, TAKEN.c.entry_id, day, (-TAKEN.c.amount_minor).label("amount_minor")).join_from(
        ITEMS, TAKEN, (TAKEN.c.item_id == ITEMS.c.id) & TAKEN.c.credit_item_id.is_(None)
    )
    refunded = select(*key, TAKEN.c.entry_id, day, TAKEN.c.amount_minor.label("amount_minor")).join_from(
        ITEMS, TAKEN, (TAKEN.c.credit_item_id == ITEMS.c.id) & TAKEN.c.item_id.is_(None)
    )
    return union_all(opened.where(mine), settled.where(mine), refunded.where(mine)).subquery("movements")


def _load_openings(account_ids: Collection[UUID], from_on: date) -> dict[Key, int]:
    moved = _movements(account_ids)
    key = (moved.c.payer_id, moved.c.legal_entity_id, moved.c.currency)
    rows = session.execute(select(*key, func.sum(moved.c.amount_minor)).where(moved.c.day < from_on).group_by(*key))
    return {(account, entity, currency): int(total) for account, entity, currency, total in rows}


def _load_movements(account_ids: Collection[UUID], from_on: date, to_on: date) -> dict[Key, list[Movement]]:
    moved = _movements(account_ids)
    statement = (
        select(moved, _ENTRIES.c.source_type, _ENTRIES.c.source_id, _ENTRIES.c.source_number, _ENTRIES.c.description)
        .join_from(moved, _ENTRIES, _ENTRIES.c.id == moved.c.entry_id)
        .where(moved.c.day.between(from_on, to_on))
        .order_by(moved.c.day, moved.c.entry_id)
    )
    return _grouped((_key(row), _movement(row)) for row in _net(session.execute(statement).mappings()))


def _net(rows: Iterable[RowMapping]) -> list[dict[str, Any]]:
    """One row per entry and section, its parts added up; entries that change nothing in all are left out."""
    by_entry: dict[tuple[Key, UUID], dict[str, Any]] = {}
    for row in rows:
        known = by_entry.setdefault((_key(row), row["entry_id"]), {**row, "amount_minor": 0})
        known["amount_minor"] += row["amount_minor"]
    return [row for row in by_entry.values() if row["amount_minor"]]


def _load_open_items(account_ids: Collection[UUID], to_on: date) -> dict[Key, list[OpenItem]]:
    mine = ids_in(ITEMS.c.payer_id, account_ids)
    later = taken_after(to_on, mine)
    left = ITEMS.c.residual_minor + func.coalesce(later.c.amount, 0)
    statement: Select[Any] = (
        select(ITEMS, left.label("left"))
        .outerjoin_from(ITEMS, later, later.c.item_id == ITEMS.c.id)
        .where(mine, ITEMS.c.posted_on <= to_on, left > 0)
        .order_by(ITEMS.c.posted_on, ITEMS.c.id)
    )
    return _grouped((_key(row), _open_item(row)) for row in session.execute(statement).mappings())


def _grouped(pairs: Iterable[tuple[Key, T]]) -> dict[Key, list[T]]:
    grouped: dict[Key, list[T]] = defaultdict(list)
    for key, value in pairs:
        grouped[key].append(value)
    return grouped


def _key(row: RowMapping | dict[str, Any]) -> Key:
    return row["payer_id"], row["legal_entity_id"], row["currency"]


def _source(row: RowMapping | dict[str, Any]) -> SourceRef:
    return SourceRef(row["source_type"], row["source_id"], row["source_number"])


def _movement(row: dict[str, Any]) -> Movement:
    return Movement(row["entry_id"], row["day"], _source(row), row["description"], int(row["amount_minor"]))


def _open_item(row: RowMapping) -> OpenItem:
    return OpenItem(row["id"], row["kind"], row["posted_on"], _source(row), row["due_on"], row["amount_minor"], int(row["left"]))
