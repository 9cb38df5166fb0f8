"""Who is narrowed to a legal entity or an account sees nothing of the others."""

from dataclasses import replace

import pytest

from bezant.auth.context import Principal, PrincipalKind, acting_as
from bezant_accounts.services import load_accounts
from bezant_ledger.services import balances, load_entries, open_items, post
from tests.plugins.ledger.books import invoice, open_account, open_books

pytestmark = [pytest.mark.plugins("ledger"), pytest.mark.usefixtures("as_system")]

SEES = frozenset({"ledger.entry.view", "ledger.item.view", "ledger.balance.view", "accounts.account.view"})


@pytest.fixture
def two(port, account):
    """Two legal entities with an account and an entry each."""
    other = open_books("OTH")
    far = open_account("Elsewhere", legal_entity_id=other)
    mine, theirs = invoice(port, account, 100), invoice(other, far, 7)
    post([mine, theirs])
    return {"entities": (port, other), "accounts": (account, far), "entries": (mine.id, theirs.id)}


def _narrowed(**scope):
    return replace(Principal(PrincipalKind.STAFF, None, "somebody", SEES), **scope)


def test_staff_of_one_legal_entity(two):
    with acting_as(_narrowed(legal_entity_ids=frozenset({two["entities"][0]}))):
        assert set(load_entries(two["entries"])) == {two["entries"][0]}
        assert {item.account_id for item in open_items()} == {two["accounts"][0]}
        assert {b.legal_entity_id for b in balances()} == {two["entities"][0]}
        assert set(load_accounts(two["accounts"])) == {two["accounts"][0]}


def test_a_person_of_one_account(two):
    with acting_as(_narrowed(account_ids=frozenset({two["accounts"][1]}))):
        assert load_entries(two["entries"]) == {}
        assert {item.account_id for item in open_items()} == {two["accounts"][1]}
        assert set(load_accounts(two["accounts"])) == {two["accounts"][1]}
