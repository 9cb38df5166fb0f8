"""Posting: the hot path. A constant number of statements, whatever the number of entries."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import Columns, bulk_insert, check_reach, ids_in, insert_columns, session
from bezant.sdk.events import post_events
from bezant.sdk.services import now, use_case
from bezant.sdk.values import DomainEvent, Invalid, new_id
from bezant_accounts.contracts import LEGAL_ENTITIES
from bezant_accounts.services import freeze_currency
from bezant_ledger.contracts import NewEntry, OpenItemInfo, OpenItemOpened, OpenItemReopened, OpenItemSettled
from bezant_ledger.domain.entries import booking_day
from bezant_ledger.domain.items import Taken, take
from bezant_ledger.domain.posting import Composed, PostingRow, allocation_rows, compose
from bezant_ledger.domain.seals import ENTRY_PARTS, digest
from bezant_ledger.models import Allocation, LedgerBook, LedgerEntry, LedgerPosting, OpenItem
from bezant_ledger.services.chart import resolve
from bezant_ledger.services.items import lock_items
from bezant_ledger.services.sealing import seal_of


@use_case("ledger.entry.post")
def post(entries: Sequence[NewEntry]) -> dict[UUID, tuple[OpenItemInfo, ...]]:
    """Posts journal entries, all or none, and gives the open items that each opened, in the order of its postings.

    An entry balances, has two postings or more, uses accounts of the chart and follows the item rule (``contracts``); one dated
    in a closed period is booked on the first open day, or refused where it does not move. Raises ``Invalid`` with every problem,
    ``Conflict`` for a closed period. Entries of one call are sealed in the order of their ids.
    """
    if not entries:
        return {}
    check_reach(LEGAL_ENTITIES, {entry.legal_entity_id for entry in entries}, "legal entity")
    booked = _book(entries)
    composed = compose(booked, resolve({posting.ledger_account for entry in booked for posting in entry.postings}), new_id)
    if composed.problems:
        raise Invalid(problems=composed.problems)
    taken = _take(booked, composed)
    _write(booked, composed)
    freeze_currency({row.account_id for rows in composed.postings.values() for row in rows if row.account_id is not None})
    post_events([*_told_of_opened(composed), *_told_of_taken(taken)])
    return {id: tuple(_left(item, taken) for item in items) for id, items in composed.opened.items()}


def _book(entries: Sequence[NewEntry]) -> list[NewEntry]:
    """The entries on the days on which they are booked."""
    closed = closed_days({entry.legal_entity_id for entry in entries})
    booked = []
    for entry in entries:
        through = closed.get(entry.legal_entity_id)
        if through is not None and entry.date <= through:
            entry = replace(entry, date=booking_day(entry, through))
        booked.append(entry)
    return booked


def closed_days(legal_entity_ids: Iterable[UUID]) -> dict[UUID, Any]:
    """The last closed day of each legal entity that has closed any."""
    table = LedgerBook.__table__.c
    statement = select(table.legal_entity_id, table.closed_through)
    ids = list(legal_entity_ids)
    found = statement.where(ids_in(table.legal_entity_id, ids), table.closed_through.is_not(None))
    return {row.legal_entity_id: row.closed_through for row in session.execute(found)}


def _take(entries: Sequence[NewEntry], composed: Composed) -> Taken | None:
    """What the entries take from items: from those that they open themselves and, locked, from those that there are."""
    if not composed.movements:
        return None
    named = {movement.item_id for movements in composed.movements.values() for movement in movements}
    opened = {item.id: item for items in composed.opened.values() for item in items if item.id in named}
    taken = take(entries, composed.movements, opened | lock_items(named - opened.keys()))
    if taken.problems:
        raise Invalid(problems=taken.problems)
    return taken


def _write(entries: Sequence[NewEntry], composed: Composed) -> None:
    insert_columns(LedgerPosting, [_posting_columns(composed)])
    insert_columns(LedgerEntry, [_entry_columns(entries, composed)])
    insert_columns(OpenItem, [_item_columns([item for items in composed.opened.values() for item in items])])
    days = {entry.id: entry.date for entry in entries}
    allocations = [
        allocation | {"entry_id": id, "allocated_on": days[id]}
        for id, movements in composed.movements.items()
        for allocation in allocation_rows(movements)
    ]
    bulk_insert(Allocation, allocations)


def _posting_columns(composed: Composed) -> Columns:
    rows = [row for rows in composed.postings.values() for row in rows]
    columns = dict(zip(PostingRow._fields, zip(*rows, strict=True), strict=True))
    return Columns(len(rows), columns | {"entry_id": [id for id, rows in composed.postings.items() for _ in rows]})


def _entry_columns(entries: Sequence[NewEntry], composed: Composed) -> Columns:
    seals = {id: seal_of(id) for id in {entry.legal_entity_id for entry in entries}}
    parts = [
        (e.id, e.date, e.legal_entity_id, e.currency, e.source.type, e.source.id, e.source.number, e.description, e.reverses_id)
        for e in entries
    ]
    columns: dict[str, Sequence[Any]] = dict(zip(ENTRY_PARTS, zip(*parts, strict=True), strict=True))
    columns["seal_id"] = [seals[entry.legal_entity_id] for entry in entries]
    columns["digest"] = [digest(part, sorted(composed.postings[part[0]])) for part in parts]  # ids that callers gave may be older
    columns["posted_at"] = (now(),)
    return Columns(len(entries), columns)


def _item_columns(items: Sequence[OpenItemInfo]) -> Columns:
    columns: dict[str, Sequence[Any]] = {name: [getattr(item, name) for item in items] for name in _ITEM_PARTS}
    columns["source_type"] = [item.source.type for item in items]
    columns["source_id"] = [item.source.id for item in items]
    columns["source_number"] = [item.source.number for item in items]
    return Columns(len(items), columns)


_ITEM_PARTS = tuple(name for name in OpenItemInfo.__dataclass_fields__ if name != "source")


def _told_of_opened(composed: Composed) -> Iterable[DomainEvent]:
    """Every item is opened; that of a document of zero is settled at once."""
    for items in composed.opened.values():
        for item in items:
            yield _event(OpenItemOpened, item)
            if item.amount_minor == 0:
                yield _event(OpenItemSettled, item)


def _told_of_taken(taken: Taken | None) -> Iterable[DomainEvent]:
    if taken is None:
        return
    yield from (_event(OpenItemSettled, item) for item in taken.settled)
    yield from (_event(OpenItemReopened, item) for item in taken.reopened)


def _event(kind: type[OpenItemOpened] | type[OpenItemSettled] | type[OpenItemReopened], item: OpenItemInfo) -> DomainEvent:
    return kind(item.id, item.kind, item.account_id, item.payer_id, item.source.type, item.source.id)


def _left(item: OpenItemInfo, taken: Taken | None) -> OpenItemInfo:
    left = taken.residuals.get(item.id) if taken else None
    return item if left is None or left == item.residual_minor else replace(item, residual_minor=left)
