"""Usage over REST and on pages."""

import json
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bezant.hooks import each
from bezant.hookspecs import bezant_search
from bezant_catalog.contracts import NewMetric
from bezant_catalog.services import create_metric

pytestmark = [pytest.mark.plugins("usage"), pytest.mark.usefixtures("account")]

EVENT = {
    "transaction_id": "e1",
    "type": "call",
    "at": "2024-05-01T12:00:00Z",
    "account": "acme",
    "properties": {"minutes": 0.1, "free": True},
}


def test_one_event(api: FlaskClient) -> None:
    first = api.post("/api/v1/usage/events", json=EVENT)
    assert first.status_code == 201
    assert first.json["properties"] == {"minutes": "0.1", "free": "true", "local_hour": "14"}
    assert api.get(first.headers["Location"]).json == first.json
    assert api.post("/api/v1/usage/events", json=EVENT).status_code == 200
    other = api.post("/api/v1/usage/events", json={**EVENT, "type": "fax"})
    assert (other.status_code, other.json["code"]) == (409, "transaction_id_taken")
    refused = api.post("/api/v1/usage/events", json={**EVENT, "transaction_id": "e2", "account": "nobody"})
    assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, "unknown_account")


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("application/json", json.dumps({"events": [EVENT, {**EVENT, "transaction_id": ""}]})),
        ("application/json", json.dumps([EVENT, 5])),
        ("application/x-ndjson", json.dumps(EVENT) + "\n{}\n"),
        ("text/csv", "transaction_id,type,at,account\ne1,call,2024-05-01T12:00:00Z,acme\ne2,call,now,acme\n"),
        (
            "application/cloudevents-batch+json",
            '[{"specversion":"1.0","id":"e1","source":"m","type":"call","time":"2024-05-01T12:00:00Z","subject":"acme"},{"specversion":"1.0"}]',
        ),
    ],
)
def test_many_events_in_every_form(api: FlaskClient, media_type: str, body: str) -> None:
    answer = api.post("/api/v1/usage/events/batch", data=body, content_type=media_type)
    assert answer.status_code == 200
    assert (answer.json["accepted"], answer.json["rejected"]) == (1, 1)
    assert [one["status"] for one in answer.json["outcomes"]] == ["accepted", "rejected"]


def test_a_batch_that_cannot_be_read_at_all(api: FlaskClient) -> None:
    assert api.post("/api/v1/usage/events/batch", data="{", content_type="application/json").status_code == 400
    assert api.post("/api/v1/usage/events/batch", data="x", content_type="text/plain").status_code == 415


def test_the_list_of_events(api: FlaskClient, account: UUID) -> None:
    api.post("/api/v1/usage/events/batch", json=[{**EVENT, "transaction_id": f"e{n}"} for n in range(5)])
    page = api.get("/api/v1/usage/events?limit=3").json
    assert [one["transaction_id"] for one in page["data"]] == ["e4", "e3", "e2"]
    rest = api.get(f"/api/v1/usage/events?limit=3&after={page['next']}").json
    assert [one["transaction_id"] for one in rest["data"]] == ["e1", "e0"]
    assert not rest["has_more"]
    assert len(api.get(f"/api/v1/usage/events?account_id={account}&state=counts").json["data"]) == 5


def test_what_was_used_live(api: FlaskClient) -> None:
    create_metric(NewMetric(code="minutes", name="Minutes", event_type="call", aggregation="sum", field="minutes", group_by=("free",)))
    api.post("/api/v1/usage/events", json=EVENT)
    summary = api.get("/api/v1/usage/summary?account=external:acme&from=2024-05-01T00:00:00Z&to=2024-06-01T00:00:00Z").json
    assert summary["metrics"] == [
        {
            "metric": "minutes",
            "name": "Minutes",
            "unit": "",
            "quantity": "0.1",
            "events": 1,
            "dimensions": ["free"],
            "groups": [{"values": ["true"], "quantity": "0.1", "events": 1}],
        }
    ]
    assert api.get("/api/v1/usage/summary?account=external:nobody").status_code == 422


def test_why_an_event_was_not_billed(api: FlaskClient) -> None:
    api.post("/api/v1/usage/events", json=EVENT)
    steps = api.get("/api/v1/usage/explain?transaction_id=e1").json["steps"]
    assert [step["code"] for step in steps] == ["received", "no_metric", "not_billed"]


def test_pages_show_events_and_their_explanation(api: FlaskClient, client: FlaskClient, account: UUID) -> None:
    create_metric(NewMetric(code="minutes", name="Minutes", event_type="call", aggregation="sum", field="minutes"))
    event_id = api.post("/api/v1/usage/events", json=EVENT).json["id"]
    assert "e1" in client.get("/usage/events").text
    page = client.get(f"/usage/events/{event_id}")
    assert page.status_code == 200
    assert "Metric minutes counts it" in page.text
    assert client.get("/usage/events/999999").status_code == 404
    assert "Usage, May 1" in client.get(f"/accounts/{account}").text


def test_an_event_is_found_by_its_transaction_id(app: Flask, api: FlaskClient, as_system: None) -> None:
    api.post("/api/v1/usage/events", json=EVENT)
    with app.test_request_context():
        hits = [hit for answer in each(bezant_search, "e1", 5) for hit in answer.value if hit.kind == "Usage events"]
    assert [hit.title for hit in hits] == ["e1"]
