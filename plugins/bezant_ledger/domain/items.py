"""Open items: what may be taken from them, what that changes, and which are paid first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bezant.sdk.values import Problem, SourceRef, format_plain
from bezant_ledger.contracts import AllocationInfo, NewAllocation, NewEntry, NewPosting, OpenItemInfo
from bezant_ledger.domain.posting import Movement


@dataclass(frozen=True, slots=True)
class Taken:
    """What movements do to items: residuals afterwards, which items that settles or re-opens, and the problems with it."""

    residuals: Mapping[UUID, int]
    settled: tuple[OpenItemInfo, ...]
    reopened: tuple[OpenItemInfo, ...]
    problems: tuple[Problem, ...]


def take(entries: Sequence[NewEntry], movements: Mapping[UUID, Sequence[Movement]], items: Mapping[UUID, OpenItemInfo]) -> Taken:
    """Applies the movements of entries to the items they name. An item must exist, be of the entry's legal entity, currency and
    ledger account, and have that much left (or taken from it, to give back)."""
    residuals = {item.id: item.residual_minor for item in items.values()}
    problems = []
    for index, entry in enumerate(entries):
        for movement in movements.get(entry.id, ()):
            item = items.get(movement.item_id)
            problem = _check(entry, movement, item, residuals, f"entries.{index}")
            if problem is not None:
                problems.append(problem)
            else:
                residuals[movement.item_id] -= movement.amount_minor
    changed = [item for item in items.values() if residuals[item.id] != item.residual_minor]
    return Taken(
        residuals,
        tuple(item for item in changed if residuals[item.id] == 0),
        tuple(item for item in changed if item.residual_minor == 0),
        tuple(problems),
    )


def _check(entry: NewEntry, movement: Movement, item: OpenItemInfo | None, residuals: Mapping[UUID, int], where: str) -> Problem | None:
    if item is None:
        return Problem(f"{where}.item_id", "no_such_item", f"There is no open item {movement.item_id}.")
    same = (item.legal_entity_id, item.currency, item.ledger_account) == (entry.legal_entity_id, entry.currency, movement.ledger_account)
    if not same:
        message = f"Open item {item.source.number or item.id} is of another legal entity, currency or ledger account than the entry."
        return Problem(f"{where}.item_id", "other_item", message)
    left = residuals[item.id] - movement.amount_minor
    if left < 0:
        asked, has = (format_plain(m, item.currency) for m in (movement.amount_minor, residuals[item.id]))
        message = f"{asked} {item.currency} cannot be taken from {item.source.number or item.id}: {has} is left of it."
        return Problem(f"{where}.amount", "not_enough_left", message)
    if left > item.amount_minor:
        message = f"More would be given back to {item.source.number or item.id} than was taken from it."
        return Problem(f"{where}.amount", "more_than_taken", message)
    return None


def oldest_first(available: int, items: Iterable[OpenItemInfo]) -> list[tuple[UUID, int]]:
    """Which items an amount pays, and how much of each: oldest due first, then oldest posted, then by id. Amounts are positive."""
    return in_order(available, sorted(items, key=lambda i: (i.due_on or date.max, i.posted_on, i.id)))


def in_order(available: int, items: Iterable[OpenItemInfo]) -> list[tuple[UUID, int]]:
    """Which items an amount pays when they are paid in the order given."""
    paid = []
    for item in items:
        amount = min(available, item.residual_minor)
        if amount > 0:
            paid.append((item.id, amount))
            available -= amount
    return paid


def check_pair(allocation: NewAllocation, credit: OpenItemInfo | None, item: OpenItemInfo | None, where: str) -> Problem | None:
    """Whether a credit may pay an item: both exist, of the right kinds, of one payer, legal entity and currency."""
    if credit is None or item is None:
        missing = allocation.credit_item_id if credit is None else allocation.item_id
        return Problem(where, "no_such_item", f"There is no open item {missing}.")
    if (credit.kind, item.kind) != ("credit", "receivable"):
        return Problem(where, "wrong_kind", "An allocation takes from a credit item and pays a receivable item.")
    if (credit.legal_entity_id, credit.currency) != (item.legal_entity_id, item.currency):
        return Problem(
            where, "other_books", "Credit and receivable are of different legal entities or currencies; exchange or transfer first."
        )
    if credit.payer_id != item.payer_id:
        return Problem(where, "other_payer", "The credit belongs to another payer than the item that it should pay.")
    if allocation.amount_minor == 0:
        return Problem(f"{where}.amount", "zero", "An allocation of zero says nothing; leave it out.")
    return None


def allocation_day(allocation: NewAllocation, credit: OpenItemInfo, item: OpenItemInfo, history: Iterable[AllocationInfo]) -> date:
    """The first day, not before the one asked for, on which an allocation can be: both items were posted, and from then on enough is
    left of both on every day, or allocated between them where it takes back. ``history`` is what touched either of them so far."""
    day, amount = max(allocation.date, credit.posted_on, item.posted_on), allocation.amount_minor
    of_credit, of_item, between = list[Change](), list[Change](), list[Change]()
    for made in history:
        if made.credit_item_id == credit.id:
            of_credit.append((made.date, -made.amount_minor))
        if made.item_id == item.id:
            of_item.append((made.date, -made.amount_minor))
        if (made.credit_item_id, made.item_id) == (credit.id, item.id):
            between.append((made.date, made.amount_minor))
    if amount < 0:
        return _first_with(-amount, 0, between, day)
    return max(_first_with(amount, credit.amount_minor, of_credit, day), _first_with(amount, item.amount_minor, of_item, day))


Change = tuple[date, int]
"""On which day a level rises or falls, and by how much."""


def _first_with(needed: int, level: int, changes: Iterable[Change], day: date) -> date:
    """The first day, not before ``day``, from which on a level does not fall below ``needed`` at the end of any day."""
    by_day: dict[date, int] = {}
    for changed_on, change in changes:
        by_day[changed_on] = by_day.get(changed_on, 0) + change
    first = day
    for changed_on in sorted(by_day):
        if level < needed:
            first = max(first, changed_on)
        level += by_day[changed_on]
    return first


def allocation_entry(
    allocation: NewAllocation, credit: OpenItemInfo, item: OpenItemInfo, entry_id: UUID, history: Iterable[AllocationInfo] = ()
) -> NewEntry:
    """The journal entry that an allocation is: Dr the credit's ledger account, Cr receivables, both naming their items; dated as asked,
    or on the first day on which it can be (:func:`allocation_day`)."""
    back = "Taken back from" if allocation.amount_minor < 0 else "Allocated to"
    source: SourceRef = allocation.source or credit.source
    return NewEntry(
        id=entry_id,
        date=allocation_day(allocation, credit, item, history),
        legal_entity_id=item.legal_entity_id,
        currency=item.currency,
        source=source,
        description=f"{back} {item.source.number or item.id}",
        postings=(
            NewPosting(credit.ledger_account, allocation.amount_minor, account_id=credit.account_id, item_id=credit.id),
            NewPosting(item.ledger_account, -allocation.amount_minor, account_id=item.account_id, item_id=item.id, id=allocation.id),
        ),
    )
