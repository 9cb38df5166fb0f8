"""The catalog's pages: plans grow from a draft, tiers are shown, quotes explain themselves."""

import pytest

from bezant_catalog.schemas.forms import PRICE_FORMS

pytestmark = pytest.mark.plugins("catalog")


@pytest.fixture
def plan(app, client, terminal):
    return terminal


def text(answer):
    assert answer.status_code == 200
    return answer.text


def test_empty_pages_say_what_comes_first(client):
    for page in ("/catalog/plans", "/catalog/metrics", "/catalog/price-quotes"):
        assert "yet" in text(client.get(page))


def test_lists_and_records_show_what_there_is(client, plan):
    assert "terminal" in text(client.get("/catalog/plans"))
    assert "departures" in text(client.get("/catalog/metrics"))
    page = text(client.get("/catalog/plans/terminal"))
    assert "Graduated, 3 tiers" in page
    assert "62.50" in page or "62.5" in page
    assert "sum of seats" in text(client.get("/catalog/metrics/seats"))


def test_a_plan_grows_from_a_draft(client):
    head = {"name": "Lounge", "code": "lounge", "interval_unit": "month", "currency": "EUR", "minimum": ""}
    assert client.post("/catalog/plans/new", data=head).status_code == 303
    assert "Add a charge" in text(client.get("/catalog/plans/lounge"))
    address = "/catalog/plans/lounge/versions/1/charges"
    charge = {"name": "Visits", "code": "visits", "kind": "recurring", "timing": "arrears", "seats": "true", "tax_category": "standard"}
    tiers = {"tiers.0.up_to": "10", "tiers.0.unit_price": "30", "tiers.1.up_to": "20", "tiers.1.unit_price": "20"}
    refused = client.post(f"{address}/new?model=graduated", data={**charge, **tiers})
    assert refused.status_code == 422
    assert "The last tier (2) ends at 20" in refused.text
    assert client.post(f"{address}/new?model=graduated", data={**charge, **tiers, "tiers.1.up_to": ""}).status_code == 303
    assert 'value="30"' in text(client.get(f"{address}/visits"))
    changed = {**charge, **tiers, "tiers.1.up_to": "", "tiers.0.unit_price": "35"}
    assert client.post(f"{address}/visits?model=graduated", data=changed).status_code == 303
    assert client.post("/catalog/plans/lounge/versions/1/publish", data={"existing_policy": "keep"}).status_code == 303
    page = text(client.get("/catalog/plans/lounge"))
    assert "Version 1" in page
    assert "35" in page
    assert client.post("/catalog/plans/lounge/draft").status_code == 303
    assert "Draft, version 2" in text(client.get("/catalog/plans/lounge?version=2"))
    assert client.post("/catalog/plans/lounge/versions/2/charges/visits/remove").status_code == 303


def test_every_price_model_has_its_form(client, plan):
    client.post("/catalog/plans/terminal/draft")
    for model in PRICE_FORMS:
        assert "Name on invoices" in text(client.get(f"/catalog/plans/terminal/versions/2/charges/new?model={model}"))


def test_a_matrix_and_a_metric_are_made_by_form(client, plan):
    metric = {
        "code": "bags",
        "name": "Bags",
        "aggregation": "sum",
        "field": "bags",
        "recurring": "",
        "rounding.mode": "none",
        "rounding.decimals": "0",
    }
    answer = client.post("/catalog/metrics/new", data=metric)
    assert answer.status_code == 303, answer.text
    client.post("/catalog/plans/terminal/draft")
    charge = {"name": "Bags", "code": "bags", "kind": "metered", "timing": "arrears", "metrics": "bags", "tax_category": "standard"}
    price = {"dimensions": "origin", "prices.0.values": "EWR", "prices.0.unit_price": "2", "default_unit_price": "1"}
    answer = client.post("/catalog/plans/terminal/versions/2/charges/new?model=matrix", data={**charge, **price})
    assert answer.status_code == 303, answer.text
    assert "everything else" in text(client.get("/catalog/plans/terminal?version=2"))


def test_a_quote_shows_amounts_and_why(client, plan):
    page = text(client.get("/catalog/price-quotes?plan=terminal&q.departures=5106&q.seats.EWR=200"))
    assert "421,625.00" in page
    assert "1,001 to 5,000" in page
    assert "424,395.00" in page
    assert "true-up of 7,500.00" in text(client.get("/catalog/price-quotes?plan=terminal"))
    assert "write a number" in text(client.get("/catalog/price-quotes?plan=terminal&q.departures=many"))


def test_plans_and_metrics_are_archived_and_restored(client, plan):
    for page in ("/catalog/plans/terminal", "/catalog/metrics/seats"):
        assert client.post(f"{page}/archive").status_code == 303
        assert "Restore" in text(client.get(page))
        assert client.post(f"{page}/restore").status_code == 303
