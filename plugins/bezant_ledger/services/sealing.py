"""One seal per transaction and legal entity, and the balances, both written right before the commit.

What was posted is read back from the database, so that whatever a savepoint undid is not in it. The book's row is locked
first: seals of one legal entity are made one after the other, and balances are only touched under that lock.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Uuid, case, cast, func, literal, select

from bezant.sdk.db import before_commit, bulk_insert, in_unit_of_work, insert_into, keep, session
from bezant.sdk.services import system_time
from bezant.sdk.values import Conflict, new_id
from bezant_ledger.domain.seals import GENESIS, seal_hash
from bezant_ledger.models import LedgerAccount, LedgerBalance, LedgerBook, LedgerEntry, LedgerPosting, LedgerSeal

NOBODY = UUID(int=0)
"""What stands in a balance for the whole ledger account."""


def seal_of(legal_entity_id: UUID) -> UUID:
    """The id of the seal that this transaction will make for a legal entity."""
    seals = _pending()
    before_commit("ledger.seal", _seal_all)
    return seals.setdefault(legal_entity_id, new_id())


def unsealed_ids() -> list[UUID]:
    """The seals that this transaction has yet to make; none outside a unit of work."""
    return list(_pending().values()) if in_unit_of_work() else []


def lock_book(legal_entity_id: UUID) -> LedgerBook:
    """The book of a legal entity, opened where it is new, locked until the commit."""
    fresh = {"legal_entity_id": legal_entity_id, "closed_through": None, "last_seal": 0, "last_hash": GENESIS}
    session.execute(insert_into(LedgerBook).values(**fresh).on_conflict_do_nothing(index_elements=["legal_entity_id"]))
    locked = select(LedgerBook).where(LedgerBook.legal_entity_id == legal_entity_id).with_for_update()
    return session.execute(locked.execution_options(populate_existing=True)).scalar_one()


def _pending() -> dict[UUID, UUID]:
    return keep("ledger.seals", dict[UUID, UUID])


def _seal_all() -> None:
    seals = dict(_pending())
    _pending().clear()
    for legal_entity_id in sorted(seals):
        _seal(legal_entity_id, seals[legal_entity_id])


def _seal(legal_entity_id: UUID, seal_id: UUID) -> None:
    entries = LedgerEntry.__table__.c
    posted = session.execute(select(entries.digest, entries.date).where(entries.seal_id == seal_id).order_by(entries.id)).all()
    if not posted:
        return
    book = lock_book(legal_entity_id)
    _check_open(book, min(day for _, day in posted))
    number = book.last_seal + 1
    made = seal_hash(legal_entity_id, number, book.last_hash, (digest for digest, _ in posted))
    row = {"id": seal_id, "legal_entity_id": legal_entity_id, "number": number, "previous_hash": book.last_hash, "hash": made}
    bulk_insert(LedgerSeal, [row | {"entries": len(posted), "sealed_at": system_time()}])
    book.last_seal, book.last_hash = number, made
    session.flush()
    _add_to_balances(seal_id)


def _check_open(book: LedgerBook, first: date) -> None:
    """Somebody may have closed the period since it was looked at."""
    if book.closed_through is not None and first <= book.closed_through:
        message = f"The period was closed through {book.closed_through} meanwhile; repeat, to book on a later day."
        raise Conflict(message, code="period_closed")


def _add_to_balances(seal_id: UUID) -> None:
    """Adds up the postings under one seal and brings the balances forward, with one statement, rows in key order."""
    insert = insert_into(LedgerBalance)
    keys = ["legal_entity_id", "ledger_account", "account_id", "currency"]
    moved = movements().where(LedgerEntry.__table__.c.seal_id == seal_id)
    statement = insert.from_select([*keys, "balance_minor"], moved).on_conflict_do_update(
        index_elements=keys, set_={"balance_minor": LedgerBalance.__table__.c.balance_minor + insert.excluded.balance_minor}
    )
    session.execute(statement)


def movements() -> Any:
    """What postings add to the balances, by their key and in its order; to be narrowed by ``where``."""
    entry, posting, account = LedgerEntry.__table__, LedgerPosting.__table__, LedgerAccount.__table__
    owner = case((account.c.per_account, posting.c.account_id), else_=literal(NOBODY, Uuid))
    keys = (entry.c.legal_entity_id, posting.c.ledger_account, owner, entry.c.currency)
    joined = posting.join(entry, entry.c.id == posting.c.entry_id).join(account, account.c.code == posting.c.ledger_account)
    total = cast(func.sum(posting.c.amount_minor), BigInteger).label("balance_minor")
    labelled = (keys[0], keys[1], owner.label("account_id"), keys[3])
    return select(*labelled, total).select_from(joined).group_by(*keys).order_by(*keys)
