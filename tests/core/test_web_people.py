"""Pages of users, roles and API keys."""

import re
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bezant.auth.keys import principal_for_key
from bezant.auth.tables import ApiKey, User
from bezant.auth.testing import sign_in
from bezant.errors import Unauthenticated
from bezant.sdk.db import session

pytestmark = pytest.mark.plugins()


def user_id(email: str) -> UUID:
    session.expire_all()
    return session.scalars(select(User.id).where(User.email == email)).one()


def secret_on(page: str) -> str:
    found = re.search(r'id="secret" readonly value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_new_user_signs_in_by_a_link_that_is_shown_once(app: Flask, client: FlaskClient) -> None:
    made = client.post("/admin/users/new", data={"name": "Grace Hopper", "email": "grace@example.com", "roles": ["finance", "auditor"]})
    shown = client.post(f"/admin/users/{user_id('grace@example.com')}/link")
    link = re.search(r"/sign-in/[\w-]+", shown.text)
    assert link is not None

    grace = app.test_client()
    entered = grace.post(link[0])

    assert made.status_code == entered.status_code == 303
    assert "Grace Hopper" in grace.get("/").text
    assert grace.post(link[0]).status_code == 401
    assert "grace@example.com" in client.get("/admin/users?q=grace").text


def test_nobody_gives_more_than_they_have(app: Flask, client: FlaskClient) -> None:
    client.post("/admin/roles/new", data={"name": "clerk", "title": "Clerk", "permissions": ["core.user.view", "core.user.edit"]})
    clerk = app.test_client()
    sign_in(app, clerk, "clerk@example.com", roles=("clerk",))

    promoted = clerk.post("/admin/users/new", data={"name": "X", "email": "x@example.com", "roles": ["administrator"]})
    link = clerk.post(f"/admin/users/{user_id('ada@example.com')}/link")

    assert promoted.status_code == 403
    assert link.status_code == 403


def test_a_user_who_is_switched_off_is_out_at_once(app: Flask, client: FlaskClient) -> None:
    fin = app.test_client()
    sign_in(app, fin, "fin@example.com", roles=("finance",))
    assert fin.get("/").status_code == 200

    found = user_id("fin@example.com")
    version = session.get_one(User, found).version
    client.post(f"/admin/users/{found}/edit", data={"name": "Fin", "roles": ["finance"], "_version": str(version)})

    assert fin.get("/").status_code == 303


def test_a_role_is_checked_and_kept(client: FlaskClient) -> None:
    bad = client.post("/admin/roles/new", data={"name": "Administrator", "title": "Me", "permissions": ["core.user.view"]})
    good = client.post("/admin/roles/new", data={"name": "clerk", "title": "Clerk", "permissions": ["core.user.view"]})

    assert bad.status_code == 422
    assert "none of the built-in names" in bad.text
    assert good.status_code == 303
    assert 'value="core.user.view" checked' in client.get("/admin/roles/clerk/edit").text


def test_a_key_is_shown_once_rotated_and_revoked(client: FlaskClient) -> None:
    key = secret_on(client.post("/admin/api-keys/new", data={"name": "Importer", "permissions": ["core.job.view"]}).text)
    session.expire_all()
    first = session.scalars(select(ApiKey)).one()
    assert principal_for_key(key).may("core.job.view")

    successor = secret_on(client.post(f"/admin/api-keys/{first.id}/rotate").text)
    client.post(f"/admin/api-keys/{first.id}/revoke")

    session.expire_all()
    assert principal_for_key(successor).may("core.job.view")
    with pytest.raises(Unauthenticated):
        principal_for_key(key)
    page = client.get(f"/admin/api-keys/{first.id}").text
    assert "Revoked" in page
    assert key not in page
    assert key not in client.get("/admin/api-keys").text
