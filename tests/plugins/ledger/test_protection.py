"""What the database itself refuses, whoever writes and however."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bezant.sdk.db import bulk_insert, session, unit_of_work
from bezant.sdk.values import Conflict, new_id
from bezant_ledger.contracts import NewAllocation, NewPosting
from bezant_ledger.models import LedgerEntry, LedgerPosting, LedgerSeal
from bezant_ledger.services import allocate, close_period, post, reopen_period
from tests.plugins.ledger.books import FEB, JAN, entry, invoice, payment

pytestmark = [pytest.mark.plugins("ledger"), pytest.mark.usefixtures("as_system")]


@pytest.fixture
def posted(port, account):
    """An invoice of 100.00 with a payment of 30.00 allocated to it."""
    billed, paid = invoice(port, account, 10_000), payment(port, account, 3_000)
    opened = post([billed, paid])
    allocate([NewAllocation(opened[paid.id][0].id, opened[billed.id][0].id, 3_000, FEB)])
    return billed


@pytest.mark.parametrize("table", ["ledger_entries", "ledger_postings", "ledger_allocations", "ledger_seals"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_what_is_posted_is_neither_changed_nor_removed(posted, table, statement):
    with pytest.raises(DBAPIError, match="append-only"), unit_of_work():
        session.execute(text(statement.format(table)))


@pytest.mark.parametrize("statement", ["UPDATE ledger_postings SET amount_minor = amount_minor + 1", "DELETE FROM ledger_open_items"])
def test_amounts_and_items_stay(posted, statement):
    with pytest.raises(DBAPIError, match=r"append-only|final"), unit_of_work():
        session.execute(text(statement))


def test_a_residual_stays_between_nothing_and_the_amount(posted):
    with pytest.raises(DBAPIError), unit_of_work():
        session.execute(text("UPDATE ledger_open_items SET residual_minor = amount_minor + 1"))
    with pytest.raises(DBAPIError), unit_of_work():
        session.execute(text("UPDATE ledger_open_items SET residual_minor = -1"))


def _write(port, *amounts, entry_day=JAN):
    """An entry past every check in Python."""
    entry_id, seal_id = new_id(), new_id()
    with unit_of_work():
        row = {"account_id": None, "payer_id": None, "item_id": None, "due_on": None, "entry_id": entry_id}
        sides = zip(("revenue", "cash"), amounts, strict=False)
        bulk_insert(LedgerPosting, [{**row, "id": new_id(), "ledger_account": code, "amount_minor": a} for code, a in sides])
        _write_entry(port, entry_id, seal_id, entry_day)
    return entry_id


def _write_entry(port, entry_id, seal_id, day):
    from bezant.sdk.services import system_time

    plain = {"currency": "USD", "source_type": "x", "source_id": entry_id, "source_number": "", "description": "", "reverses_id": None}
    seal = {"legal_entity_id": port, "number": 99, "previous_hash": "", "hash": "", "entries": 1, "sealed_at": system_time()}
    bulk_insert(LedgerSeal, [{"id": seal_id, **seal}])
    rest = {"legal_entity_id": port, "date": day, "seal_id": seal_id, "digest": "", "posted_at": system_time()}
    bulk_insert(LedgerEntry, [{"id": entry_id, **plain, **rest}])


@pytest.mark.parametrize("amounts", [(100, -99), (100,), ()])
def test_what_does_not_balance_is_refused_by_the_database(posted, port, amounts):
    with pytest.raises(DBAPIError, match="two or more postings that sum to zero"):
        _write(port, *amounts)


def test_a_balanced_entry_is_taken_and_then_complete(posted, port):
    entry_id = _write(port, 100, -100)
    row = {"account_id": None, "payer_id": None, "item_id": None, "due_on": None, "ledger_account": "cash", "amount_minor": 0}
    with pytest.raises(DBAPIError, match="the entry is complete"), unit_of_work():
        bulk_insert(LedgerPosting, [{**row, "id": new_id(), "entry_id": entry_id}])


def test_a_posting_without_an_entry_is_refused(posted):
    row = {"account_id": None, "payer_id": None, "item_id": None, "due_on": None, "ledger_account": "cash", "amount_minor": 0}
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"), unit_of_work():
        bulk_insert(LedgerPosting, [{**row, "id": new_id(), "entry_id": new_id()}])


def test_a_closed_month_takes_no_entry_however_it_is_written(port, account, posted):
    close_period(port, JAN.replace(day=31))
    with pytest.raises(DBAPIError, match="the period is closed"):
        _write(port, 100, -100)


def test_the_entry_of_a_document_moves_to_the_first_open_day_and_others_are_refused(port, account):
    close_period(port, JAN.replace(day=31))
    moved = invoice(port, account, 100)
    (item,) = post([moved])[moved.id]
    assert item.posted_on == FEB
    with pytest.raises(Conflict, match="use 2013-02-01 or later"):
        post([entry(port, NewPosting("fees", 1), NewPosting("cash", -1), moves=False)])
    reopen_period(port, None)
    post([entry(port, NewPosting("fees", 1), NewPosting("cash", -1), moves=False)])
