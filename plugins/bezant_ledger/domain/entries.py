"""Reversals and closed periods."""

from datetime import date, timedelta
from uuid import UUID

from bezant.sdk.values import Conflict
from bezant_ledger.contracts import EntryInfo, NewEntry, NewPosting, PostingInfo


def reversal(entry: EntryInfo, entry_id: UUID, day: date, opened: frozenset[UUID]) -> NewEntry:
    """The entry that undoes another: every posting negated. What the first opened (ids in ``opened``) is taken back whole, what it
    took is given back."""
    return NewEntry(
        id=entry_id,
        date=day,
        legal_entity_id=entry.legal_entity_id,
        currency=entry.currency,
        source=entry.source,
        description=f"Reversal: {entry.description}",
        postings=tuple(_negated(posting, opened) for posting in entry.postings),
        reverses_id=entry.id,
    )


def _negated(posting: PostingInfo, opened: frozenset[UUID]) -> NewPosting:
    item_id = posting.id if posting.id in opened else posting.item_id
    return NewPosting(posting.ledger_account, -posting.amount_minor, account_id=posting.account_id, item_id=item_id)


def booking_day(entry: NewEntry, closed_through: date | None) -> date:
    """The day on which an entry is booked: its own, or the first open day where that is closed and the entry moves.

    Raises ``Conflict`` where it does not move.
    """
    if closed_through is None or entry.date > closed_through:
        return entry.date
    first_open = closed_through + timedelta(days=1)
    if entry.moves:
        return first_open
    raise Conflict(
        f"{entry.date} is in a period closed through {closed_through}; use {first_open} or later, or reopen the period.",
        code="period_closed",
    )
