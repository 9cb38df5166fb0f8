"""What is kept beside the postings, compared with what the postings say. Each comparison gives its first difference.

All follow one pattern: both sides are put under each other, with the sign turned for one of them, and added up by key; a key
whose sum is not zero differs. So a row that is missing on either side shows as well.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, and_, case, cast, func, literal, or_, select, union_all

from bezant.sdk.db import session
from bezant.sdk.values import format_plain
from bezant_ledger.contracts import Difference
from bezant_ledger.models import Allocation, LedgerAccount, LedgerBalance, LedgerEntry, LedgerPosting, LedgerSeal, OpenItem
from bezant_ledger.services.sealing import movements

_ENTRY, _POSTING, _ITEM = LedgerEntry.__table__, LedgerPosting.__table__, OpenItem.__table__
_ALLOCATION, _ACCOUNT, _BALANCE = Allocation.__table__, LedgerAccount.__table__, LedgerBalance.__table__


def all_sealed() -> Difference | None:
    """Every entry is under a seal, every posting in an entry."""
    seal = LedgerSeal.__table__
    loose_entry = select(_ENTRY.c.id).where(~select(seal.c.id).where(seal.c.id == _ENTRY.c.seal_id).exists())
    loose_posting = select(_POSTING.c.id).where(~select(_ENTRY.c.id).where(_ENTRY.c.id == _POSTING.c.entry_id).exists())
    for what, code, statement in (("entry", "not_sealed", loose_entry), ("posting", "no_entry", loose_posting)):
        id = session.scalar(statement.limit(1))
        if id is not None:
            return Difference(code, f"{what} {id}", f"This {what} hangs loose: what it belonged to was removed, or it was added by hand.")
    return None


def balances_are_sums() -> Difference | None:
    """Kept balances are the sums of the postings."""
    keys = ("legal_entity_id", "ledger_account", "account_id", "currency")
    kept = select(*(_BALANCE.c[key] for key in keys), _BALANCE.c.balance_minor.label("amount"), literal(0).label("expected"))
    moved = movements().order_by(None).subquery()
    posted = select(*(moved.c[key] for key in keys), literal(0), moved.c.balance_minor)
    row = _first_difference(keys, kept, posted)
    if row is None:
        return None
    where = f"balance of {row.ledger_account}, {row.currency}, account {row.account_id}, legal entity {row.legal_entity_id}"
    return Difference("balance", where, _amounts(row, row.currency, "It is kept as", "the postings sum to"))


def items_stem_from_postings() -> Difference | None:
    """Each posting that opens an item has it, unchanged, and each item has such a posting."""
    says_something = or_(_POSTING.c.amount_minor != 0, _POSTING.c.due_on.is_not(None))
    opens = and_(_POSTING.c.item_id.is_(None), _ACCOUNT.c["items"].is_not(None), says_something)
    joined = _POSTING.join(_ACCOUNT, _ACCOUNT.c.code == _POSTING.c.ledger_account).join(_ENTRY, _ENTRY.c.id == _POSTING.c.entry_id)
    statement = select(_POSTING.c.id, _ITEM.c.id).select_from(joined.outerjoin(_ITEM, _ITEM.c.id == _POSTING.c.id))
    row = session.execute(statement.where(opens, or_(_ITEM.c.id.is_(None), ~_same_item())).order_by(_POSTING.c.id).limit(1)).first()
    if row is not None:
        what = "has no open item" if row[1] is None else "has an open item with other values than its own"
        return Difference("open_item", f"posting {row[0]}", f"This posting {what}.")
    opened = select(_POSTING.c.id).where(_POSTING.c.id == _ITEM.c.id, _POSTING.c.item_id.is_(None)).exists()
    stray = session.scalar(select(_ITEM.c.id).where(~opened).order_by(_ITEM.c.id).limit(1))
    return Difference("open_item", f"open item {stray}", "No posting opened this item.") if stray is not None else None


def _same_item() -> ColumnElement[bool]:
    signed = case((_ITEM.c.kind == "receivable", _POSTING.c.amount_minor), else_=-_POSTING.c.amount_minor)
    return and_(
        _ITEM.c.kind == _ACCOUNT.c["items"],
        _ITEM.c.amount_minor == signed,
        _ITEM.c.ledger_account == _POSTING.c.ledger_account,
        _ITEM.c.account_id == _POSTING.c.account_id,
        _ITEM.c.payer_id == _POSTING.c.payer_id,
        or_(_ITEM.c.kind == "credit", _ITEM.c.due_on == _POSTING.c.due_on),
        _ITEM.c.legal_entity_id == _ENTRY.c.legal_entity_id,
        _ITEM.c.currency == _ENTRY.c.currency,
        _ITEM.c.source_id == _ENTRY.c.source_id,
        _ITEM.c.posted_on == _ENTRY.c.date,
    )


def allocations_stem_from_postings() -> Difference | None:
    """Each allocation is what its entry takes from its items, on the entry's day, and the other way round."""
    keys = ("entry_id", "item_id", "day")
    kept = _allocation_sides(literal(0).label("expected"), _ALLOCATION.c.allocated_on.label("day"))
    taken = case((_ACCOUNT.c["items"] == "receivable", -_POSTING.c.amount_minor), else_=_POSTING.c.amount_minor)
    joined = _POSTING.join(_ACCOUNT, _ACCOUNT.c.code == _POSTING.c.ledger_account).join(_ENTRY, _ENTRY.c.id == _POSTING.c.entry_id)
    posted = select(_POSTING.c.entry_id, _POSTING.c.item_id, _ENTRY.c.date.label("day"), literal(0), taken)
    row = _first_difference(keys, kept, posted.select_from(joined).where(_POSTING.c.item_id.is_not(None)))
    if row is None:
        return None
    message = f"Allocated by it: {row.amount} minor units; by its postings: {row.expected}."
    return Difference("allocation", f"entry {row.entry_id}, open item {row.item_id}, {row.day}", message)


def _allocation_sides(expected: Any, day: Any) -> Select[Any]:
    """Each allocation once for every item it touches: entry, item, day, amount."""
    common = (_ALLOCATION.c.entry_id, day, _ALLOCATION.c.amount_minor.label("amount"), expected)
    sides = [
        select(common[0], side.label("item_id"), *common[1:]).where(side.is_not(None))
        for side in (_ALLOCATION.c.item_id, _ALLOCATION.c.credit_item_id)
    ]
    both = union_all(*sides).subquery()
    return select(both)


def residuals_follow_allocations() -> Difference | None:
    """Residual = amount − allocations, for each item."""
    kept = select(_ITEM.c.id, _ITEM.c.currency, _ITEM.c.residual_minor.label("amount"), literal(0).label("expected"))
    amounts = select(_ITEM.c.id, _ITEM.c.currency, literal(0), _ITEM.c.amount_minor)
    sides = _allocation_sides(literal(0).label("expected"), _ALLOCATION.c.allocated_on.label("day")).subquery()
    taken = select(_ITEM.c.id, _ITEM.c.currency, literal(0), -sides.c.amount).join_from(sides, _ITEM, _ITEM.c.id == sides.c.item_id)
    row = _first_difference(("id", "currency"), kept, amounts, taken)
    if row is None:
        return None
    message = _amounts(row, row.currency, "What is left is kept as", "amount less allocations is")
    return Difference("residual", f"open item {row.id}", message)


def balances_are_residuals() -> Difference | None:
    """The balance of an account that keeps items is what is left of them, for each owner."""
    keys = ("legal_entity_id", "ledger_account", "account_id", "currency")
    signed = case((_ITEM.c.kind == "receivable", _ITEM.c.residual_minor), else_=-_ITEM.c.residual_minor)
    left = select(*(_ITEM.c[key] for key in keys), signed.label("amount"), literal(0).label("expected"))
    kept = select(*(_BALANCE.c[key] for key in keys), literal(0), _BALANCE.c.balance_minor)
    kept = kept.join(_ACCOUNT, _ACCOUNT.c.code == _BALANCE.c.ledger_account).where(_ACCOUNT.c["items"].is_not(None))
    row = _first_difference(keys, left, kept)
    if row is None:
        return None
    where = f"{row.ledger_account}, {row.currency}, account {row.account_id}, legal entity {row.legal_entity_id}"
    return Difference("control_account", where, _amounts(row, row.currency, "Left of its items is", "its balance is"))


def _first_difference(keys: tuple[str, ...], *sides: Select[Any]) -> Row[Any] | None:
    """The first key for which ``amount`` and ``expected`` of all sides do not add up to the same."""
    both = union_all(*sides).subquery()
    columns = [both.c[key] for key in keys]
    amount, wanted = (cast(func.sum(both.c[name]), BigInteger) for name in ("amount", "expected"))
    statement = select(*columns, amount.label("amount"), wanted.label("expected")).group_by(*columns).having(amount != wanted)
    return session.execute(statement.order_by(*columns).limit(1)).first()


def _amounts(row: Row[Any], currency: str, kept: str, expected: str) -> str:
    return f"{kept} {format_plain(row.amount, currency)} {currency}; {expected} {format_plain(row.expected, currency)}."


COMPARISONS: tuple[Callable[[], Difference | None], ...] = (
    all_sealed,
    balances_are_sums,
    items_stem_from_postings,
    allocations_stem_from_postings,
    residuals_follow_allocations,
    balances_are_residuals,
)
"""In the order in which they are made."""
