"""Users, roles and API keys in the browser and in the API."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bezant.auth.tables import ApiKey, User
from bezant.db.model import session

pytestmark = pytest.mark.plugins()


def test_a_user_is_made_shown_and_changed_in_the_browser(client: FlaskClient) -> None:
    made = client.post("/admin/users/new", data={"email": "grace@example.com", "name": "Grace", "roles": ["finance"], "password": ""})
    assert made.status_code == 303
    page = client.get(made.location)
    assert "Grace" in page.text and "grace@example.com" in page.text

    user = session.scalars(select(User).where(User.email == "grace@example.com")).one()
    changed = client.post(
        f"/admin/users/{user.id}/edit", data={"name": "Grace Hopper", "roles": ["auditor"], "active": "on", "_version": "1"}
    )
    assert changed.status_code == 303
    session.expire_all()
    assert (user.name, user.roles) == ("Grace Hopper", ["auditor"])


def test_a_one_time_link_is_shown_once(client: FlaskClient) -> None:
    user_id = session.scalars(select(User.id)).one()

    assert "/sign-in/" in client.post(f"/admin/users/{user_id}/link").text
    assert "/sign-in/" not in client.get(f"/admin/users/{user_id}").text


@pytest.mark.parametrize(
    "page", ["/admin/users", "/admin/roles", "/admin/roles/finance", "/admin/api-keys", "/admin/users/new", "/admin/roles/new"]
)
def test_every_page_is_there(client: FlaskClient, page: str) -> None:
    assert client.get(page).status_code == 200


def test_a_key_is_shown_once_and_revoked(client: FlaskClient) -> None:
    made = client.post("/admin/api-keys/new", data={"name": "importer", "permissions": ["core.job.view"]}, follow_redirects=True)
    assert "bz_" in made.text and "not shown again" in made.text
    key_id = session.scalars(select(ApiKey.id)).one()
    assert "not shown again" not in client.get(f"/admin/api-keys/{key_id}").text

    client.post(f"/admin/api-keys/{key_id}/revoke")
    session.expire_all()
    assert session.get_one(ApiKey, key_id).revoked_at is not None


def test_the_api_makes_users_and_refuses_what_is_wrong(api: FlaskClient) -> None:
    made = api.post("/api/v1/users", json={"email": "grace@example.com", "name": "Grace", "roles": ["finance"]})
    assert made.status_code == 201 and made.json is not None
    assert "password" not in made.json

    again = api.post("/api/v1/users", json={"email": "grace@example.com", "name": "Grace"})
    wrong = api.post("/api/v1/users", json={"email": "nobody", "name": "Grace"})
    assert (again.status_code, wrong.status_code) == (409, 422)
    assert [user["email"] for user in api.get("/api/v1/users").json["data"]] == ["grace@example.com"]  # type: ignore[index]


def test_a_key_of_the_api_never_shows_its_secret_again(api: FlaskClient) -> None:
    made = api.post("/api/v1/api-keys", json={"name": "importer", "permissions": ["core.job.view"]}).json
    assert made is not None and made["key"].startswith("bz_")

    shown = api.get(f"/api/v1/api-keys/{made['id']}").json
    assert shown is not None and "key" not in shown and shown["prefix"] == made["key"][:10]
    assert api.post(f"/api/v1/api-keys/{made['id']}/revoke").json["revoked_at"]  # type: ignore[index]
