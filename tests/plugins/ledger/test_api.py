"""REST: the chart, entries, balances, periods, open items, allocations."""

import uuid

import pytest

pytestmark = pytest.mark.plugins("ledger")


def once():
    """A header that makes a POST happen once."""
    return {"Idempotency-Key": uuid.uuid4().hex}


@pytest.fixture
def port(api):
    body = {"code": "PNY", "name": "Port", "currency": "USD", "timezone": "America/New_York", "country": "US"}
    entity = api.post("/api/v1/legal-entities", json=body).json
    api.post("/api/v1/accounts", json={"name": "Hawaiian", "external_id": "HA"})
    return entity["id"]


def entry(port, *postings, date="2013-01-01", number="V-1"):
    return {"legal_entity_id": port, "date": date, "currency": "USD", "description": "Voucher", "number": number, "postings": postings}


RECEIVABLE = {"ledger_account": "receivables", "amount": "100.00", "account_id": "external:HA", "due_on": "2013-02-01"}
REVENUE = {"ledger_account": "revenue", "amount": "-100.00"}
CASH = {"ledger_account": "cash:bank", "amount": "30.00"}
UNAPPLIED = {"ledger_account": "unapplied_cash", "amount": "-30.00", "account_id": "external:HA"}


@pytest.fixture
def posted(api, port):
    """An open item of 100.00 and a credit of 30.00: their ids."""
    billed = api.post("/api/v1/ledger/entries", json=entry(port, RECEIVABLE, REVENUE), headers=once()).json
    paid = api.post("/api/v1/ledger/entries", json=entry(port, CASH, UNAPPLIED, number="P-1"), headers=once()).json
    return {"entry": billed["id"], "item": billed["postings"][0]["id"], "credit": paid["postings"][1]["id"]}


def test_an_entry_is_posted_once_whatever_is_repeated(api, port):
    key = once()
    first = api.post("/api/v1/ledger/entries", json=entry(port, RECEIVABLE, REVENUE), headers=key)
    assert first.status_code == 201
    assert api.post("/api/v1/ledger/entries", json=entry(port, RECEIVABLE, REVENUE), headers=key).json == first.json
    assert len(api.get("/api/v1/ledger/entries").json["data"]) == 1
    assert first.json["postings"][0]["amount"] == "100.00"
    assert api.get(f"/api/v1/ledger/entries/{first.json['id']}").json == first.json


def test_without_a_key_nothing_is_posted(api, port):
    assert api.post("/api/v1/ledger/entries", json=entry(port, RECEIVABLE, REVENUE)).status_code in (400, 422, 428)
    assert api.get("/api/v1/ledger/entries").json["data"] == []


def test_problems_name_the_posting(api, port):
    unknown = {**RECEIVABLE, "account_id": "external:none"}
    answer = api.post("/api/v1/ledger/entries", json=entry(port, unknown, REVENUE), headers=once())
    assert [error["field"] for error in answer.json["errors"]] == ["postings.0.account_id"]


def test_a_credit_pays_an_item_and_gives_it_back(api, posted):
    body = {"credit_item_id": posted["credit"], "item_id": posted["item"], "currency": "USD", "amount": "30.00"}
    made = api.post("/api/v1/allocations", json=body, headers=once())
    assert (made.status_code, made.json["amount"]) == (201, "30.00")
    assert api.get(f"/api/v1/open-items/{posted['item']}").json["residual"] == "70.00"
    api.post("/api/v1/allocations", json={**body, "amount": "-30.00"}, headers=once())
    assert api.get(f"/api/v1/open-items/{posted['item']}").json["residual"] == "100.00"
    assert [row["amount"] for row in api.get("/api/v1/allocations?sort=id").json["data"]] == ["30.00", "-30.00"]
    assert api.post("/api/v1/allocations", json={**body, "amount": "30.01"}, headers=once()).status_code == 422


def test_a_credit_pays_the_oldest(api, posted):
    made = api.post(f"/api/v1/open-items/{posted['credit']}/allocate", json={}, headers=once()).json
    assert [(a["item_id"], a["amount"]) for a in made] == [(posted["item"], "30.00")]


def test_balances_now_and_on_any_day(api, posted):
    listed = api.get("/api/v1/ledger/balances").json["data"]
    assert {(row["ledger_account"], row["balance"]) for row in listed} == {
        ("receivables", "100.00"),
        ("revenue", "-100.00"),
        ("cash:bank", "30.00"),
        ("unapplied_cash", "-30.00"),
    }
    assert api.get("/api/v1/ledger/trial-balance?as_of=2012-12-31").json == []
    of_account = api.get("/api/v1/ledger/trial-balance?account_id=external:HA").json
    assert {(row["ledger_account"], row["balance"]) for row in of_account} == {("receivables", "100.00"), ("unapplied_cash", "-30.00")}


def test_an_entry_is_reversed(api, posted):
    answer = api.post(f"/api/v1/ledger/entries/{posted['entry']}/reverse", json={"date": "2013-03-01"}, headers=once())
    assert (answer.status_code, answer.json["reverses_id"]) == (201, posted["entry"])
    again = api.post(f"/api/v1/ledger/entries/{posted['entry']}/reverse", json={}, headers=once())
    assert again.status_code == 409


def test_a_closed_month_takes_no_more_entries(api, port):
    body = {"legal_entity_id": port, "closed_through": "2013-01-31"}
    assert api.post("/api/v1/ledger/periods", json=body).json == body
    answer = api.post("/api/v1/ledger/entries", json=entry(port, RECEIVABLE, REVENUE), headers=once())
    assert (answer.status_code, answer.json["code"]) == (409, "period_closed")
    assert api.post("/api/v1/ledger/periods", json={**body, "closed_through": None}).status_code == 200
    assert api.post("/api/v1/ledger/entries", json=entry(port, RECEIVABLE, REVENUE), headers=once()).status_code == 201


def test_the_chart_grows(api, port):
    body = {"code": "bad_debts", "title": "Bad debts", "type": "expense"}
    made = api.post("/api/v1/ledger/accounts", json=body)
    assert made.status_code == 201
    assert api.post("/api/v1/ledger/accounts", json=body).status_code == 422
    etag = {"If-Match": f'"{made.json["version"]}"'}
    assert api.patch("/api/v1/ledger/accounts/bad_debts", json={"title": "Losses"}, headers=etag).json["title"] == "Losses"
    assert api.get("/api/v1/ledger/accounts?type=expense&code=bad_debts").json["data"][0]["title"] == "Losses"


def test_the_proof_runs_as_a_job(api, posted, drain):
    answer = api.post("/api/v1/ledger/verifications")
    assert answer.status_code == 202
    drain()
    job = api.get(f"/api/v1/jobs/{answer.json['job_id']}").json
    assert job["result"]["ok"] is True
