"""REST: money-moving requests carry a key, have one effect, and say what became of the money."""

import json

import pytest

pytestmark = [pytest.mark.plugins("gateway_sandbox")]


def method(api, world, token="tok_ok"):
    answer = api.post(
        "/api/v1/payment-methods", json={"account_id": str(world.account), "gateway": "sandbox", "token": token, "last4": "4242"}
    )
    assert answer.status_code == 201, answer.json
    return answer.json


def pay(api, world, header="k1", **body):
    return api.post("/api/v1/payments", json={"account_id": str(world.account), **body}, headers={"Idempotency-Key": header})


def test_a_method_is_told_without_its_token(api, world):
    made = method(api, world)
    assert made["is_default"] and "token" not in made
    assert api.get(f"/api/v1/payment-methods/{made['id']}").json == made
    assert [row["label"] for row in api.get("/api/v1/payment-methods").json["data"]] == [made["label"]]


def test_a_card_number_is_refused_and_not_repeated(api, world):
    answer = api.post(
        "/api/v1/payment-methods", json={"account_id": str(world.account), "gateway": "sandbox", "token": "4242 4242 4242 4242"}
    )
    assert answer.status_code == 422
    assert answer.json["errors"][0]["code"] == "card_number" and "4242" not in json.dumps(answer.json)


def test_the_default_changes_and_methods_go_out_of_use(api, world):
    first, second = method(api, world), method(api, world, "tok_pending")
    changed = api.patch(f"/api/v1/payment-methods/{second['id']}", json={"is_default": True}, headers={"If-Match": '"1"'})
    assert changed.json["is_default"] and not api.get(f"/api/v1/payment-methods/{first['id']}").json["is_default"]
    gone = api.patch(f"/api/v1/payment-methods/{second['id']}", json={"archived": True}, headers={"If-Match": '"2"'})
    assert gone.json["archived"] and api.get(f"/api/v1/payment-methods/{first['id']}").json["is_default"]


def test_a_payment_pays_open_items(api, world):
    method(api, world)
    item, _ = world.owe(1000, 500)
    answer = pay(api, world, item_ids=[str(item.id)])
    assert answer.status_code == 201, answer.json
    assert (answer.json["state"], answer.json["amount"], answer.json["captured"]) == ("succeeded", "10.00", "10.00")
    assert world.left() == [500]
    assert api.get(answer.headers["Location"]).json["number"] == answer.json["number"]
    assert [row["state"] for row in api.get("/api/v1/payments?state=succeeded").json["data"]] == ["succeeded"]


def test_a_request_without_a_key_is_refused(api, world):
    method(api, world)
    assert api.post("/api/v1/payments", json={"account_id": str(world.account), "amount": "1.00"}).status_code == 400


def test_the_repeat_of_a_request_has_no_second_effect(api, world):
    method(api, world)
    first, second = pay(api, world, amount="3.00"), pay(api, world, amount="3.00")
    assert first.json == second.json and second.headers["Idempotency-Replayed"] == "true"
    assert pay(api, world, amount="4.00").status_code == 422
    assert world.processor.count() == 1


def test_the_own_key_prevents_a_second_charge_where_the_stored_answer_is_gone(api, world):
    method(api, world)
    first, again = (pay(api, world, header, amount="7.00", key="order 7") for header in ("c", "d"))
    assert (again.json["id"], again.json["replayed"], first.json["replayed"]) == (first.json["id"], True, False)
    assert world.processor.count() == 1


def test_a_decline_is_an_answer(api, world):
    method(api, world, "tok_decline_hard")
    answer = pay(api, world, amount="3.00")
    assert (answer.status_code, answer.json["state"]) == (201, "failed")
    [transaction] = answer.json["transactions"]
    assert (transaction["state"], transaction["reason_code"], transaction["processed"]) == ("declined", "stolen_card", None)


def test_an_unknown_outcome_is_asked_for_when_the_payment_is_read(api, world):
    method(api, world, "tok_timeout")
    [item] = world.owe(300)
    answer = pay(api, world, item_ids=[str(item.id)])
    assert (answer.status_code, answer.json["state"]) == (201, "unknown")
    assert api.get(f"/api/v1/payments/{answer.json['id']}").json["state"] == "succeeded"
    assert world.left() == [] and world.processor.count() == 1


def test_a_refund_gives_back_in_parts_and_never_more_than_came_in(api, world):
    method(api, world)
    payment = pay(api, world, amount="3.00").json
    url = f"/api/v1/payments/{payment['id']}/refund"
    assert api.post(url, json={"amount": "1.00"}, headers={"Idempotency-Key": "r1"}).json["state"] == "partially_refunded"
    refused = api.post(url, json={"amount": "2.01"}, headers={"Idempotency-Key": "r2"})
    assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, "too_much")
    done = api.post(url, json={}, headers={"Idempotency-Key": "r3"}).json
    assert (done["state"], done["refunded"]) == ("refunded", "3.00")


def test_gateways_say_what_they_can(api, world):
    [sandbox] = api.get("/api/v1/gateways").json["data"]
    assert (sandbox["key"], sandbox["test_mode"], sandbox["automatic"]) == ("sandbox", True, True)


def test_items_are_collected_on_request(api, world, drain):
    world.owe(100)
    drain()
    method(api, world)
    [item] = api.get(f"/api/v1/open-items?account_id={world.account}").json["data"]
    answer = api.post("/api/v1/collections", json={"item_ids": [item["id"]]}, headers={"Idempotency-Key": "x"})
    assert (answer.status_code, answer.json) == (202, {"planned": 1})
    drain()
    assert world.left() == []
    assert [row["state"] for row in api.get("/api/v1/collections").json["data"]] == ["done"]
