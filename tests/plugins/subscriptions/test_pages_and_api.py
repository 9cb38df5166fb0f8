"""Subscriptions in the browser, over REST and on the command line."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bezant.auth.context import SYSTEM, acting_as
from bezant.sdk.values import NotFound
from bezant_subscriptions import services as subscriptions

pytestmark = pytest.mark.plugins("subscriptions")


@pytest.fixture
def one(new_plan: Any, start: Any, new_account: Any, clock: Any) -> Any:
    clock.travel_to(2023, 1, 10, 12)
    new_plan("basic")
    started = start("basic", date(2023, 1, 1), new_account("Buyer", external_id="buyer"), external_id="sub-1", alignment="calendar")
    subscriptions.run_billing(date(2023, 1, 10))
    return started


def test_a_subscription_over_rest(api: Any, new_plan: Any, new_account: Any, clock: Any) -> None:
    clock.travel_to(2023, 1, 10, 12)
    new_plan("basic")
    new_account("Buyer", external_id="buyer")
    body = {"account_id": "external:buyer", "plan": "basic", "external_id": "s1", "start_on": "2023-01-01", "alignment": "calendar"}
    seen = api.post("/api/v1/subscriptions/preview", json=body).json
    assert [document["total"] for document in seen["invoices"]] == ["31.00"]
    made = api.post("/api/v1/subscriptions", json=body)
    assert (made.status_code, made.json["state"], made.json["plan"], made.json["next_due_on"]) == (201, "active", "basic", "2023-01-01")
    assert api.get("/api/v1/subscriptions/external:s1").json["id"] == made.json["id"]
    assert [row["external_id"] for row in api.get("/api/v1/subscriptions?state=active").json["data"]] == ["s1"]


def test_a_cancellation_over_rest_is_previewed_made_and_taken_back(api: Any, one: Any) -> None:
    address = f"/api/v1/subscriptions/{one.id}"
    seen = api.post(f"{address}/preview", json={"cancel": {"on": "2023-01-10"}}).json
    assert [(note["kind"], note["total"]) for note in seen["credit_notes"]] == [("credit_note", "21.00")]
    assert api.post(f"{address}/cancel", json={"on": "2023-01-20"}).json["ends_at"] == "2023-01-20T00:00:00Z"
    assert api.post(f"{address}/uncancel").json["ends_at"] is None
    kinds = [fact["kind"] for fact in api.get(f"{address}/timeline").json["facts"]]
    assert kinds == ["started", "cancelled", "uncancelled"]


def test_a_change_asks_for_exactly_one_thing(api: Any, one: Any) -> None:
    answer = api.post(f"/api/v1/subscriptions/{one.id}/change", json={"cycle_day": 3, "plan": "basic"})
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "one_change")


def test_a_fact_that_means_nothing_is_refused(api: Any, one: Any) -> None:
    answer = api.post(f"/api/v1/subscriptions/{one.id}/resume", json={})
    assert (answer.status_code, answer.json["code"]) == (409, "wrong_state")


def test_a_run_over_rest_is_done_in_the_background(api: Any, one: Any, drain: Any) -> None:
    made = api.post("/api/v1/billing-runs", json={"through": "2023-03-01"})
    assert (made.status_code, made.json["state"]) == (201, "queued")
    drain()
    done = api.get(f"/api/v1/billing-runs/{made.json['id']}").json
    assert (done["state"], done["invoices"]) == ("finished", 2)
    assert done["amounts"] == [{"currency": "EUR", "invoiced": "62.00", "credited": "0.00"}]


@pytest.mark.parametrize("path", ["", "/new", "/sub", "/sub/change", "/sub/cancel", "/sub/pause", "/sub/next-invoice"])
def test_pages_of_subscriptions(client: Any, one: Any, path: str) -> None:
    answer = client.get(f"/subscriptions{path.replace('/sub', f'/{one.id}')}")
    assert answer.status_code == 200
    assert "basic" in answer.text or path == "/new" or "/sub/" in path


def test_pages_of_runs(client: Any, one: Any) -> None:
    run = subscriptions.recent_runs(1)[0]
    assert client.get("/billing-runs").status_code == 200
    assert client.get(f"/billing-runs/{run.id}").status_code == 200
    assert client.get("/billing-runs/new").status_code == 200
    assert client.get("/billing-runs/parked").status_code == 200


def test_the_page_of_a_run_lists_the_invoices_and_credit_notes_that_it_made(client: Any, one: Any) -> None:
    subscriptions.cancel(one.id, on=date(2023, 1, 10))
    run = subscriptions.run_billing(date(2023, 1, 10))
    made = subscriptions.documents_of_run(run.id)
    assert [(document.ref.type, document.amount.minor) for document in made] == [("invoicing.credit_note", 2100)]
    assert made[0].ref.number in client.get(f"/billing-runs/{run.id}").text


def test_an_account_page_and_the_dashboard_have_their_parts(client: Any, one: Any) -> None:
    assert client.get("/").status_code == 200
    page = client.get(f"/accounts/{one.account_id}").text
    panel = page[page.index("Subscriptions</h") :]
    head = panel[: panel.index("</thead>")]
    assert "Next billing" in head
    assert "Account" not in head


def test_days_are_those_of_the_account_and_an_end_leaves_nothing_to_bill(
    client: Any, new_plan: Any, start: Any, new_account: Any, clock: Any
) -> None:
    clock.travel_to(2023, 1, 10, 3)
    made = start(new_plan("basic"), date(2023, 1, 1), new_account(timezone="America/New_York"))
    subscriptions.run_billing(date(2023, 1, 9))
    subscriptions.cancel(made.id)
    subscriptions.run_billing()
    page, listed = client.get(f"/subscriptions/{made.id}").text, client.get("/subscriptions").text
    assert "Jan 9, 2023" in page
    assert "22:00 America/New_York" in page
    assert "05:00" not in page[: page.index("What holds when")]
    assert "next billing date" not in page
    assert "Jan 1, 2023" in listed
    assert "Jan 9, 2023" in listed
    assert (subscriptions.load_subscriptions([made.id])[made.id].next_due_on) is None


def test_the_command_line_bills_previews_and_tells(app: Any, one: Any) -> None:
    from bezant_subscriptions.cli import bill

    runner = app.test_cli_runner()
    seen = runner.invoke(bill, ["preview", "buyer", "--on", "2023-02-01", "--json"])
    assert '"amount": "31.00"' in seen.output, seen.output
    done = runner.invoke(bill, ["run", "--through", "2023-02-01", "--json"])
    assert '"invoices": "1"' in done.output, done.output
    assert "finished" in runner.invoke(bill, ["status"]).output


def test_who_sees_one_account_sees_and_bills_its_subscriptions_only(new_plan: Any, start: Any) -> None:

    new_plan("basic")
    mine, other = start("basic", date(2023, 1, 1)), start("basic", date(2023, 1, 1))
    with acting_as(replace(SYSTEM, account_ids=frozenset({mine.account_id}))):
        assert set(subscriptions.load_subscriptions([mine.id, other.id])) == {mine.id}
        assert subscriptions.run_billing(date(2023, 1, 1)).invoices == 1
        assert len(subscriptions.preview_billing([other.account_id], date(2023, 1, 1)).page.invoices) == 0  # type: ignore[union-attr]
        with pytest.raises(NotFound):
            subscriptions.cancel(other.id)
    assert subscriptions.run_billing(date(2023, 1, 1)).invoices == 1
