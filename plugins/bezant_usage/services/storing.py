"""The event store: inserts past every layer that costs per row, and look-ups by name.

An import is mostly this insert, so rows go to the driver as tuples of what it stores; everything else uses the tables.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import FromClause, select

from bezant.sdk.db import in_scope, json_rows, session
from bezant_usage.domain import Arrived
from bezant_usage.models import UsageEvent

Name = tuple[str, str]
"""Source and transaction id."""

_EVENT = UsageEvent.__table__
_COLUMNS = "source, transaction_id, type, at, account_id, subscription_id, properties, content_hash, replaces_id, deleted, batch_id"
_INSERT = f"INSERT INTO usage_events ({_COLUMNS}) VALUES ({{}}) ON CONFLICT (source, transaction_id) DO NOTHING"


class Row(NamedTuple):
    """An event to be kept; ``members`` is the inside of the JSON object of its properties."""

    event: Arrived
    account_id: UUID
    subscription_id: UUID | None
    members: str
    replaces_id: int | None


class Kept(NamedTuple):
    """What is kept under a name."""

    content_hash: bytes
    batch_id: UUID


class Target(NamedTuple):
    """An event that another wants to replace; ``replaced_by`` is the transaction id of the one that already did."""

    id: int
    account_id: UUID
    at: datetime
    replaced_by: str | None


def insert_events(rows: Sequence[Row], batch_id: UUID) -> int:
    """Inserts events, passing over those whose name is taken; how many were inserted. Needs a unit of work."""
    if not rows:
        return 0
    place, tuples = _WRITERS[session.get_bind().dialect.name]
    values = ", ".join([place] * 6 + [f"{place}::jsonb" if place == "%s" else place] + [place] * 4)
    return int(session.connection().exec_driver_sql(_INSERT.format(values), tuples(rows, batch_id)).rowcount)


def find_kept(names: Sequence[Name]) -> dict[Name, Kept]:
    """What is kept under these names, with one query."""
    wanted = _names(names)
    columns = (_EVENT.c.source, _EVENT.c.transaction_id, _EVENT.c.content_hash, _EVENT.c.batch_id)
    rows = session.execute(select(*columns).join(wanted, _has_name(wanted)))
    return {(row.source, row.transaction_id): Kept(bytes(row.content_hash), row.batch_id) for row in rows}


def find_targets(names: Collection[Name]) -> dict[Name, Target]:
    """Events by name, with one query; those that there are not, or not within reach, are left out."""
    wanted, replacing = _names(names), _EVENT.alias("replacing")
    statement = (
        select(_EVENT.c.source, _EVENT.c.transaction_id, _EVENT.c.id, _EVENT.c.account_id, _EVENT.c.at)
        .add_columns(replacing.c.transaction_id.label("by"))
        .join(wanted, _has_name(wanted))
        .outerjoin(replacing, replacing.c.replaces_id == _EVENT.c.id)
        .where(in_scope(_EVENT))
    )
    return {(row.source, row.transaction_id): Target(row.id, row.account_id, row.at, row.by) for row in session.execute(statement)}


def _names(names: Collection[Name]) -> FromClause:
    return json_rows([{"source": source, "transaction_id": name} for source, name in names], source="text", transaction_id="text")


def _has_name(wanted: FromClause) -> Any:
    return (_EVENT.c.source == wanted.c.source) & (_EVENT.c.transaction_id == wanted.c.transaction_id)


def _for_sqlite(rows: Sequence[Row], batch_id: UUID) -> list[tuple[Any, ...]]:
    batch = batch_id.hex
    hexes: dict[UUID | None, str | None] = {None: None}
    for row in rows:
        for one in (row.account_id, row.subscription_id):
            if one is not None and one not in hexes:
                hexes[one] = one.hex
    return [
        (
            event.source,
            event.transaction_id,
            event.type,
            event.moment,
            hexes[account_id],
            hexes[subscription_id],
            f"{{{members}}}",
            event.content_hash,
            replaces_id,
            event.deleted,
            batch,
        )
        for event, account_id, subscription_id, members, replaces_id in rows
    ]


def _for_postgresql(rows: Sequence[Row], batch_id: UUID) -> list[tuple[Any, ...]]:
    return [
        (
            event.source,
            event.transaction_id,
            event.type,
            event.at,
            account_id,
            subscription_id,
            f"{{{members}}}",
            event.content_hash,
            replaces_id,
            event.deleted,
            batch_id,
        )
        for event, account_id, subscription_id, members, replaces_id in rows
    ]


_WRITERS: dict[str, tuple[str, Callable[[Sequence[Row], UUID], list[tuple[Any, ...]]]]] = {
    "sqlite": ("?", _for_sqlite),
    "postgresql": ("%s", _for_postgresql),
}
