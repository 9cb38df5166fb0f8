"""What entries write: their postings, the open items they open, and what they take from items (the table in ``contracts``).

This is the hot path of the billing run, so everything is made in one pass.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from bezant.sdk.values import Problem
from bezant_ledger.contracts import LedgerAccountInfo, NewEntry, NewPosting, OpenItemInfo

POSTING_LIMIT = 2**62
"""Largest amount of a posting, in minor units: sums of two stay within 64 bits."""


@dataclass(frozen=True, slots=True)
class Movement:
    """What one posting takes from an item (positive) or gives back (negative), in minor units."""

    posting_id: UUID
    item_id: UUID
    item_kind: str
    ledger_account: str
    amount_minor: int


class PostingRow(NamedTuple):
    """A posting as it is written: the parts that are sealed, in their order."""

    id: UUID
    ledger_account: str
    account_id: UUID | None
    payer_id: UUID | None
    item_id: UUID | None
    due_on: date | None
    amount_minor: int


@dataclass(slots=True)
class Composed:
    """Everything that some entries write, by entry and in their order."""

    postings: dict[UUID, list[PostingRow]] = field(default_factory=dict)
    opened: dict[UUID, tuple[OpenItemInfo, ...]] = field(default_factory=dict)
    movements: dict[UUID, list[Movement]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def compose(entries: Sequence[NewEntry], chart: Mapping[str, LedgerAccountInfo], new_id: Callable[[], UUID]) -> Composed:
    """The rows of some entries, or the problems with them; ``chart`` knows every code that they use."""
    composed = Composed()
    for index, entry in enumerate(entries):
        problem = _check_entry(entry, f"entries.{index}")
        if problem is not None:
            composed.problems.append(problem)
        else:
            _compose_entry(entry, chart, new_id, composed, index)
    return composed


def _check_entry(entry: NewEntry, where: str) -> Problem | None:
    postings = entry.postings
    total = sum(posting.amount_minor for posting in postings)
    if len(postings) >= 2 and total == 0:
        return None
    if len(postings) < 2:
        return Problem(f"{where}.postings", "too_few_postings", "A journal entry needs two postings or more.")
    message = f"The postings of {entry.description!r} sum to {total} minor units {entry.currency} instead of zero."
    return Problem(f"{where}.postings", "unbalanced", message)


def _compose_entry(
    entry: NewEntry, chart: Mapping[str, LedgerAccountInfo], new_id: Callable[[], UUID], composed: Composed, index: int
) -> None:
    rows: list[PostingRow] = []
    opened: list[OpenItemInfo] = []
    movements: list[Movement] = []
    for number, posting in enumerate(entry.postings):
        posting_id = posting.id or new_id()
        items = chart[posting.ledger_account].items
        payer_id = None
        if items is not None:
            problem = _check_item_rule(posting, items, f"entries.{index}.postings.{number}")
            if problem is not None:
                composed.problems.append(problem)
            elif posting.item_id is not None:
                movements.append(_movement(posting_id, posting, items))
            elif posting.due_on is not None or posting.amount_minor:
                payer_id = posting.payer_id or posting.account_id
                opened.append(_open_item(posting_id, posting, items, entry))
        rows.append(
            PostingRow(
                posting_id, posting.ledger_account, posting.account_id, payer_id, posting.item_id, posting.due_on, posting.amount_minor
            )
        )
    composed.postings[entry.id] = rows
    composed.opened[entry.id] = tuple(opened)
    if movements:
        composed.movements[entry.id] = movements


def _check_item_rule(posting: NewPosting, items: str, where: str) -> Problem | None:
    opens = posting.amount_minor >= 0 if items == "receivable" else posting.amount_minor <= 0
    if posting.account_id is None:
        return Problem(f"{where}.account_id", "account_missing", f"A posting on {posting.ledger_account} belongs to an account: say which.")
    if posting.item_id is not None:
        zero = Problem(f"{where}.amount", "zero", "Taking nothing from an open item says nothing; leave the posting out.")
        return None if posting.amount_minor else zero
    if not opens:
        side = "credit" if items == "receivable" else "debit"
        message = f"A {side} on {posting.ledger_account} takes from an open item: give its item_id, or allocate."
        return Problem(f"{where}.item_id", "item_missing", message)
    if items == "receivable" and posting.due_on is None and posting.amount_minor:
        return Problem(f"{where}.due_on", "due_day_missing", "A debit on receivables opens an item: say on which day it is due.")
    return None


def _movement(posting_id: UUID, posting: NewPosting, items: str) -> Movement:
    amount = -posting.amount_minor if items == "receivable" else posting.amount_minor
    assert posting.item_id is not None
    return Movement(posting_id, posting.item_id, items, posting.ledger_account, amount)


def _open_item(posting_id: UUID, posting: NewPosting, items: str, entry: NewEntry) -> OpenItemInfo:
    assert posting.account_id is not None
    amount = abs(posting.amount_minor)
    return OpenItemInfo(
        posting_id,
        "receivable" if items == "receivable" else "credit",
        posting.ledger_account,
        entry.legal_entity_id,
        posting.account_id,
        posting.payer_id or posting.account_id,
        entry.currency,
        entry.source,
        posting.due_on if items == "receivable" else None,
        entry.date,
        amount,
        amount,
    )


def allocation_rows(movements: Sequence[Movement]) -> list[dict[str, Any]]:
    """The allocations of one entry, without its id and day.

    An entry that takes the same from exactly one credit item and one receivable item allocates the one to the other; everything else
    (write-off, void, refund of credit) stands alone. The id is that of the receivable's posting, else of the credit's.
    """
    if len(movements) == 2 and movements[0].amount_minor == movements[1].amount_minor and movements[0].item_kind != movements[1].item_kind:
        credit, receivable = sorted(movements, key=lambda m: m.item_kind)
        return [_allocation(receivable.posting_id, credit.item_id, receivable.item_id, receivable.amount_minor)]
    return [
        _allocation(m.posting_id, None, m.item_id, m.amount_minor)
        if m.item_kind == "receivable"
        else _allocation(m.posting_id, m.item_id, None, m.amount_minor)
        for m in movements
    ]


def _allocation(id: UUID, credit_item_id: UUID | None, item_id: UUID | None, amount_minor: int) -> dict[str, Any]:
    return {"id": id, "credit_item_id": credit_item_id, "item_id": item_id, "amount_minor": amount_minor}
