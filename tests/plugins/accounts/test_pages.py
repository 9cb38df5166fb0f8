"""The pages of accounts: lists, an account's page, forms that keep what was typed."""

import pytest

from bezant.auth.context import SYSTEM, acting_as
from bezant.sdk.values import SourceRef
from bezant_accounts.contracts import Address, NewAccount, NewContact, NewHold, NewLegalEntity
from bezant_accounts.services import create_account, create_contact, create_legal_entity, find_accounts, load_accounts, place_hold

pytestmark = pytest.mark.plugins("accounts")


@pytest.fixture
def hawaiian(app):
    with acting_as(SYSTEM):
        create_legal_entity(NewLegalEntity("PNY", "Port of New York", "USD", "America/New_York", "US"))
        address = Address("3375 Koapaka Street", "", "96819", "Honolulu", "HI", "US")
        account = create_account(NewAccount("Hawaiian Airlines Inc.", external_id="HA", email="ap@hawaiian.example", address=address))
        create_contact(NewContact(account.id, "Keola Akana", "keola@hawaiian.example"))
        place_hold(NewHold(account.id, "Promised to pay", ("dunning",), source=SourceRef("support.ticket", account.id, "#2304")))
    return account


def test_the_list_finds_by_name_word_number_external_id_and_mail(client, hawaiian):
    for text in ("hawaii", "airlines", "PNY-A0", "ha", "ap@hawaiian"):
        assert "Hawaiian Airlines Inc." in client.get(f"/accounts/?q={text}").text
    assert "Hawaiian Airlines Inc." not in client.get("/accounts/?q=delta").text


def test_the_page_shows_who_it_is_whom_to_write_to_and_what_is_held(client, hawaiian):
    page = client.get(f"/accounts/{hawaiian.id}").text
    for part in (
        "Hawaiian Airlines Inc.",
        "Honolulu",
        "Keola Akana",
        "Held: dunning.",
        "Promised to pay",
        "#2304",
        "net 30",
        "Account created",
    ):
        assert part in page


def test_an_account_is_created_by_its_form(client, hawaiian):
    answer = client.post("/accounts/new", data={"name": "Delta Air Lines", "external_id": "DL", "currency": "USD"})
    assert answer.status_code == 303
    with acting_as(SYSTEM):
        assert find_accounts(["DL"])["DL"].name == "Delta Air Lines"


def test_a_wrong_form_says_so_and_keeps_what_was_typed(client, hawaiian):
    answer = client.post("/accounts/new", data={"name": "Delta Air Lines", "external_id": "HA", "tax_ids": "DE136695977"})
    assert answer.status_code == 422
    assert "check digits" in answer.text
    assert 'value="Delta Air Lines"' in answer.text


def test_an_edit_changes_only_what_was_typed(client, hawaiian):
    page = client.get(f"/accounts/{hawaiian.id}/edit").text
    assert 'value="Honolulu"' in page
    data = {"name": "Hawaiian", "address.city": "Hilo", "_version": str(hawaiian.version)}
    assert client.post(f"/accounts/{hawaiian.id}/edit", data=data).status_code == 303
    with acting_as(SYSTEM):
        changed = load_accounts([hawaiian.id])[hawaiian.id]
    assert (changed.name, changed.external_id, changed.address.city) == ("Hawaiian", "HA", "Hilo")


def test_archiving_by_a_button(client, hawaiian):
    assert client.post(f"/accounts/{hawaiian.id}/archive").status_code == 303
    assert "Restore" in client.get(f"/accounts/{hawaiian.id}").text


@pytest.mark.parametrize("path", ["/accounts/new", "/legal-entities/", "/legal-entities/new", "/holds/", "/accounts/{id}/contacts/new"])
def test_every_page_opens(client, hawaiian, path):
    assert client.get(path.format(id=hawaiian.id)).status_code == 200


@pytest.mark.parametrize(
    "path", ["/accounts/{id}/hold", "/accounts/{id}/addresses/new", *(f"/legal-entities/{{entity}}{rest}" for rest in ("", "/edit"))]
)
def test_every_page_of_a_record_opens(client, hawaiian, path):
    assert client.get(path.format(id=hawaiian.id, entity=hawaiian.legal_entity_id)).status_code == 200


def test_the_global_search_finds_accounts(client, hawaiian):
    assert "Hawaiian Airlines Inc." in client.get("/search?q=hawaiian").text
