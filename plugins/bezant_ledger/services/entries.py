"""Reading journal entries, and reversing them."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import ids_in, in_scope, session
from bezant.sdk.services import audit, query, use_case
from bezant.sdk.values import Conflict, Invalid, NotFound, SourceRef, new_id
from bezant_accounts.services import load_accounts
from bezant_ledger.contracts import EntryInfo, NewEntry, PostingInfo
from bezant_ledger.domain.entries import reversal
from bezant_ledger.models import LedgerEntry, LedgerPosting, OpenItem
from bezant_ledger.services.periods import today
from bezant_ledger.services.posting import post

_ENTRIES, _POSTINGS = LedgerEntry.__table__, LedgerPosting.__table__
_POSTING = ("id", "ledger_account", "amount_minor", "account_id", "payer_id", "item_id", "due_on")


@query("ledger.entry.view")
def load_entries(ids: Collection[UUID]) -> dict[UUID, EntryInfo]:
    """Journal entries with their postings, with two queries."""
    if not ids:
        return {}
    postings: dict[UUID, list[PostingInfo]] = {}
    columns = [_POSTINGS.c[name] for name in _POSTING]
    found = select(_POSTINGS.c.entry_id, *columns).where(ids_in(_POSTINGS.c.entry_id, ids)).order_by(_POSTINGS.c.id)
    for row in session.execute(found):
        postings.setdefault(row[0], []).append(PostingInfo(*row[1:]))
    wanted = select(_ENTRIES).where(ids_in(_ENTRIES.c.id, ids), in_scope(_ENTRIES))
    entries = session.execute(wanted.order_by(_ENTRIES.c.id)).all()
    return {
        row.id: EntryInfo(
            row.id,
            row.date,
            row.legal_entity_id,
            row.currency,
            SourceRef(row.source_type, row.source_id, row.source_number),
            row.description,
            row.reverses_id,
            tuple(postings.get(row.id, ())),
        )
        for row in entries
    }


@query("ledger.entry.view")
def reversed_by(ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Which entry reverses each of these, for those that are reversed."""
    rows = session.execute(select(_ENTRIES.c.reverses_id, _ENTRIES.c.id).where(ids_in(_ENTRIES.c.reverses_id, ids), in_scope(_ENTRIES)))
    return {row.reverses_id: row.id for row in rows}


@use_case("ledger.entry.post")
def post_manual(new: NewEntry) -> EntryInfo:
    """Posts one entry that somebody typed, and notes who. Raises ``Invalid`` also for accounts that do not exist."""
    named = {posting.account_id: index for index, posting in enumerate(new.postings) if posting.account_id is not None}
    missing = named.keys() - load_accounts(list(named)).keys()
    today(new.legal_entity_id)
    if missing:
        field = f"postings.{min(named[id] for id in missing)}.account_id"
        raise Invalid.field(field, "no_such_account", "There is no such account.")
    post([new])
    audit("ledger.entry.posted", "ledger.entry", new.id, {"legal_entity_id": str(new.legal_entity_id)})
    return load_entries([new.id])[new.id]


@use_case("ledger.entry.reverse")
def reverse(entry_id: UUID, day: date | None = None) -> EntryInfo:
    """Undoes a journal entry by a new one with every posting negated; items that it opened are taken back whole.

    ``day`` is today of the legal entity where it is left out. Raises ``Conflict`` where it is reversed already, ``Invalid`` where
    an item that it opened is allocated: take the allocation back first.
    """
    entry = load_entries([entry_id]).get(entry_id)
    if entry is None:
        raise NotFound(f"There is no journal entry {entry_id}.")
    if session.scalar(select(_ENTRIES.c.id).where(_ENTRIES.c.reverses_id == entry_id)) is not None:
        raise Conflict("This journal entry is reversed already.", code="already_reversed")
    ids = [posting.id for posting in entry.postings]
    opened = frozenset(session.scalars(select(OpenItem.id).where(ids_in(OpenItem.__table__.c.id, ids), OpenItem.amount_minor > 0)))
    undoing = reversal(entry, new_id(), day or today(entry.legal_entity_id), opened)
    post([undoing])
    audit("ledger.entry.reversed", "ledger.entry", entry_id, {"by": str(undoing.id)})
    return load_entries([undoing.id])[undoing.id]
