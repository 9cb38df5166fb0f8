"""REST: invoices, credit notes, pending charges."""

from typing import Any

import pytest

from .conftest import World
from .test_issue import issue

pytestmark = pytest.mark.plugins("invoicing")


def key(n: int) -> dict[str, str]:
    return {"Idempotency-Key": f"key-{n}"}


def test_a_one_off_invoice_from_draft_to_void(world: World, api: Any) -> None:
    body = {"account": "external:HA", "lines": [{"description": "Gate repair", "unit_price": "12.345", "quantity": "2"}], "notes": "Thanks"}
    made = api.post("/api/v1/invoices", json=body)
    assert made.status_code == 201, made.json
    draft = made.json
    assert (draft["state"], draft["number"], draft["total"], draft["open"], draft["lines"][0]["amount"]) == (
        "draft",
        "",
        "24.69",
        "0.00",
        "24.69",
    )
    assert made.headers["Location"] == f"/api/v1/invoices/{draft['id']}"
    url = made.headers["Location"]
    edited = api.patch(url, json={"purchase_order": "PO 1"}, headers={"If-Match": made.headers["ETag"]})
    assert (edited.status_code, edited.json["purchase_order"], edited.headers["ETag"]) == (200, "PO 1", '"2"')
    assert api.patch(url, json={"notes": "x"}, headers={"If-Match": '"1"'}).status_code == 412
    assert api.patch(url, json={"notes": "x"}).status_code == 428
    issued = api.post(f"{url}/finalize", headers=key(1))
    assert issued.status_code == 200, issued.json
    assert (issued.status_code, issued.json["number"], issued.json["state"]) == (200, "PNY-2013-000001", "open")
    assert api.post(f"{url}/finalize", headers=key(1)).json == issued.json
    assert api.post(f"{url}/finalize", headers=key(2)).status_code == 409
    assert api.delete(url).status_code == 409
    voided = api.post(f"{url}/void", json={"reason": "Wrong"}, headers=key(3))
    assert (voided.status_code, voided.json["kind"], voided.json["total"]) == (200, "void", "24.69")
    assert api.get(url).json["state"] == "voided"


def test_a_preview_stores_nothing(world: World, api: Any) -> None:
    body = {"account": str(world.account.id), "lines": [{"description": "Gate repair", "unit_price": "10"}]}
    answer = api.post("/api/v1/invoices/preview", json=body)
    assert (answer.status_code, answer.json["due"], answer.json["due_on"]) == (200, "10.00", "2013-03-03")
    assert api.get("/api/v1/invoices").json["data"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"account": "external:nobody"}, "account"),
        ({"lines": []}, "lines"),
        ({"lines": [{"description": "x", "unit_price": "-1"}]}, "lines.0.unit_price"),
        ({"lines": [{"description": "x", "unit_price": 1.5}]}, "lines.0.unit_price"),
        ({"due_on": "2013-01-01"}, "due_on"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_input_is_named_at_its_field(world: World, api: Any, change: dict[str, Any], field: str) -> None:
    body = {"account": "external:HA", "lines": [{"description": "x", "unit_price": "1"}], **change}
    answer = api.post("/api/v1/invoices", json=body)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)


def test_the_list_is_filtered_by_state_and_adds_account_and_money(world: World, api: Any) -> None:
    issue(world, 1000)
    issue(world, 0)
    data = api.get("/api/v1/invoices?state=open").json["data"]
    assert [(row["number"], row["account"], row["total"], row["open"]) for row in data] == [
        ("PNY-2013-000001", "Hawaiian Airlines Inc.", "10.00", "10.00")
    ]
    assert [row["state"] for row in api.get("/api/v1/invoices?state.in=paid,open&sort=total").json["data"]] == ["paid", "open"]
    assert len(api.get("/api/v1/invoices?q=pny-2013").json["data"]) == 2


def test_a_credit_note_gives_back_part_of_a_line(world: World, api: Any) -> None:
    issued = issue(world, 1000)
    line_id = str(issued.lines[0].draft.id)
    body = {"invoice_id": str(issued.id), "reason": "Gate closed", "lines": [{"line_id": line_id, "amount": "2.50"}]}
    made = api.post("/api/v1/credit-notes", json=body, headers=key(1))
    assert (made.status_code, made.json["total"], made.json["left"], made.json["invoice_number"]) == (201, "2.50", "0.00", issued.number)
    assert api.get(f"/api/v1/invoices/{issued.id}").json["lines"][0]["left"] == "7.50"
    too_much = api.post("/api/v1/credit-notes", json={**body, "lines": [{"line_id": line_id, "amount": "7.51"}]}, headers=key(2))
    assert (too_much.status_code, too_much.json["errors"][0]["field"]) == (422, "lines.0.amount")
    assert [row["invoice"] for row in api.get("/api/v1/credit-notes").json["data"]] == [issued.number]
    assert api.post(f"/api/v1/credit-notes/{made.json['id']}/void", json={}, headers=key(3)).status_code == 409


def test_write_off_and_back(world: World, api: Any) -> None:
    issued = issue(world, 1000)
    url = f"/api/v1/invoices/{issued.id}"
    assert api.post(f"{url}/write-off", json={}, headers=key(1)).json["state"] == "uncollectible"
    assert api.post(f"{url}/undo-write-off", json={}, headers=key(2)).json["open"] == "10.00"


def test_pending_charges(world: World, api: Any) -> None:
    made = api.post("/api/v1/pending-charges", json={"account": "external:HA", "description": "Key card", "unit_price": "5"})
    assert (made.status_code, made.json["state"], made.json["amount"]) == (201, "waiting", "5.00")
    assert [row["state"] for row in api.get("/api/v1/pending-charges").json["data"]] == ["waiting"]
    assert api.post(f"/api/v1/pending-charges/{made.json['id']}/cancel").json["state"] == "cancelled"


def test_the_pdf_is_the_same_bytes_each_time(world: World, api: Any) -> None:
    issued = issue(world, 1000)
    first = api.get(f"/api/v1/invoices/{issued.id}/pdf")
    assert (first.status_code, first.mimetype, first.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert api.get(f"/api/v1/invoices/{issued.id}/pdf").data == first.data


def test_unknown_documents_are_not_found(world: World, api: Any) -> None:
    for url in (
        f"/api/v1/invoices/{world.account.id}",
        f"/api/v1/credit-notes/{world.account.id}",
        f"/api/v1/pending-charges/{world.account.id}",
    ):
        assert api.get(url).status_code == 404
