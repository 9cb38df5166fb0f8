"""Bank transfers: what payers quote says whose money it is; each transfer is booked once; what nobody knows waits for a person."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso11649 import is_valid

from bezant_accounts.services import load_accounts
from bezant_gateway_bank_transfer.contracts import NewTransfer
from bezant_gateway_bank_transfer.domain import Known, is_reference, match, quoted, reference_of, spaced
from bezant_gateway_bank_transfer.services import assign_transfer, index_references, instructions, record_transfers
from bezant_ledger.services import verify
from bezant_payments.contracts import NewRefund
from bezant_payments.services import load_payments, refund_payment, settle_by_hand
from tests.plugins.payments.conftest import world
from tests.plugins.payments.world import cash

__all__ = ["world"]
MAR = date(2013, 3, 4)


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", min_size=1, max_size=30))
def test_every_reference_is_a_creditor_reference_of_iso_11649(number):
    reference = reference_of(number)
    assert reference == "" or (is_valid(reference) and is_reference(reference))


@given(st.from_regex(r"[A-Z]{3}-20[0-9]{2}-[0-9]{6}", fullmatch=True), st.sampled_from(["", "Rechnung ", "invoice no. "]), st.booleans())
def test_a_reference_is_found_however_the_bank_spaces_it(number, before, grouped):
    reference = reference_of(number)
    text = before + (spaced(reference) if grouped else reference.lower()) + " thank you"
    assert number.replace("-", "") in quoted(text)


def test_numbers_are_found_without_check_digits_too():
    assert "PNY2013000140" in quoted("Payment of PNY-2013-000140, many thanks")


def test_references_that_disagree_lead_to_nobody():
    a, b = Known("a"), Known("b")
    assert match(["X", "Y"], {"X": [a], "Y": [b]}) == (None, ())
    assert match(["X"], {"X": [a, b]}) == (None, ())
    assert match(["X", "Z"], {"X": [a]}) == ("a", ())


pytestmark = pytest.mark.plugins("gateway_bank_transfer", "gateway_sandbox")


def transfer(amount, text="", reference="bank-1", **more):
    return NewTransfer(MAR, amount, "USD", reference, text, "Hawaiian Airlines Inc", **more)


def test_a_transfer_that_quotes_an_invoice_pays_it(world, drain):
    old, new = world.owe(1000, 500)
    drain()
    reference = instructions(world.account, new.id).reference
    [made] = record_transfers([transfer(500, f"INVOICE {spaced(reference)}")])
    assert (made.state, made.account_id) == ("matched", world.account)
    assert world.left() == [1000] and cash("cash:bank_transfer") == 500
    payment = load_payments([made.payment_id])[made.payment_id]
    assert (payment.origin, payment.state, payment.transactions[0].value_on) == ("receipt", "succeeded", MAR)
    assert old.id not in [target.item_id for target in payment.targets]
    assert verify().ok


def test_a_transfer_that_quotes_the_account_pays_what_is_due_longest(world, drain):
    world.owe(1000, 500)
    drain()
    [made] = record_transfers([transfer(1700, instructions(world.account).reference)])
    assert made.state == "matched"
    assert world.left() == [] and world.credit() == 200


def test_the_same_bank_reference_is_booked_once(world, drain):
    drain()
    quoted_text = instructions(world.account).reference
    first, second = record_transfers([transfer(100, quoted_text)]), record_transfers([transfer(100, quoted_text)])
    assert first == second and cash("cash:bank_transfer") == 100


def test_a_transfer_that_says_nothing_waits_until_somebody_says_whose_it_is(world, drain):
    world.owe(300)
    drain()
    [made] = record_transfers([transfer(300, "thanks")])
    assert (made.state, made.payment_id) == ("unmatched", None)
    assert cash("cash:bank_transfer") == 0
    assigned = assign_transfer(made.id, world.account)
    assert assigned.state == "matched" and world.left() == []
    with pytest.raises(Exception, match="payment already"):
        assign_transfer(made.id, world.account)


def test_references_from_before_the_plugin_are_known_after_indexing(world):
    [item] = world.owe(300)
    text = instructions(world.account, item.id).reference
    assert record_transfers([transfer(300, text, "b1")])[0].state == "unmatched"
    index_references()
    assert record_transfers([transfer(300, text, "b2")])[0].state == "matched"


def test_an_attempt_under_way_does_not_keep_money_that_came_in_from_being_booked(world, drain):
    from bezant_payments.contracts import NewPayment
    from bezant_payments.services import create_payment

    world.method("tok_pending_then_success")
    [item] = world.owe(300)
    assert create_payment(NewPayment(world.account, item_ids=(item.id,))).state == "pending"
    record_transfers([transfer(300, account_id=world.account, item_ids=(item.id,))])
    assert world.left() == []


def test_a_refund_waits_for_somebody_to_make_the_transfer(world, drain):
    [made] = record_transfers([transfer(300, account_id=world.account)])
    pending = refund_payment(NewRefund(made.payment_id, 100))
    assert (pending.transactions[-1].state, pending.transactions[-1].next_check_at) == ("pending", None)
    assert settle_by_hand(pending.transactions[-1].id, succeeded=True).state == "partially_refunded"
    assert cash("cash:bank_transfer") == 200 and verify().ok


def test_the_number_of_statements_does_not_grow_with_the_transfers(world, count_queries):
    def statements(count, start):
        with count_queries() as seen:
            record_transfers([transfer(10, reference=f"b{start + i}", account_id=world.account) for i in range(count)])
        return len([s for s in seen if not s.startswith(("UPDATE gateway_bank_transfer_transfers", "INSERT INTO core_audit"))])

    statements(1, 0)
    assert statements(2, 10) == statements(20, 100)


def test_instructions_tell_the_bank_of_the_legal_entity(world):
    how = instructions(world.account)
    assert how.holder == "Port of New York (demo)" and how.reference == reference_of(load_accounts([world.account])[world.account].number)


def test_transfers_over_rest(api, world, drain):
    drain()
    body = {"received_on": "2013-03-04", "amount": "5.00", "currency": "USD", "bank_reference": "r1", "account_id": str(world.account)}
    made = api.post("/api/v1/bank-transfers", json=body, headers={"Idempotency-Key": "1"})
    assert (made.status_code, made.json["state"], made.json["amount"]) == (201, "matched", "5.00")
    how = api.get(f"/api/v1/bank-transfers/instructions?account_id={world.account}").json
    assert how["reference"].startswith("RF") and how["amount"] is None
    lost = api.post("/api/v1/bank-transfers", json=body | {"account_id": "", "bank_reference": "r2"}, headers={"Idempotency-Key": "2"}).json
    url = f"/api/v1/bank-transfers/{lost['id']}/assign"
    assert api.post(url, json={"account_id": str(world.account)}, headers={"Idempotency-Key": "3"}).json["state"] == "matched"
    assert [row["state"] for row in api.get("/api/v1/bank-transfers").json["data"]] == ["matched", "matched"]


def test_transfers_in_the_browser(client, world):
    from tests.plugins.payments.test_pages import fill, html

    html(client.get("/bank-transfers/"))
    form = {"received_on": "2013-03-04", "amount": "5.00", "currency": "USD", "bank_reference": "r1"}
    answer = fill(client, "/bank-transfers/new", **form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert "Nobody knows whose money this is" in html(client.get(answer.location))
    assigned = fill(client, f"{answer.location}/assign", account_id=str(world.account))
    assert assigned.status_code == 303 and "Hawaiian" in html(client.get(assigned.location))
    assert "Paying by transfer" in html(client.get(f"/accounts/{world.account}"))
