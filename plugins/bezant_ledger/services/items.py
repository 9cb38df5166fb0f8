"""Reading open items, now or as they were at the end of a day."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, or_, select, union_all

from bezant.sdk.db import ids_in, in_scope, session
from bezant.sdk.services import query
from bezant.sdk.values import SourceRef
from bezant_ledger.contracts import ItemKind, OpenItemInfo
from bezant_ledger.models import Allocation, OpenItem

_ITEMS = OpenItem.__table__
_PLAIN = ("id", "kind", "ledger_account", "legal_entity_id", "account_id", "payer_id", "currency", "due_on", "posted_on", "amount_minor")


@query("ledger.item.view")
def open_items(
    account_ids: Collection[UUID] | None = None,
    *,
    as_of: date | None = None,
    source_ids: Collection[UUID] | None = None,
    item_ids: Collection[UUID] | None = None,
    payer_ids: Collection[UUID] | None = None,
    legal_entity_id: UUID | None = None,
    kind: ItemKind | None = None,
    include_settled: bool = False,
) -> list[OpenItemInfo]:
    """Open items, oldest due first (credits by the day they were posted), with one query.

    ``as_of`` gives them as they were at the end of that day. Items of which nothing is left are only given with
    ``include_settled``.
    """
    statement, residual = item_statement(as_of)
    limits = (("account_id", account_ids), ("source_id", source_ids), ("id", item_ids), ("payer_id", payer_ids))
    conditions = [ids_in(_ITEMS.c[name], ids) for name, ids in limits if ids is not None]
    conditions.append(in_scope(_ITEMS))
    if legal_entity_id is not None:
        conditions.append(_ITEMS.c.legal_entity_id == legal_entity_id)
    if kind is not None:
        conditions.append(_ITEMS.c.kind == kind)
    if not include_settled:
        conditions.append(residual > 0)
    ordered = statement.where(*conditions).order_by(func.coalesce(_ITEMS.c.due_on, _ITEMS.c.posted_on), _ITEMS.c.posted_on, _ITEMS.c.id)
    return [item_info(row) for row in session.execute(ordered).mappings()]


def item_statement(as_of: date | None) -> tuple[Select[Any], ColumnElement[int]]:
    """Items with their residual at the end of a day (or now), and the expression of that residual."""
    columns = [c for c in _ITEMS.c if c.name != "residual_minor"]
    if as_of is None:
        residual: ColumnElement[int] = _ITEMS.c.residual_minor
        return select(*columns, residual), residual
    later = _allocated_after(as_of)
    residual = _ITEMS.c.residual_minor + func.coalesce(later.c.amount, 0)
    statement = select(*columns, residual.label("residual_minor")).select_from(_ITEMS.outerjoin(later, later.c.item_id == _ITEMS.c.id))
    return statement.where(_ITEMS.c.posted_on <= as_of), residual


def _allocated_after(day: date) -> Any:
    """What was taken from each item after a day: few rows where the day is a recent one."""
    table = Allocation.__table__.c
    sides = (
        select(side.label("item_id"), table.amount_minor).where(table.allocated_on > day, side.is_not(None))
        for side in (table.item_id, table.credit_item_id)
    )
    both = union_all(*sides).subquery()
    return select(both.c.item_id, func.sum(both.c.amount_minor).label("amount")).group_by(both.c.item_id).subquery()


def lock_items(ids: Collection[UUID]) -> dict[UUID, OpenItemInfo]:
    """Items by id, locked in id order until the commit. Those that do not exist, or not for the principal, are left out."""
    if not ids:
        return {}
    statement = select(_ITEMS).where(ids_in(_ITEMS.c.id, ids), in_scope(_ITEMS)).order_by(_ITEMS.c.id).with_for_update()
    return {row["id"]: item_info(row) for row in session.execute(statement).mappings()}


def item_info(row: RowMapping) -> OpenItemInfo:
    """A row of ``item_statement`` as others may see it."""
    source = SourceRef(row["source_type"], row["source_id"], row["source_number"])
    return OpenItemInfo(**{name: row[name] for name in _PLAIN}, source=source, residual_minor=int(row["residual_minor"]))


def pair_sum(credit_item_id: UUID, item_id: UUID) -> int:
    """How much of a credit item is allocated to a receivable item."""
    table = Allocation.__table__.c
    total = select(func.sum(table.amount_minor)).where(and_(table.credit_item_id == credit_item_id, table.item_id == item_id))
    return int(session.scalar(total) or 0)


def allocations_of(item_ids: Collection[UUID]) -> Select[Any]:
    """The allocations that touch some items, oldest first."""
    table = Allocation.__table__
    touched = or_(ids_in(table.c.item_id, item_ids), ids_in(table.c.credit_item_id, item_ids))
    return select(table).where(touched, in_scope(table)).order_by(table.c.allocated_on, table.c.id)
