"""Users and keys are limited to legal entities: by form, REST and command line, by nobody to more than they see themselves."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bezant.audit import AuditEntry
from bezant.auth.context import SYSTEM, acting_as
from bezant.auth.keys import principal_for_key
from bezant.auth.people import NewUser, change_user, create_user
from bezant.auth.permissions import ADMINISTRATOR
from bezant.auth.tables import ApiKey, LoginSession, User
from bezant.auth.testing import new_api_key, sign_in
from bezant.cli.people import api_key, user
from bezant.db.model import session
from bezant.errors import Conflict, Denied, Invalid
from bezant.ids import new_id
from bezant_accounts.contracts import NewLegalEntity
from bezant_accounts.services import create_legal_entity

pytestmark = pytest.mark.plugins("accounts")


@dataclass(frozen=True)
class Two:
    """Two legal entities."""

    berlin: UUID
    york: UUID


@pytest.fixture
def two(app: Flask) -> Two:
    with acting_as(SYSTEM):
        made = [
            create_legal_entity(NewLegalEntity(code, name, currency, zone, country)).id
            for code, name, currency, zone, country in (
                ("BER", "Hafen Berlin", "EUR", "Europe/Berlin", "DE"),
                ("NYC", "Port of New York", "USD", "America/New_York", "US"),
            )
        ]
    return Two(*made)


def named(email: str) -> User:
    session.expire_all()
    return session.scalars(select(User).where(User.email == email)).one()


def told(action: str) -> list[dict[str, Any]]:
    return list(session.scalars(select(AuditEntry.changes).where(AuditEntry.action == action).order_by(AuditEntry.id)))


def test_a_user_is_limited_by_the_form(two: Two, client: FlaskClient) -> None:
    form = client.get("/admin/users/new").text
    assert "BER · Hafen Berlin" in form and "NYC · Port of New York" in form
    new = {"email": "grace@example.com", "name": "Grace", "roles": ["finance"], "password": "", "legal_entity_ids": [str(two.york)]}

    page = client.post("/admin/users/new", data=new, follow_redirects=True).text

    grace = named("grace@example.com")
    assert grace.legal_entity_ids == [str(two.york)]
    assert "NYC · Port of New York" in page and "Hafen Berlin" not in page
    assert told("core.user.created")[-1]["legal_entity_ids"] == [str(two.york)]

    edit = f"/admin/users/{grace.id}/edit"
    boxes = re.findall(r'<input[^>]* name="legal_entity_ids"[^>]*>', client.get(edit).text)
    assert [str(two.york) in box for box in boxes if " checked" in box] == [True] and len(boxes) == 2
    client.post(edit, data={"name": "Grace", "roles": ["finance"], "active": "on", "_version": "1"})
    assert named("grace@example.com").legal_entity_ids is None
    assert told("core.user.changed")[-1]["legal_entity_ids"] is None
    assert "All legal entities" in client.get(f"/admin/users/{grace.id}").text


def test_a_key_is_limited_by_the_form(two: Two, client: FlaskClient) -> None:
    data = {"name": "importer", "permissions": ["accounts.account.view"], "legal_entity_ids": [str(two.berlin)]}

    client.post("/admin/api-keys/new", data=data)

    key = session.scalars(select(ApiKey)).one()
    assert key.legal_entity_ids == [str(two.berlin)]
    assert "BER · Hafen Berlin" in client.get(f"/admin/api-keys/{key.id}").text
    assert told("core.api_key.created")[-1]["legal_entity_ids"] == [str(two.berlin)]


def test_rest_limits_users_and_keys(two: Two, api: FlaskClient) -> None:
    with acting_as(SYSTEM):
        create_user(NewUser("ada@example.com", "Ada", (ADMINISTRATOR,)))
    body = {"email": "grace@example.com", "name": "Grace", "roles": ["finance"], "legal_entity_ids": [str(two.york)]}
    made = api.post("/api/v1/users", json=body)
    assert (made.status_code, made.json["legal_entity_ids"]) == (201, [str(two.york)])  # type: ignore[index]
    address, first = made.headers["Location"], {"If-Match": made.headers["ETag"]}
    renamed = api.patch(address, json={"name": "Grace Hopper"}, headers=first)
    assert renamed.json["legal_entity_ids"] == [str(two.york)]  # type: ignore[index]
    widened = api.patch(address, json={"legal_entity_ids": None}, headers={"If-Match": renamed.headers["ETag"]})
    assert widened.json["legal_entity_ids"] is None  # type: ignore[index]

    key = api.post("/api/v1/api-keys", json={"name": "k", "permissions": ["accounts.account.view"], "legal_entity_ids": [str(two.berlin)]})
    assert api.get(key.headers["Location"]).json["legal_entity_ids"] == [str(two.berlin)]  # type: ignore[index]
    assert principal_for_key(key.json["key"]).legal_entity_ids == frozenset({two.berlin})  # type: ignore[index]

    for wrong, words in (([], "one legal entity at least"), ([str(new_id())], "there are: BER, NYC")):
        refused = api.post("/api/v1/users", json=body | {"email": "eve@example.com", "legal_entity_ids": wrong})
        assert refused.status_code == 422 and refused.json["errors"][0]["field"].startswith("legal_entity_ids")  # type: ignore[index]
        assert words in refused.json["errors"][0]["message"]  # type: ignore[index]


def test_whoever_is_limited_sees_and_gives_that_alone(two: Two, app: Flask) -> None:
    with acting_as(SYSTEM):
        create_user(NewUser("ada@example.com", "Ada", (ADMINISTRATOR,)))
        lead = create_user(NewUser("lead@example.com", "Lead", (ADMINISTRATOR,), legal_entity_ids=(two.york,)))
        wide = create_user(NewUser("wide@example.com", "Wide", ("finance",)))
        wide_key = new_api_key(app, "accounts.account.view")
    browser = app.test_client()
    sign_in(app, browser, "lead@example.com")

    assert "Hafen Berlin" not in browser.get("/admin/users/new").text
    assert "Hafen Berlin" not in browser.get("/legal-entities/").text
    assert browser.get(f"/legal-entities/{two.berlin}").status_code == 404
    browser.post("/admin/users/new", data={"email": "new@example.com", "name": "New", "roles": ["finance"], "password": ""})
    assert named("new@example.com").legal_entity_ids == [str(two.york)]
    more = {"email": "more@example.com", "name": "More", "roles": [], "password": "", "legal_entity_ids": [str(two.berlin)]}
    assert browser.post("/admin/users/new", data=more).status_code == 403
    assert browser.post(f"/admin/users/{wide.id}/edit", data={"name": "Mine", "_version": "1"}).status_code == 403
    key = session.scalars(select(ApiKey)).one()
    assert browser.post(f"/admin/api-keys/{key.id}/revoke").status_code == 403
    assert principal_for_key(wide_key).legal_entity_ids is None
    assert browser.post("/legal-entities/new", data={"code": "HAM"}).status_code in (403, 422)
    assert session.get_one(User, lead.id).legal_entity_ids == [str(two.york)]


def test_a_narrower_reach_signs_out_and_the_last_who_sees_everything_stays(two: Two, app: Flask) -> None:
    with acting_as(SYSTEM):
        ada = create_user(NewUser("ada@example.com", "Ada", (ADMINISTRATOR,)))
        grace = create_user(NewUser("grace@example.com", "Grace", ("finance",)))
        sign_in(app, app.test_client(), "grace@example.com")
        change_user(grace.id, legal_entity_ids=[two.berlin])
        signed_in = select(LoginSession).where(LoginSession.user_id == grace.id, LoginSession.revoked_at.is_(None))
        assert session.scalars(signed_in).all() == []
        with pytest.raises(Conflict, match="who sees all legal entities has to remain"):
            change_user(ada.id, legal_entity_ids=[two.berlin])
        with pytest.raises(Invalid, match="there are: BER, NYC"):
            create_api_key_for(new_id())
    with acting_as(SYSTEM.__class__(SYSTEM.kind, None, "portal", account_ids=frozenset({new_id()}))), pytest.raises(Denied):
        create_user(NewUser("eve@example.com", "Eve"))


def create_api_key_for(legal_entity_id: UUID) -> None:
    from bezant.auth.keys import create_api_key

    create_api_key("k", ["accounts.account.view"], legal_entity_ids=[legal_entity_id])


def test_the_command_line_limits_by_code(two: Two, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bezant.cli.context.application", lambda: app)
    runner = app.test_cli_runner()
    new = ["create", "--email", "grace@example.com", "--name", "Grace", "--role", "finance", "--link"]

    assert runner.invoke(user, [*new, "--legal-entity", "BER", "--legal-entity", "NYC"]).exit_code == 0
    assert named("grace@example.com").legal_entity_ids == sorted(map(str, (two.berlin, two.york)))
    assert "BER · Hafen Berlin, NYC · Port of New York" in runner.invoke(user, ["list", "--json"]).output
    key = runner.invoke(api_key, ["create", "importer", "--permission", "accounts.account.view", "--legal-entity", "NYC"]).output.strip()
    session.rollback()
    assert principal_for_key(key).legal_entity_ids == frozenset({two.york})
    assert "there are: BER, NYC" in str(runner.invoke(user, [*new, "--legal-entity", "HAM"]).exception)
