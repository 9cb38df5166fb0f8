"""The pages of the ledger."""

import pytest

from bezant.auth.context import SYSTEM, acting_as
from bezant_ledger.services import balances, open_items, post
from tests.plugins.ledger.books import FEB, JAN, invoice, open_account, open_books, payment

pytestmark = pytest.mark.plugins("ledger")


@pytest.fixture
def posted(app):
    """An account with an invoice of 100.00 due in February and a payment of 30.00: the entry's and both items' ids."""
    with acting_as(SYSTEM):
        port = open_books()
        account = open_account()
        billed, paid = invoice(port, account, 10_000, due=FEB), payment(port, account, 3_000)
        opened = post([billed, paid])
    return {"port": port, "account": account, "entry": billed.id, "item": opened[billed.id][0].id, "credit": opened[paid.id][0].id}


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/ledger/", "Invoice INV-1"),
        ("/ledger/entries/{entry}", "100.00"),
        ("/ledger/entries/new", "sum to zero"),
        ("/ledger/open-items", "INV-1"),
        ("/ledger/open-items?view=overdue", "Overdue"),
        ("/ledger/open-items?view=credits", "PAY-1"),
        ("/ledger/open-items/{item}", "Hawaiian Airlines"),
        ("/ledger/open-items/{credit}", "Pay the oldest items"),
        ("/ledger/allocations", "Nothing is allocated yet"),
        ("/ledger/balances", "receivables"),
        ("/ledger/trial-balance?as_of=2013-01-31", "receivables"),
        ("/ledger/trial-balance?as_of=2012-12-31", "All balances are zero"),
        ("/ledger/books", "nothing is closed"),
        ("/ledger/close", "Close a month"),
        ("/ledger/accounts", "Receivables"),
        ("/ledger/accounts/new", "sub-account"),
        ("/ledger/accounts/receivables", "Newest postings"),
        ("/ledger/accounts/receivables/edit", "Receivables"),
        ("/ledger/postings?ledger_account=revenue", "revenue"),
        ("/accounts/{account}", "Open items"),
    ],
)
def test_every_page_shows_what_is_posted(client, posted, path, part):
    answer = client.get(path.format(**posted))
    assert answer.status_code == 200
    assert part in answer.text


def test_a_credit_pays_the_oldest_items_by_a_button(client, posted):
    assert client.post(f"/ledger/open-items/{posted['credit']}/allocate").status_code == 303
    with acting_as(SYSTEM):
        assert [item.residual_minor for item in open_items([posted["account"]])] == [7_000]
    assert "30.00" in client.get(f"/ledger/open-items/{posted['item']}").text


def test_an_entry_is_typed_and_reversed(client, posted):
    data = {
        "legal_entity_id": str(posted["port"]),
        "date": str(JAN),
        "currency": "USD",
        "description": "Bank fee",
        "postings.0.ledger_account": "fees",
        "postings.0.amount": "2.50",
        "postings.1.ledger_account": "cash",
        "postings.1.amount": "-2.50",
    }
    answer = client.post("/ledger/entries/new", data=data)
    assert answer.status_code == 303
    assert "Bank fee" in client.get(answer.location).text
    assert client.post(f"{answer.location}/reverse").status_code == 303
    with acting_as(SYSTEM):
        assert balances(ledger_accounts=["fees"]) == []


def test_an_unbalanced_entry_is_refused_at_the_form(client, posted):
    data = {
        "legal_entity_id": str(posted["port"]),
        "date": str(JAN),
        "currency": "USD",
        "description": "Bank fee",
        "postings.0.ledger_account": "fees",
        "postings.0.amount": "2.50",
        "postings.1.ledger_account": "cash",
        "postings.1.amount": "-2.49",
    }
    answer = client.post("/ledger/entries/new", data=data)
    assert answer.status_code == 422
    assert "instead of zero" in answer.text


def test_the_proof_is_started_by_a_button(client, posted, drain):
    assert client.post("/ledger/verify").status_code == 303
    drain()
    assert "ledger.verify" in client.get("/admin/jobs").text
