"""The catalog over REST."""

import pytest

pytestmark = pytest.mark.plugins("catalog")

PLAN = {
    "code": "terminal",
    "name": "Terminal",
    "currency": "USD",
    "commitment": {"minimum": "10000.00"},
    "charges": [
        {"code": "lease", "name": "Lease", "timing": "advance", "price": {"model": "flat", "amount": "2500.00"}},
        {
            "code": "departures",
            "name": "Departures",
            "kind": "metered",
            "metrics": ["departures"],
            "price": {"model": "graduated", "tiers": [{"up_to": "1000", "unit_price": "95"}, {"unit_price": "80"}]},
        },
    ],
}


@pytest.fixture
def plan(api):
    assert api.post("/api/v1/metrics", json={"code": "departures", "name": "Departures", "event_type": "flight"}).status_code == 201
    answer = api.post("/api/v1/plans", json=PLAN)
    assert answer.status_code == 201, answer.json
    return answer.json


def test_a_plan_comes_back_as_it_was_sent(api, plan):
    version = api.get("/api/v1/plans/external:terminal").json["versions"][0]
    assert version["commitment"]["minimum"] == "10000.00"
    assert version["charges"][1]["price"] == {"model": "graduated", "tiers": [{"up_to": "1000", "unit_price": "95"}, {"unit_price": "80"}]}
    assert (version["number"], version["published"]) == (1, True)
    assert [row["code"] for row in api.get("/api/v1/plans?state=active").json["data"]] == ["terminal"]


def test_problems_name_the_tier(api, plan):
    charges = [{**PLAN["charges"][1], "price": {"model": "volume", "tiers": [{"up_to": "5", "unit_price": "1"}]}}]
    answer = api.post("/api/v1/plans", json={**PLAN, "code": "bad", "charges": charges})
    assert answer.status_code == 422
    assert [(one["field"], one["code"]) for one in answer.json["errors"]] == [("charges.0.price.tiers.0.up_to", "missing_last_tier")]


def test_a_draft_is_changed_with_if_match_and_published(api, plan):
    versions = f"/api/v1/plans/{plan['id']}/versions"
    body = {name: PLAN[name] for name in ("currency", "charges")}
    draft = api.post(versions, json={**body, "effective": "2014-01-01"})
    assert (draft.status_code, draft.json["number"], draft.json["published"]) == (201, 2, False)
    assert api.patch(f"{versions}/2", json={"existing_policy": "next_period"}).status_code == 428
    changed = api.patch(f"{versions}/2", json={"existing_policy": "next_period"}, headers={"If-Match": draft.headers["ETag"]})
    assert (changed.status_code, changed.json["existing_policy"], changed.json["effective"]) == (200, "next_period", "2014-01-01")
    stale = api.patch(f"{versions}/2", json={"existing_policy": "keep"}, headers={"If-Match": draft.headers["ETag"]})
    assert stale.status_code == 412
    assert api.post(f"{versions}/2/publish").json["published"] is True
    assert api.post(f"{versions}/2/publish").status_code == 409


def test_metrics_are_edited_until_they_are_used(api, plan):
    metric = api.get("/api/v1/metrics/external:departures")
    assert metric.json["used"] is True
    address, match = f"/api/v1/metrics/{metric.json['id']}", {"If-Match": metric.headers["ETag"]}
    assert api.patch(address, json={"recurring": True}, headers=match).status_code == 409
    assert api.patch(address, json={"name": "Take-offs"}, headers=match).json["name"] == "Take-offs"


def test_products_are_made_and_archived(api):
    product = api.post("/api/v1/products", json={"code": "airport", "name": "Airport"}).json
    assert api.post(f"/api/v1/products/{product['id']}/archive").json["archived"] is True
    assert api.get("/api/v1/products").json["data"][0]["state"] == "archived"
    assert api.get("/api/v1/products/external:none").status_code == 404


def test_a_price_quote_stores_nothing_and_explains_itself(api, plan, count_queries):
    body = {"plan": "terminal", "quantities": {"departures": {"quantity": "1200"}}, "already_billed": "2500.00"}
    quote = api.post("/api/v1/price-quotes", json=body).json
    assert [(line["charge"], line["amount"]) for line in quote["lines"]] == [("lease", "2500.00"), ("departures", "111000.00")]
    assert [row["amount"] for row in quote["lines"][1]["explanation"]["rows"]] == ["95000", "16000"]
    assert (quote["true_up"], quote["total"]) == ("0.00", "111000.00")
    price = {"model": "package", "price": "500", "size": "10", "free_units": "5"}
    bare = api.post("/api/v1/price-quotes", json={"price": price, "currency": "EUR", "measurement": {"quantity": "26"}}).json
    assert bare["total"] == "1500.00"
    both = api.post("/api/v1/price-quotes", json={**body, "price": price})
    assert both.status_code == 422


def test_given_events_are_measured_without_storing_them(api, plan):
    window = {"from_at": "2023-08-01T00:00:00Z", "to_at": "2023-09-01T00:00:00Z"}
    events = [{"at": "2023-06-01T00:00:00Z", "properties": {"v": "5"}}, {"at": "2023-08-31T12:00:00Z", "properties": {"v": 31}}]
    definition = {"code": "level", "name": "Level", "aggregation": "sum", "field": "v", "recurring": True}
    found = api.post("/api/v1/metrics/measure", json={**window, "events": events, "definition": definition, "prorated": True}).json
    assert (found["units"], found["full_units"], found["events_count"]) == ("6", "36", 2)
    assert found["deltas"] == [{"full": "5", "prorated": "5"}, {"full": "31", "prorated": "1"}]
    counted = api.post("/api/v1/metrics/measure", json={**window, "events": events, "metric": "departures"}).json
    assert counted["units"] == "1"
    assert api.post("/api/v1/metrics/measure", json={**window, "events": events}).status_code == 422
    backwards = {"from_at": window["to_at"], "to_at": window["from_at"], "events": [], "metric": "departures"}
    assert api.post("/api/v1/metrics/measure", json=backwards).json["errors"][0]["code"] == "empty_window"
