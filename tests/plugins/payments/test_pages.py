"""Pages: everything can be read and done in the browser, and a form sent twice has one effect."""

import re

import pytest

from bezant_payments.contracts import NewPayment
from bezant_payments.services import create_payment

pytestmark = [pytest.mark.plugins("gateway_sandbox")]


def html(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def hidden(page, name):
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="{name}"', page).group(1)


def fill(client, url, **data):
    page = html(client.get(url))
    tokens = {name: hidden(page, name) for name in ("csrf_token", "key") if f'name="{name}"' in page}
    return client.post(url, data={**tokens, **data})


def test_lists_explain_themselves_while_empty(client, world):
    for url in ("/payments/", "/payments/methods", "/payments/collections", "/payments/webhooks", "/payments/gateways"):
        html(client.get(url))
    assert "Sandbox" in html(client.get("/payments/gateways"))


def test_a_method_is_added_and_shown_on_the_account(client, world):
    answer = fill(
        client, "/payments/methods/new", account_id=str(world.account), gateway="sandbox", token="tok_ok", kind="card", label="Visa"
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert "Visa" in html(client.get(answer.location))
    assert "Visa" in html(client.get("/payments/methods"))


def test_a_payment_is_taken_for_open_items(client, world):
    method = world.method()
    [item] = world.owe(1234)
    answer = fill(client, f"/payments/new/{world.account}", item_ids=[str(item.id)], method_id=str(method.id))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    page = html(client.get(answer.location))
    assert "INV-1" in page and "12.34" in page and "The money came in." in page
    assert world.left() == []


def test_a_refund_form_sent_twice_refunds_once(client, world):
    world.method()
    payment = create_payment(NewPayment(world.account, 900, "USD"))
    url = f"/payments/{payment.id}/refund"
    page = html(client.get(url))
    data = {"csrf_token": hidden(page, "csrf_token"), "key": hidden(page, "key"), "amount": "4.00"}
    assert [client.post(url, data=data).status_code for _ in range(2)] == [303, 303]
    assert "4.00" in html(client.get(f"/payments/{payment.id}"))
    assert world.credit() == 500


def test_too_much_is_said_at_the_field(client, world):
    world.method()
    payment = create_payment(NewPayment(world.account, 900, "USD"))
    answer = fill(client, f"/payments/{payment.id}/refund", amount="9.01")
    assert answer.status_code == 422 and "At most 9.00 USD" in answer.get_data(as_text=True)


def test_a_person_decides_what_is_held(client, world):
    world.method("tok_over")
    [item] = world.owe(500)
    payment = create_payment(NewPayment(world.account, item_ids=(item.id,)))
    assert "Held for review" in html(client.get(f"/payments/{payment.id}"))
    answer = fill(client, f"/payments/transactions/{payment.transactions[0].id}/settle", outcome="succeeded", note="seen at the processor")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert "Succeeded" in html(client.get(answer.location))
    assert world.left() == []


def test_the_account_page_and_the_dashboard_show_payments(client, world, drain):
    world.method("tok_decline_hard")
    world.owe(700)
    drain()
    page = html(client.get(f"/accounts/{world.account}"))
    assert "Payment methods" in page and "Failed" in page
    assert "Failed payments" in html(client.get("/"))
    assert "declined" in html(client.get("/payments/collections")).lower()


def test_open_items_of_an_account_are_collected_by_one_button(client, world, drain):
    world.owe(100, 200)
    drain()
    world.method()
    token = hidden(html(client.get("/payments/methods/new")), "csrf_token")
    assert client.post(f"/payments/collect/{world.account}", data={"csrf_token": token}).status_code == 303
    drain()
    assert world.left() == []
