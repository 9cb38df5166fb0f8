"""REST: accounts, contacts, holds and legal entities."""

import pytest

pytestmark = pytest.mark.plugins("accounts")

ENTITY = {"code": "PNY", "name": "Port of New York", "currency": "USD", "timezone": "America/New_York", "country": "US"}


@pytest.fixture
def entity(api):
    return api.post("/api/v1/legal-entities", json=ENTITY).json


@pytest.fixture
def hawaiian(api, entity):
    body = {"name": "Hawaiian Airlines Inc.", "external_id": "HA", "tax_ids": ["99-0042880"], "address": {"country": "US", "region": "HI"}}
    return api.post("/api/v1/accounts", json=body).json


def test_a_legal_entity_is_set_up_and_changed(api, entity):
    assert (entity["is_default"], entity["paper"]) == (True, "letter")
    answer = api.patch(
        f"/api/v1/legal-entities/{entity['id']}",
        json={"number_formats": {"invoice": "R{year}-{number:4}"}, "bank": {"iban": "DE89370400440532013000"}},
        headers={"If-Match": f'"{entity["version"]}"'},
    )
    assert answer.status_code == 200
    assert answer.json["number_formats"] == {"invoice": "R{year}-{number:4}"}


def test_an_account_has_what_was_given_and_what_follows_from_it(api, hawaiian):
    assert hawaiian["number"] == "PNY-A000001"
    assert hawaiian["tax_ids"] == [{"kind": "us_ein", "value": "99-0042880", "country": "US"}]
    assert api.get("/api/v1/accounts/external:HA").json == api.get(f"/api/v1/accounts/{hawaiian['id']}").json
    assert [row["name"] for row in api.get("/api/v1/accounts?external_id=HA").json["data"]] == ["Hawaiian Airlines Inc."]


def test_an_edit_needs_the_version_that_was_read(api, hawaiian):
    path = "/api/v1/accounts/external:HA"
    assert api.patch(path, json={"name": "X"}).status_code == 428
    etag = api.get(path).headers["ETag"]
    changed = api.patch(path, json={"name": "Hawaiian", "payment_terms_days": 14}, headers={"If-Match": etag})
    assert (changed.json["name"], changed.json["payment_terms_days"]) == ("Hawaiian", 14)
    assert api.patch(path, json={"name": "Y"}, headers={"If-Match": etag}).status_code == 412


def test_problems_name_the_fields(api, entity):
    answer = api.post("/api/v1/accounts", json={"name": "X", "currency": "USD", "timezone": "Mars/Olympus", "bill_cycle_day": 40})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == {"timezone", "bill_cycle_day"}
    assert api.post("/api/v1/accounts", json={"nam": "X"}).status_code == 422


def test_children_name_their_parent_by_either_id(api, hawaiian):
    child = api.post("/api/v1/accounts", json={"name": "Ohana", "parent_id": "external:HA", "parent_pays": True}).json
    assert child["parent_id"] == child["payer_id"] == hawaiian["id"]
    wrong = api.post("/api/v1/accounts", json={"name": "Ohana", "parent_id": "external:none"})
    assert [error["field"] for error in wrong.json["errors"]] == ["parent_id"]


def test_contacts_and_addresses(api, hawaiian):
    contact = api.post("/api/v1/contacts", json={"account_id": "external:HA", "name": "Keola", "email": "keola@h.example"}).json
    assert contact["roles"] == ["billing"]
    etag = {"If-Match": f'"{contact["version"]}"'}
    assert api.patch(f"/api/v1/contacts/{contact['id']}", json={"roles": ["legal"]}, headers=etag).json["roles"] == ["legal"]
    assert api.post(f"/api/v1/contacts/{contact['id']}/archive").json["archived"]
    address = api.post("/api/v1/addresses", json={"account_id": hawaiian["id"], "address": {"city": "Hilo", "country": "US"}}).json
    assert address["address"]["city"] == "Hilo"


def test_holds_are_placed_and_released(api, hawaiian):
    body = {"account_id": "external:HA", "reason": "Disputed", "stops": ["dunning"], "currency": "USD", "amount": "12.30"}
    hold = api.post("/api/v1/holds", json=body).json
    assert hold["amount"] == "12.30"
    assert len(api.get("/api/v1/holds?in_force=true").json["data"]) == 1
    assert api.post(f"/api/v1/holds/{hold['id']}/release").status_code == 204
    assert api.get("/api/v1/holds?in_force=true").json["data"] == []


def test_archive_and_restore(api, hawaiian):
    assert api.post("/api/v1/accounts/external:HA/archive").json["archived"]
    assert not api.post("/api/v1/accounts/external:HA/restore").json["archived"]
    assert api.get("/api/v1/accounts/external:none").status_code == 404
