"""The proof: whatever is changed behind the ledger's back is found, and the first difference is named."""

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from bezant.db.model import Base
from bezant.db.triggers import drop_triggers
from bezant.sdk.db import session, unit_of_work
from bezant_ledger.cli import ledger
from bezant_ledger.contracts import NewAllocation
from bezant_ledger.services import allocate, post, verify
from tests.plugins.ledger.books import FEB, invoice, payment

pytestmark = [pytest.mark.plugins("ledger"), pytest.mark.usefixtures("as_system")]


@pytest.fixture
def posted(port, account):
    """Two transactions, three seals, and the triggers gone."""
    billed, paid = invoice(port, account, 10_000), payment(port, account, 3_000)
    opened = post([billed, paid])
    post([invoice(port, account, 500, day=FEB)])
    allocate([NewAllocation(opened[paid.id][0].id, opened[billed.id][0].id, 3_000, FEB)])
    assert verify().ok
    with unit_of_work():
        drop_triggers(session.connection(), Base.metadata.sorted_tables)
    return billed.id, opened[billed.id][0].id


def _change(*statements):
    with unit_of_work():
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("PRAGMA defer_foreign_keys = ON"))
        for statement in statements:
            session.execute(text(statement))


_SOME = "(SELECT id FROM ledger_postings WHERE ledger_account = 'revenue' ORDER BY id LIMIT 1)"
_BOTH = "entry_id = (SELECT id FROM ledger_entries ORDER BY id LIMIT 1)"


@pytest.mark.parametrize(
    ("code", "where", "statements"),
    [
        ("unbalanced", "entry ", [f"UPDATE ledger_postings SET amount_minor = amount_minor + 1 WHERE id = {_SOME}"]),
        ("entry_altered", "entry ", [f"UPDATE ledger_postings SET amount_minor = amount_minor * 2 WHERE {_BOTH}"]),
        ("entry_altered", "entry ", [f"UPDATE ledger_postings SET ledger_account = 'fees' WHERE id = {_SOME}"]),
        ("entry_altered", "entry ", ["UPDATE ledger_entries SET description = 'Something else'"]),
        ("entry_altered", "entry ", ["UPDATE ledger_entries SET date = '2012-01-01'"]),
        ("too_few_postings", "entry ", [f"DELETE FROM ledger_postings WHERE id = {_SOME}"]),
        ("seal_broken", "seal 1", ["UPDATE ledger_seals SET hash = previous_hash WHERE number = 1"]),
        ("seal_broken", "seal 2", ["UPDATE ledger_seals SET previous_hash = hash WHERE number = 2"]),
        ("seals_cut", "book ", ["UPDATE ledger_books SET last_seal = 4"]),
        (
            "balance",
            "balance of revenue",
            ["UPDATE ledger_balances SET balance_minor = 1 WHERE ledger_account = 'revenue'"],
        ),
        ("balance", "balance of revenue", ["DELETE FROM ledger_balances WHERE ledger_account = 'revenue'"]),
        ("residual", "open item ", ["UPDATE ledger_open_items SET residual_minor = residual_minor - 1 WHERE amount_minor = 500"]),
        ("open_item", "posting ", ["UPDATE ledger_open_items SET due_on = '2014-01-01' WHERE amount_minor = 500"]),
        ("open_item", "posting ", ["DELETE FROM ledger_open_items WHERE amount_minor = 500"]),
        ("allocation", "entry ", ["UPDATE ledger_allocations SET amount_minor = amount_minor + 1"]),
        ("allocation", "entry ", ["DELETE FROM ledger_allocations"]),
    ],
)
def test_every_alteration_is_found_and_named(posted, code, where, statements):
    _change(*statements)
    difference = verify().difference
    assert difference is not None
    assert difference.code == code
    assert difference.where.startswith(where)


def test_the_message_says_by_how_much(posted):
    _change(f"UPDATE ledger_postings SET amount_minor = amount_minor + 1 WHERE id = {_SOME}")
    difference = verify().difference
    assert str(posted[0]) in difference.where
    assert difference.message == "Its postings sum to 0.01 USD instead of zero."


def test_an_altered_copy_of_both_sides_and_of_the_entrys_digest_still_breaks_the_seal(posted):
    _change(
        f"UPDATE ledger_postings SET amount_minor = amount_minor * 2 WHERE {_BOTH}",
        "UPDATE ledger_entries SET digest = '" + "0" * 64 + "' WHERE id = (SELECT id FROM ledger_entries ORDER BY id LIMIT 1)",
    )
    assert not verify().ok


def test_a_removed_entry_is_missed_under_its_seal(posted):
    last = "(SELECT id FROM ledger_entries WHERE seal_id = (SELECT id FROM ledger_seals WHERE number = 2))"
    _change(
        f"DELETE FROM ledger_open_items WHERE id IN (SELECT id FROM ledger_postings WHERE entry_id IN {last})",
        f"DELETE FROM ledger_postings WHERE entry_id IN {last}",
        "DELETE FROM ledger_entries WHERE seal_id = (SELECT id FROM ledger_seals WHERE number = 2)",
    )
    assert verify().difference.code == "entries_missing"
    _change("DELETE FROM ledger_seals WHERE number = 2")
    assert verify().difference.code == "seal_missing"


def test_the_command_fails_loudly(posted):
    assert CliRunner().invoke(ledger, ["verify"]).exit_code == 0
    _change(f"UPDATE ledger_postings SET amount_minor = amount_minor + 1 WHERE id = {_SOME}")
    run = CliRunner().invoke(ledger, ["verify"])
    assert run.exit_code == 1
    assert "DOES NOT VERIFY (unbalanced)" in run.stderr
    assert "instead of zero" in run.stderr
    assert '"ok": false' in CliRunner().invoke(ledger, ["verify", "--json"]).stdout


def test_the_proof_holds_many_entries_in_little_memory(port, account, count_queries):
    post([invoice(port, account, 100 + i) for i in range(50)])
    with count_queries() as few:
        verify()
    post([invoice(port, account, 100 + i) for i in range(200)])
    with count_queries() as many:
        assert verify().entries == 250
    assert len(many) == len(few)
