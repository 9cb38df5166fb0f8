"""Webhooks: refused unless signed, kept first, weighed once, right in whatever order they come."""

import pytest
from sqlalchemy import select, update

from bezant.sdk.db import session, unit_of_work
from bezant.sdk.services import system_time
from bezant_ledger.services import verify
from bezant_payments.contracts import NewPayment
from bezant_payments.models import Webhook
from bezant_payments.services import create_payment, gateways, load_payments, process_webhooks
from tests.plugins.payments.world import cash

SECRETS = {"gateway_sandbox.webhook_secrets": ["whsec_now", "whsec_before"]}
pytestmark = [pytest.mark.plugins("gateway_sandbox"), pytest.mark.settings(SECRETS)]

URL = "/api/v1/gateways/sandbox/webhook"


@pytest.fixture
def caller(app):
    """Somebody on the internet."""
    return app.test_client()


def pending(world, minor=500):
    world.method("tok_pending_then_success")
    [item] = world.owe(minor)
    return create_payment(NewPayment(world.account, item_ids=(item.id,)))


def told(payment, **more):
    return gateways()["sandbox"].webhook(payment.transactions[0].id.hex, **more)


def state(payment):
    session.expire_all()
    return load_payments([payment.id])[payment.id].state


def test_a_webhook_settles_what_was_pending(caller, world, drain):
    payment = pending(world)
    body, headers = told(payment)
    answer = caller.post(URL, data=body, headers=headers)
    assert (answer.status_code, answer.json) == (202, {"received": 1})
    assert state(payment) == "pending", "kept first, weighed afterwards"
    drain()
    assert state(payment) == "succeeded" and world.left() == [] and verify().ok


def test_ten_times_the_same_webhook_has_one_effect(caller, world, drain):
    payment = pending(world)
    body, headers = told(payment)
    answers = [caller.post(URL, data=body, headers=headers) for _ in range(10)]
    drain()
    assert [a.status_code for a in answers] == [202] * 10
    assert [a.json["received"] for a in answers] == [1] + [0] * 9
    assert cash() == 500 and state(payment) == "succeeded"


def test_two_events_of_one_charge_book_it_once(caller, world, drain):
    payment = pending(world)
    for _ in range(2):
        body, headers = told(payment)
        caller.post(URL, data=body, headers=headers)
    drain()
    assert cash() == 500 and len(session.scalars(select(Webhook)).all()) == 2


def test_forged_altered_unsigned_and_foreign_webhooks_are_refused_and_leave_nothing(caller, world):
    payment = pending(world)
    body, headers = told(payment)
    wrong = {"Sandbox-Signature": headers["Sandbox-Signature"][:-1] + "0" if headers["Sandbox-Signature"][-1] != "0" else "1"}
    for data, sent in ((body, {}), (body + b" ", headers), (body, wrong), (b"", headers)):
        answer = caller.post(URL, data=data, headers=sent)
        assert (answer.status_code, answer.json["code"]) == (400, "bad_signature")
    assert caller.post("/api/v1/gateways/other/webhook", data=body, headers=headers).status_code == 404
    assert session.scalars(select(Webhook)).all() == []


def test_a_valid_webhook_replayed_after_six_minutes_is_refused(caller, world):
    from datetime import timedelta

    payment = pending(world)
    body, headers = told(payment, at=system_time() - timedelta(minutes=6))
    assert caller.post(URL, data=body, headers=headers).status_code == 400


def test_news_of_a_charge_that_is_not_known_yet_waits_for_it(caller, world, drain):
    from bezant.sdk.gateway import PaymentRequest
    from bezant.sdk.values import Money, new_id

    key = new_id()
    gateways()["sandbox"].purchase(PaymentRequest(key.hex, Money(500, "USD"), "tok_ok"))
    body, headers = gateways()["sandbox"].webhook(key.hex)
    caller.post(URL, data=body, headers=headers)
    drain()
    session.expire_all()
    row = session.scalars(select(Webhook)).one()
    assert (row.state, row.tries) == ("unmatched", 1) and row.next_try_at is not None
    with unit_of_work():
        session.execute(update(Webhook).values(next_try_at=system_time(), tries=11))
    process_webhooks()
    session.expire_all()
    assert session.scalars(select(Webhook)).one().state == "ignored"


def test_redirect_and_webhook_both_confirm_and_it_is_booked_once(caller, api, world, drain):
    payment = pending(world)
    body, headers = told(payment)
    from bezant_payments.services import settle_payment

    settle_payment(payment.id)
    caller.post(URL, data=body, headers=headers)
    drain()
    assert state(payment) == "succeeded" and cash() == 500
    listed = api.get("/api/v1/gateways/webhooks").json["data"]
    assert [row["state"] for row in listed] == ["done"]


def test_a_huge_body_is_refused(caller, world):
    assert caller.post(URL, data=b"x" * 1_000_001, headers={}).status_code == 422
