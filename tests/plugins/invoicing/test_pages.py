"""Pages: what people see and do."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bezant.sdk.lists import fetch, parse
from bezant.sdk.values import SourceRef
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import DraftLine
from bezant_invoicing.schemas.lists import INVOICE_LIST, INVOICE_STATES
from bezant_invoicing.views import account_events, account_panels, link_records, search
from bezant_invoicing.views.charts import invoiced_by_month

from .builders import line
from .conftest import World
from .test_closing import credit
from .test_issue import issue, pay, taxed

pytestmark = pytest.mark.plugins("invoicing")


def page(client: Any, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.text[:2000]
    return re.sub(r"\s+", " ", answer.text)


def send(client: Any, url: str, **fields: str) -> Any:
    """Posts a form with its token."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/invoices/new").text)
    return client.post(url, data={**({"csrf_token": token[1]} if token else {}), **fields})


def rated(amount: int) -> DraftLine:
    explanation = {
        "model": "graduated",
        "quantity": "5",
        "rows": [{"tier": 1, "above": "0", "up_to": "10", "quantity": "5", "unit_price": "2", "amount": "10"}],
    }
    return line(amount, description="Departures", explanation=explanation)


def test_the_list_shows_state_sums_and_an_empty_state(world: World, client: Any) -> None:
    assert "No invoices yet" in page(client, "/invoices")
    issue(world, 123456)
    invoicing.void_invoice(issue(world, 1).id)
    text = page(client, "/invoices")
    assert "PNY-2013-000001" in text
    assert "1,234.56" in text
    assert "voided left out" in text
    assert "PNY-2013-000001" not in page(client, "/invoices?view=overdue")


@pytest.mark.settings({"invoicing.credit_application": "next_invoice"})
def test_an_invoice_that_is_credited_whole_and_still_open_says_why(world: World, client: Any) -> None:
    issued = issue(world, 1000)
    words = "of this invoice is open, although all of it was credited"
    assert words not in page(client, f"/invoices/{issued.id}")
    credit(issued, 1000, "goodwill")
    assert f"USD 10.00 {words}" in page(client, f"/invoices/{issued.id}")


def test_the_record_shows_lines_taxes_payments_entries_and_the_document(world: World, client: Any, hooks: Any) -> None:
    with hooks(bezant_quote_taxes=taxed):
        issued = issue(world, lines=(rated(1000),))
    pay(world, issued, 200)
    text = page(client, f"/invoices/{issued.id}")
    for shown in (
        "Departures",
        "Why this amount",
        "VAT 20 % 20% on 10.00",
        "Partly paid",
        "Receivables",
        "P-1",
        "Finalized as",
        "10.00",
        "Net 30",
    ):
        assert shown in text, shown
    assert client.get(f"/invoices/{issued.id}/pdf").data[:5] == b"%PDF-"
    assert "SHA-256" in page(client, f"/invoices/{issued.id}")


def test_a_one_off_invoice_is_written_edited_and_finalized_by_forms(world: World, client: Any) -> None:
    page(client, "/invoices/new")
    bad = send(client, "/invoices/new", account="external:HA", **{"lines.0.description": "Repair", "lines.0.unit_price": "twelve"})
    assert bad.status_code == 422
    assert "twelve" in bad.text
    saved = send(client, "/invoices/new", account="external:HA", **{"lines.0.description": "Repair", "lines.0.unit_price": "12.5"})
    assert saved.status_code == 303, saved.text
    url = saved.headers["Location"]
    assert "Draft" in page(client, url)
    page(client, f"{url}/edit")
    edited = send(client, f"{url}/edit", _version="1", notes="Thanks", **{"lines.0.description": "Repair", "lines.0.unit_price": "13"})
    assert edited.status_code == 303, edited.text
    assert send(client, f"{url}/finalize").status_code == 303
    text = page(client, url)
    assert "PNY-2013-000001" in text
    assert "13.00" in text


def test_an_invoice_is_credited_and_voided_by_forms(world: World, client: Any) -> None:
    issued = issue(world, 1000, 500)
    ids = [str(part.draft.id) for part in issued.lines]
    page(client, f"/invoices/{issued.id}/credit")
    fields = {"lines.0.line_id": ids[0], "lines.0.amount": "2.5", "lines.1.line_id": ids[1], "lines.1.amount": ""}
    nothing = send(client, f"/invoices/{issued.id}/credit", reason="Delay", currency="USD", **{**fields, "lines.0.amount": ""})
    assert nothing.status_code == 422
    made = send(client, f"/invoices/{issued.id}/credit", reason="Delay", currency="USD", **fields)
    assert made.status_code == 303, made.text
    text = page(client, made.headers["Location"])
    for shown in ("PNY-CN-2013-000001", "Goodwill", "Delay", "Total credit", "2.50", issued.number):
        assert shown in text, shown
    assert client.get(made.headers["Location"] + "/pdf").data[:5] == b"%PDF-"
    assert "PNY-CN-2013-000001" in page(client, "/credit-notes")
    other = issue(world, 700)
    page(client, f"/invoices/{other.id}/void")
    assert send(client, f"/invoices/{other.id}/void", reason="Wrong").status_code == 303
    assert "Voided" in page(client, f"/invoices/{other.id}")


def test_a_write_off_by_buttons(world: World, client: Any) -> None:
    issued = issue(world, 1000)
    assert send(client, f"/invoices/{issued.id}/write-off").status_code == 303
    assert "Uncollectible" in page(client, f"/invoices/{issued.id}")
    assert send(client, f"/invoices/{issued.id}/undo-write-off").status_code == 303
    assert invoicing.load_invoice(issued.id).state == "open"


def test_pending_charges_by_form(world: World, client: Any) -> None:
    page(client, "/pending-charges/new")
    made = send(client, "/pending-charges/new", account="external:HA", description="Key card", unit_price="5")
    assert made.status_code == 303, made.text
    assert "Key card" in page(client, "/pending-charges")


def test_drafts_can_be_discarded(world: World, client: Any) -> None:
    draft = world.draft(100)
    invoicing.save_drafts([draft])
    assert send(client, f"/invoices/{draft.id}/discard").status_code == 303
    assert client.get(f"/invoices/{draft.id}").status_code == 404


def test_other_pages_get_links_panels_events_and_hits(world: World, app: Any) -> None:
    issued = issue(world, 1000)
    note = invoicing.void_invoice(issue(world, 77).id)
    with app.test_request_context():
        ref = SourceRef("invoicing.invoice", issued.id, issued.number)
        assert link_records([ref, SourceRef("other.thing", issued.id)])[ref].url == f"/invoices/{issued.id}"
        assert [panel.title for panel in account_panels(world.account.id)] == ["Invoices", "Credit notes"]
        assert [entry.title for entry in account_events(world.account.id, 5)][-1] == f"Credit note {note.number}"
        assert [hit.title for hit in search("PNY-2013-000001", 5)] == [issued.number]
        assert [hit.title for hit in search("10.00", 5)] == [issued.number]


def test_the_dashboard_says_what_is_open(world: World, client: Any) -> None:
    issue(world, 1000)
    text = page(client, "/")
    assert "Open invoices" in text
    assert "Overdue" in text


def test_the_dashboard_draws_what_was_invoiced_by_month(world: World, client: Any) -> None:
    issue(world, 1000)
    issue(world, 250)

    chart = invoiced_by_month()

    assert chart.labels[-1] == "Feb 2013"
    assert [value for value in chart.series[0].values if value] == [Decimal("12.50")]
    assert "Invoiced by month" in page(client, "/")


def test_filtering_by_a_state_finds_the_rows_that_show_it(world: World, clock: Any) -> None:
    late, part, full, gone, lost = (issue(world, amount) for amount in (100, 200, 300, 400, 500))
    pay(world, full)
    invoicing.void_invoice(gone.id)
    invoicing.mark_uncollectible(lost.id)
    clock.travel_to(2013, 4, 1)
    fresh = issue(world, 600, issued_on=date(2013, 4, 1))
    later = issue(world, 700, issued_on=date(2013, 4, 1))
    pay(world, later, 1)
    pay(world, part, 1)
    issue(world, 0)
    invoicing.save_drafts([world.draft(800)])
    rows = fetch(INVOICE_LIST, parse(INVOICE_LIST, [])).rows
    assert {row["state"] for row in rows} == {choice.value for choice in INVOICE_STATES}
    for choice in INVOICE_STATES:
        found = fetch(INVOICE_LIST, parse(INVOICE_LIST, [("state", choice.value)])).rows
        assert {row["id"] for row in found} == {row["id"] for row in rows if row["state"] == choice.value}, choice.value
        others = fetch(INVOICE_LIST, parse(INVOICE_LIST, [("state.ne", choice.value)])).rows
        assert len(found) + len(others) == len(rows)
    assert {row["id"] for row in rows if row["state"] == "overdue"} == {late.id, part.id}
    assert {row["id"] for row in rows if row["state"] == "open"} == {fresh.id}
