"""Accounts: created with what their legal entity says, unique, archived rather than deleted, payers one level deep."""

import pytest

from bezant.sdk.values import Conflict, Invalid, NotFound, Stale, new_id
from bezant_accounts.contracts import Address, NewAccount, NewLegalEntity
from bezant_accounts.services import (
    archive_account,
    create_account,
    create_accounts,
    create_legal_entity,
    edit_account,
    find_accounts,
    freeze_currency,
    load_accounts,
    restore_account,
)

pytestmark = [pytest.mark.plugins("accounts"), pytest.mark.usefixtures("as_system")]

PORT = NewLegalEntity(code="PNY", name="Port of New York (demo)", currency="USD", timezone="America/New_York", country="US")


@pytest.fixture(autouse=True)
def _port(as_system):
    create_legal_entity(PORT)


def test_what_is_left_out_comes_from_the_legal_entity():
    account = create_account(NewAccount("Hawaiian Airlines Inc.", external_id="HA"))
    assert (account.currency, account.timezone, account.locale) == ("USD", "America/New_York", "en_US")
    assert account.number == "PNY-A000001"
    assert account.payer_id == account.id
    assert account == load_accounts([account.id])[account.id]
    assert account == find_accounts(["HA", "none"])["HA"]


def test_many_are_created_with_a_constant_number_of_statements(app, count_queries):
    def statements(count, prefix):
        with count_queries() as seen:
            create_accounts([NewAccount(f"{prefix} {i}", external_id=f"{prefix}{i}") for i in range(count)])
        return len(seen)

    assert statements(2, "a") == statements(60, "b")


def test_a_bad_account_names_every_field_and_creates_nothing():
    with pytest.raises(Invalid) as refused:
        create_accounts([NewAccount("Good"), NewAccount("", currency="XXQ", timezone="Mars/Olympus", bill_cycle_day=32, tax_ids=("DE1",))])
    assert {p.field for p in refused.value.problems} == {"1.name", "1.currency", "1.timezone", "1.bill_cycle_day", "1.tax_ids.0"}
    assert create_account(NewAccount("Good")).number == "PNY-A000001"


@pytest.mark.parametrize("clash", [{"external_id": "HA"}, {"number": "A1"}])
def test_external_ids_and_numbers_are_unique(clash):
    create_account(NewAccount("First", external_id="HA", number="A1"))
    with pytest.raises(Invalid, match="already an account"):
        create_account(NewAccount("Second", **clash))
    other = create_account(NewAccount("Third"))
    with pytest.raises(Invalid, match="already an account"):
        edit_account(other.id, clash)


def test_an_edit_checks_like_a_creation_and_notices_a_stale_copy():
    account = create_account(NewAccount("Old name", external_id="X"))
    changed = edit_account(account.id, {"name": "New name", "address": Address(country="us", region="new york")}, version=account.version)
    assert (changed.name, changed.country, changed.region) == ("New name", "US", "NY")
    with pytest.raises(Stale):
        edit_account(account.id, {"name": "Mine"}, version=account.version)
    with pytest.raises(Invalid):
        edit_account(account.id, {"email": "two@x.example, three@x.example"})
    with pytest.raises(NotFound):
        edit_account(new_id(), {"name": "Nobody"})


def test_the_currency_is_fixed_by_the_first_posting():
    account = create_account(NewAccount("A"))
    edit_account(account.id, {"currency": "EUR"})
    freeze_currency([account.id])
    with pytest.raises(Invalid, match="fixed"):
        edit_account(account.id, {"currency": "USD"})
    assert load_accounts([account.id])[account.id].currency_frozen


def test_archiving_hides_and_keeps():
    account = create_account(NewAccount("A"))
    archive_account(account.id)
    assert load_accounts([account.id])[account.id].archived
    restore_account(account.id)
    assert not load_accounts([account.id])[account.id].archived


def test_a_parent_pays_for_its_children_one_level_deep():
    parent = create_account(NewAccount("Group"))
    child = create_account(NewAccount("Subsidiary", parent_id=parent.id, parent_pays=True))
    assert (child.parent_id, child.payer_id) == (parent.id, parent.id)
    with pytest.raises(Invalid, match="itself paid for"):
        create_account(NewAccount("Grandchild", parent_id=child.id, parent_pays=True))
    other = create_account(NewAccount("Other group"))
    with pytest.raises(Conflict, match="pays for others"):
        edit_account(parent.id, {"parent_id": other.id, "parent_pays": True})
    assert edit_account(child.id, {"parent_pays": False}).payer_id == child.id
