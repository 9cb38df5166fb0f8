"""Statements in the browser, in the API and on the command line: the same stored total everywhere."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from bezant.auth.context import Principal, PrincipalKind, acting_as
from bezant.sdk.values import Denied, NotFound, SourceRef, new_id
from bezant.sdk.web import links_to
from bezant_statements.contracts import OPEN_ITEM, STATEMENT, NewStatement
from bezant_statements.services import aging, aging_totals, create_statement, get_statement, statement_lines, statement_pdf
from tests.plugins.statements.books import Book

pytestmark = [pytest.mark.plugins("statements"), pytest.mark.usefixtures("as_system")]
JAN, FEB, MAR = (date(2013, month, 1) for month in (1, 2, 3))


@pytest.fixture
def made(book: Book) -> Any:
    paid = book.invoice(17_360, JAN, FEB)
    book.pay(paid, 17_360, FEB)
    book.invoice(25_000, FEB, MAR)
    return create_statement(NewStatement(book.account, "balance_forward", JAN, MAR))


def test_api_page_and_pdf_read_one_total(made: Any, api: Any, client: Any) -> None:
    answer = api.get(f"/api/v1/statements/{made.id}").get_json()
    assert (answer["closing"], answer["charges"], answer["status"]) == ("250.00", "423.60", "issued")
    assert [line["word"] for line in answer["lines"]] == ["Invoice", "Payment", "Invoice"]
    page = client.get(f"/statements/{made.id}").get_data(as_text=True)
    assert "250.00" in page
    pdf = api.get(f"/api/v1/statements/{made.id}/pdf")
    assert pdf.mimetype == "application/pdf"
    assert "250.00 USD" in PdfReader(BytesIO(pdf.data)).pages[0].extract_text()
    assert client.get(f"/statements/{made.id}/pdf").data == pdf.data


def test_an_account_is_stated_over_the_api_by_its_external_id(book: Book, api: Any) -> None:
    book.invoice(25_000, FEB, MAR)
    body = {"account_id": "external:HA", "kind": "open_item", "from_on": "2013-01-01", "to_on": "2013-03-15"}
    answer = api.post("/api/v1/statements", json=body)
    assert answer.status_code == 201
    made = answer.get_json()
    assert answer.headers["Location"].endswith(f"/statements/{made['id']}")
    assert (made["closing"], made["past_due"], made["lines"][0]["days_late"]) == ("250.00", "250.00", 14)
    assert [bucket["label"] for bucket in made["aging"]] == ["current", "1-30", "31-60", "61-90", "91+"]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"kind": "colourful"}, "kind"), ({"from_on": "2013-04-01"}, "from_on"), ({"account_id": "external:XX"}, "account_id")],
)
def test_what_cannot_be_stated_is_refused_at_its_field(book: Book, api: Any, change: dict[str, str], field: str) -> None:
    body = {"account_id": "external:HA", "kind": "open_item", "from_on": "2013-01-01", "to_on": "2013-03-15", **change}
    answer = api.post("/api/v1/statements", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]


def test_a_run_is_started_over_the_api(made: Any, api: Any) -> None:
    answer = api.post("/api/v1/statement-runs", json={"from_on": "2013-01-01", "to_on": "2013-03-31"})
    assert (answer.status_code, answer.get_json()["state"]) == (201, "queued")
    assert api.get(f"/api/v1/statement-runs/{answer.get_json()['id']}").get_json()["accounts"] == 1
    assert len(api.get("/api/v1/statement-runs").get_json()["data"]) == 1


def test_the_aging_over_the_api_adds_up(made: Any, api: Any) -> None:
    answer = api.get("/api/v1/aging?as_of=2013-03-10&account_id=external:HA").get_json()
    assert [bucket["amount"] for bucket in answer["data"][0]["buckets"]] == ["0.00", "250.00", "0.00", "0.00", "0.00"]
    assert answer["data"][0]["total"] == answer["totals"][0]["total"] == "250.00"
    assert (answer["has_more"], answer["next"]) == (False, None)


@pytest.mark.parametrize(
    "path",
    [
        "/statements",
        "/statements/new",
        "/statements/runs",
        "/statements/runs/new",
        "/statements/aging",
        "/statements/aging/2013-03-10",
        "/api/v1/statements",
    ],
)
def test_every_page_opens(made: Any, client: Any, api: Any, path: str) -> None:
    asking = api if path.startswith("/api") else client
    assert asking.get(path).status_code == 200


def test_a_statement_and_a_run_are_started_from_a_form(book: Book, client: Any) -> None:
    book.invoice(25_000, FEB, MAR)
    days = {"kind": OPEN_ITEM, "from_on": "2013-01-01", "to_on": "2013-03-15"}
    shown = post(client, "/statements/new", {**days, "account_id": "HA"})
    assert "250.00" in shown
    assert "PNY-ST-" in shown
    assert "Queued" in post(client, "/statements/runs/new", {**days, "skip_settled": "on"})


def post(client: Any, path: str, data: dict[str, str]) -> str:
    """Fills a form in as a browser does."""
    import re

    page = client.get(path).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    token = {"csrf_token": found.group(1)} if found else {}
    answer = client.post(path, data={**data, **token}, follow_redirects=True)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return str(answer.get_data(as_text=True))


def test_the_aging_can_be_exported(made: Any, client: Any) -> None:
    with client.get("/statements/aging/2013-03-10?format=csv") as answer:
        header, row = answer.get_data(as_text=True).splitlines()
    assert header.startswith("account,bucket_0,bucket_1")
    assert row.startswith("Hawaiian Airlines,0.00,250.00")


def test_statements_are_linked_found_and_shown_on_account_and_overview(made: Any, app: Any, client: Any) -> None:
    ref = SourceRef(STATEMENT, made.id, made.number)
    with app.test_request_context():
        assert links_to([ref])[ref].url == f"/statements/{made.id}"
    assert made.number in client.get(f"/search?q={made.number}").get_data(as_text=True)
    assert "Receivables, USD" in client.get("/").get_data(as_text=True)


def test_the_command_line_states_and_ages(made: Any, app: Any, tmp_path: Any) -> None:
    from click.testing import CliRunner

    from bezant_statements.cli import statement

    target = tmp_path / "statement.pdf"
    runner = CliRunner()
    created = runner.invoke(statement, ["create", "HA", "--from", "2013-01-01", "--to", "2013-03-31", "--pdf", str(target), "--json"])
    assert '"closing": "250.00"' in created.output
    assert target.read_bytes().startswith(b"%PDF")
    aged = runner.invoke(statement, ["aging", "--as-of", "2013-03-10", "--json"])
    assert '"1-30": "250.00"' in aged.output
    run = runner.invoke(statement, ["run", "--from", "2013-01-01", "--to", "2013-03-31", "--json"])
    assert '"issued": 1' in run.output


@pytest.mark.parametrize("permission", ["statements.statement.view", "statements.aging.view"])
def test_who_lacks_a_permission_is_refused(made: Any, permission: str) -> None:
    everything = {"statements.statement.view", "statements.aging.view"}
    with acting_as(clerk(everything - {permission})), pytest.raises(Denied, match=permission):
        get_statement(made.id) if permission.startswith("statements.statement") else aging_totals()


def test_whoever_is_narrowed_to_other_legal_entities_sees_nothing(made: Any) -> None:
    with acting_as(clerk({"statements.statement.view", "statements.aging.view"}, legal_entity_ids=frozenset({new_id()}))):
        assert aging() == []
        assert aging_totals() == {}
        for ask in (get_statement, statement_lines, statement_pdf):
            with pytest.raises(NotFound):
                ask(made.id)


def clerk(permissions: set[str], **scope: Any) -> Principal:
    """Somebody with these permissions."""
    return Principal(PrincipalKind.STAFF, new_id(), "Clerk", frozenset(permissions), **scope)
