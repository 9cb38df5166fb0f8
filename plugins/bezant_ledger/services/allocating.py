"""Allocations: which credit pays which item. Each is a journal entry of its own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from bezant.sdk.db import session
from bezant.sdk.services import query, use_case
from bezant.sdk.values import Invalid, NotFound, Problem, format_plain, new_id
from bezant_ledger.contracts import AllocationInfo, NewAllocation, NewEntry, OpenItemInfo
from bezant_ledger.domain.items import allocation_entry, check_pair, in_order, oldest_first
from bezant_ledger.services.items import allocations_of, lock_items, open_items, pair_sum
from bezant_ledger.services.periods import today
from bezant_ledger.services.posting import post


@use_case("ledger.allocation.create")
def allocate(allocations: Sequence[NewAllocation]) -> list[AllocationInfo]:
    """Allocates credits to receivables, all or none; a negative amount takes back what was allocated between the two.

    What is asked for an earlier day than it could be on is dated on the first day on which it could: when both were posted, and
    enough was left. Raises ``Invalid`` with every problem: items that do not exist, are of different payers, legal entities or
    currencies, or of which too little is left.
    """
    made = [allocation if allocation.id else replace(allocation, id=new_id()) for allocation in allocations]
    items = lock_items({id for allocation in made for id in (allocation.credit_item_id, allocation.item_id)})
    problems = [problem for index, allocation in enumerate(made) for problem in _problems(allocation, items, index)]
    if problems:
        raise Invalid(problems=problems)
    entries = _entries(made, items)
    post(entries)
    return [_info(a, entry) for a, entry in zip(made, entries, strict=True)]


@use_case("ledger.allocation.create")
def allocate_one(credit_item_id: UUID, item_id: UUID, amount_minor: int, currency: str, day: date | None = None) -> AllocationInfo:
    """One allocation as somebody asked for it, who says the currency too; dated today of the legal entity where no day is given.

    Raises ``Invalid`` also for a day before both items were posted.
    """
    items = lock_items([credit_item_id, item_id])
    credit = items.get(credit_item_id)
    if credit is None:
        raise Invalid.field("credit_item_id", "no_such_item", f"There is no open item {credit_item_id}.")
    if credit.currency != currency:
        raise Invalid.field("currency", "other_currency", f"The credit is in {credit.currency}, not in {currency}.")
    both_from = max(item.posted_on for item in items.values())
    if day is not None and day < both_from:
        raise Invalid.field("date", "before_items", f"The credit and what it pays are both there from {both_from} on; not on {day}.")
    return allocate([NewAllocation(credit_item_id, item_id, amount_minor, day or today(credit.legal_entity_id))])[0]


@use_case("ledger.allocation.create")
def allocate_oldest_first(credit_item_id: UUID, item_ids: Sequence[UUID] | None = None, day: date | None = None) -> list[AllocationInfo]:
    """Allocates what is left of a credit: to the items named, in that order, else to all that its payer owes, oldest due first.

    ``day`` is today of the legal entity where it is left out. Gives no allocations where nothing is owed or left.
    """
    credit = lock_items([credit_item_id]).get(credit_item_id)
    if credit is None:
        raise NotFound(f"There is no open item {credit_item_id}.")
    candidates = _candidates(credit, item_ids)
    order = oldest_first if item_ids is None else in_order
    day = day or today(credit.legal_entity_id)
    return allocate([NewAllocation(credit.id, id, amount, day) for id, amount in order(credit.residual_minor, candidates)])


@use_case("ledger.allocation.create")
def deallocate(credit_item_id: UUID, day: date | None = None, item_ids: Collection[UUID] | None = None) -> list[AllocationInfo]:
    """Takes back all that a credit item pays (or what it pays of the items named), so that it can be refunded or used elsewhere."""
    credit = lock_items([credit_item_id]).get(credit_item_id)
    if credit is None:
        raise NotFound(f"There is no open item {credit_item_id}.")
    paid: dict[UUID, int] = {}
    for allocation in load_allocations([credit_item_id]):
        if allocation.item_id is not None and (item_ids is None or allocation.item_id in item_ids):
            paid[allocation.item_id] = paid.get(allocation.item_id, 0) + allocation.amount_minor
    day = day or today(credit.legal_entity_id)
    return allocate([NewAllocation(credit_item_id, id, -amount, day) for id, amount in paid.items() if amount])


@query("ledger.item.view")
def load_allocations(item_ids: Collection[UUID]) -> list[AllocationInfo]:
    """The allocations that touch some items (as credit or as receivable), oldest first."""
    rows = session.execute(allocations_of(item_ids)).all()
    return [AllocationInfo(r.id, r.entry_id, r.credit_item_id, r.item_id, r.amount_minor, r.allocated_on) for r in rows]


def _candidates(credit: OpenItemInfo, item_ids: Sequence[UUID] | None) -> list[OpenItemInfo]:
    if item_ids is not None:
        named = lock_items(item_ids)
        return [named[id] for id in item_ids if id in named]
    owed = open_items(payer_ids=[credit.payer_id], legal_entity_id=credit.legal_entity_id, kind="receivable")
    return [item for item in owed if item.currency == credit.currency]


def _problems(allocation: NewAllocation, items: Mapping[UUID, OpenItemInfo], index: int) -> list[Problem]:
    credit, item = items.get(allocation.credit_item_id), items.get(allocation.item_id)
    problem = check_pair(allocation, credit, item, f"allocations.{index}")
    if problem is not None:
        return [problem]
    assert credit is not None
    assert item is not None
    if allocation.amount_minor > 0 or pair_sum(credit.id, item.id) >= -allocation.amount_minor:
        return []
    has = format_plain(pair_sum(credit.id, item.id), item.currency)
    message = f"Only {has} {item.currency} of that credit is allocated to {item.source.number or item.id}; take back no more."
    return [Problem(f"allocations.{index}.amount", "more_than_taken", message)]


def _entries(made: Sequence[NewAllocation], items: Mapping[UUID, OpenItemInfo]) -> list[NewEntry]:
    """The entries of allocations, each with those before it in mind."""
    history: dict[UUID, dict[UUID, AllocationInfo]] = {id: {} for id in items}
    for row in session.execute(allocations_of(items)) if items else ():
        _remember(AllocationInfo(row.id, row.entry_id, row.credit_item_id, row.item_id, row.amount_minor, row.allocated_on), history)
    entries = []
    for allocation in made:
        credit, item = items[allocation.credit_item_id], items[allocation.item_id]
        entry = allocation_entry(allocation, credit, item, new_id(), (history[credit.id] | history[item.id]).values())
        _remember(_info(allocation, entry), history)
        entries.append(entry)
    return entries


def _remember(made: AllocationInfo, history: Mapping[UUID, dict[UUID, AllocationInfo]]) -> None:
    """Notes an allocation at those of its two items that matter here."""
    for id in (made.credit_item_id, made.item_id):
        if id is not None and id in history:
            history[id][made.id] = made


def _info(allocation: NewAllocation, entry: NewEntry) -> AllocationInfo:
    assert allocation.id is not None
    return AllocationInfo(allocation.id, entry.id, allocation.credit_item_id, allocation.item_id, allocation.amount_minor, entry.date)
