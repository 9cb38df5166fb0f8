"""Coupons over REST and on pages."""

import pytest

pytestmark = pytest.mark.plugins("coupons")

COUPON = {"code": "welcome", "name": "Welcome", "percent": "10", "duration": "invoices", "invoices": 3}


@pytest.fixture
def redemption(api, port):
    assert api.post("/api/v1/coupons", json=COUPON).status_code == 201
    return api.post("/api/v1/coupon-redemptions", json={"coupon": "welcome", "account_id": str(port.airline.id)})


def test_a_coupon_is_made_redeemed_and_ended(api, redemption):
    assert redemption.status_code == 201
    assert (redemption.json["invoices_left"], redemption.json["state"]) == (3, "active")
    coupon = api.get("/api/v1/coupons/external:welcome")
    assert (coupon.json["percent"], coupon.json["limits"]) == ("10", {"plans": [], "charges": [], "metrics": []})
    changed = api.patch(f"/api/v1/coupons/{coupon.json['id']}", json={"name": "Hello"}, headers={"If-Match": coupon.headers["ETag"]})
    assert changed.json["name"] == "Hello"
    ended = api.post(f"/api/v1/coupon-redemptions/{redemption.json['id']}/end", json={})
    assert ended.json["state"] == "ended"
    assert api.post(f"/api/v1/coupons/{coupon.json['id']}/archive").json["archived"] is True
    assert [row["coupon"] for row in api.get("/api/v1/coupon-redemptions").json["data"]] == ["welcome"]
    assert [row["code"] for row in api.get("/api/v1/coupons?state=ended").json["data"]] == ["welcome"]


def test_an_amount_is_money_of_its_currency(api, port):
    bad = api.post("/api/v1/coupons", json={"code": "v", "name": "V", "kind": "amount", "amount": "5.001", "currency": "USD"})
    assert bad.status_code == 422
    good = api.post("/api/v1/coupons", json={"code": "v", "name": "V", "kind": "amount", "amount": "50.00", "currency": "USD"})
    assert good.json["amount"] == "50.00"
    own = {"coupon": "v", "account_id": str(port.airline.id), "amount": "20.00"}
    assert api.post("/api/v1/coupon-redemptions", json=own).json["amount_left"] == "20.00"


def test_a_discount_quote_stores_nothing(api):
    body = {
        "currency": "EUR",
        "lines": [{"amount": "2.00"}, {"amount": "1.00", "plan_code": "p"}],
        "coupons": [{"code": "a", "amount": "0.12"}, {"code": "b", "percent": "20", "limits": {"plans": ["p"]}}],
    }
    answer = api.post("/api/v1/discount-quotes", json=body).json
    assert [(one["code"], one["amount"], one["amounts"]) for one in answer["coupons"]] == [
        ("b", "0.20", ["0.00", "0.20"]),
        ("a", "0.12", ["0.09", "0.03"]),
    ]
    assert answer["discount"] == "0.32"


def test_pages_show_coupons_and_who_has_them(client, port):
    form = {**COUPON, "kind": "percentage"}
    assert client.post("/coupons/new", data=form).status_code == 303
    assert "Welcome" in client.get("/coupons/").text
    answer = client.post("/coupons/redeem", data={"coupon": "welcome", "account_id": str(port.airline.id)})
    assert answer.status_code == 303
    record = client.get(answer.headers["Location"])
    assert record.status_code == 200
    assert "3 invoices" in record.text
    assert "Hawaiian" in client.get("/coupons/welcome").text
    assert client.post(f"{answer.headers['Location']}/end").status_code == 303
    assert client.post("/coupons/welcome/archive").status_code == 303
    assert client.get("/coupons/welcome/edit").status_code == 200
