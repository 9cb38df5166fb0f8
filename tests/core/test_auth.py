"""Who may come in, and what they may do."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from bezant.auth import sessions
from bezant.auth import sign_in as signing
from bezant.auth.context import SYSTEM, Principal, PrincipalKind, acting_as, answering_hook, inside_service, install_grants
from bezant.auth.keys import create_api_key, principal_for_key, revoke_api_key, rotate_api_key
from bezant.auth.people import NewUser, change_user, create_user, save_role, set_password
from bezant.auth.permissions import ADMINISTRATOR
from bezant.auth.sessions import Place
from bezant.auth.sign_in import SETUP, SIGN_IN, make_code
from bezant.auth.tables import LoginSession, User
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.errors import Conflict, Denied, Invalid, Throttled, Unauthenticated
from bezant.ids import new_id

pytestmark = [pytest.mark.plugins(), pytest.mark.usefixtures("app")]

PASSWORD = "a long enough sentence"
HERE = Place("192.0.2.1", "test")


def a_user(email: str = "grace@example.com", roles: tuple[str, ...] = ("finance",)) -> User:
    with acting_as(SYSTEM):
        return create_user(NewUser(email, "Grace Hopper", roles, PASSWORD))


def test_the_right_password_opens_a_session_that_names_its_user() -> None:
    user = a_user()

    signed_in = signing.sign_in("Grace@Example.com ", PASSWORD, HERE)

    who = sessions.principal_for(signed_in.token)
    assert who is not None and who.id == user.id and who.kind is PrincipalKind.STAFF


@pytest.mark.parametrize(("email", "password"), [("grace@example.com", "wrong"), ("nobody@example.com", PASSWORD)])
def test_a_refusal_never_tells_what_was_wrong(email: str, password: str) -> None:
    a_user()

    with pytest.raises(Unauthenticated, match="address or the password"):
        signing.sign_in(email, password, HERE)


def test_guessing_is_throttled_also_with_the_right_password() -> None:
    a_user()
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            signing.sign_in("grace@example.com", "wrong", HERE)

    with pytest.raises(Throttled) as refused:
        signing.sign_in("grace@example.com", PASSWORD, HERE)
    assert 0 < refused.value.retry_after <= 31


def test_signing_out_ends_the_session_at_once() -> None:
    a_user()
    token = signing.sign_in("grace@example.com", PASSWORD, HERE).token

    sessions.sign_out(token)

    assert sessions.principal_for(token) is None


@pytest.mark.parametrize("column", ["seen_at", "expires_at"])
def test_a_session_ends_when_idle_and_altogether(column: str) -> None:
    a_user()
    token = signing.sign_in("grace@example.com", PASSWORD, HERE).token
    with unit_of_work():
        row = session.scalars(select(LoginSession)).one()
        setattr(row, column, getattr(row, column) - timedelta(days=8))

    assert sessions.principal_for(token) is None


def test_switching_a_user_off_signs_them_out_everywhere() -> None:
    a_user("admin@example.com", (ADMINISTRATOR,))
    user = a_user()
    token = signing.sign_in("grace@example.com", PASSWORD, HERE).token

    with acting_as(SYSTEM):
        change_user(user.id, active=False)

    assert sessions.principal_for(token) is None
    with pytest.raises(Unauthenticated):
        signing.sign_in("grace@example.com", PASSWORD, HERE)


def test_the_last_administrator_stays() -> None:
    admin = a_user("admin@example.com", (ADMINISTRATOR,))

    with acting_as(SYSTEM), pytest.raises(Conflict):
        change_user(admin.id, active=False)


def test_a_one_time_link_works_once() -> None:
    code = make_code(SIGN_IN, a_user().id)

    assert sessions.principal_for(signing.sign_in_by_code(code, HERE).token) is not None
    with pytest.raises(Unauthenticated):
        signing.sign_in_by_code(code, HERE)


def test_the_set_up_code_makes_the_first_administrator_and_no_second() -> None:
    code = make_code(SETUP)
    first = signing.set_up_first_administrator(code, NewUser("ada@example.com", "Ada", password=PASSWORD), HERE)

    who = sessions.principal_for(first.token)
    assert who is not None and who.may("core.user.edit")
    with pytest.raises(Conflict):
        signing.set_up_first_administrator(make_code(SETUP), NewUser("eve@example.com", "Eve", password=PASSWORD), HERE)


def test_a_bad_set_up_leaves_the_code_usable() -> None:
    code = make_code(SETUP)
    with pytest.raises(Invalid):
        signing.set_up_first_administrator(code, NewUser("ada@example.com", "Ada", password="short"), HERE)

    assert signing.set_up_first_administrator(code, NewUser("ada@example.com", "Ada", password=PASSWORD), HERE).token


@pytest.mark.parametrize("password", ["short", "passwordpassword", "aaaaaaaaaaaaaaaa", "grace@example.com", "x" * 129])
def test_weak_passwords_are_refused_with_the_reason(password: str) -> None:
    with acting_as(SYSTEM), pytest.raises(Invalid) as refused:
        create_user(NewUser("grace@example.com", "Grace", (), password))
    assert refused.value.problems[0].field == "password"


def test_nobody_hands_out_rights_they_lack() -> None:
    clerk = Principal(PrincipalKind.STAFF, None, "clerk", frozenset({"core.user.edit", "core.user.view"}))

    with acting_as(clerk), pytest.raises(Denied):
        create_user(NewUser("eve@example.com", "Eve", (ADMINISTRATOR,)))


def test_nobody_hands_out_legal_entities_they_do_not_see() -> None:
    mine, other = new_id(), new_id()
    may = frozenset({"core.user.edit", "core.user.view", "core.api_key.edit", "core.job.view"})
    everywhere = a_user(roles=())
    with acting_as(SYSTEM):
        wide = create_api_key("wide", ["core.job.view"])
    with acting_as(Principal(PrincipalKind.STAFF, None, "clerk", may, legal_entity_ids=frozenset({mine}))):
        made = create_user(NewUser("eve@example.com", "Eve"))
        key = create_api_key("importer", ["core.job.view"])
        with pytest.raises(Denied):
            create_user(NewUser("ada@example.com", "Ada", legal_entity_ids=(mine, other)))
        with pytest.raises(Denied):
            create_api_key("importer", ["core.job.view"], legal_entity_ids=[other])
        with pytest.raises(Denied):
            rotate_api_key(wide.id)
        with pytest.raises(Denied):
            set_password(everywhere.id, PASSWORD)
        with pytest.raises(Denied):
            change_user(everywhere.id, active=False)
        set_password(made.id, PASSWORD)

    assert made.legal_entity_ids == [str(mine)]
    assert principal_for_key(key.key).legal_entity_ids == frozenset({mine})


def test_nobody_demotes_or_locks_out_who_may_do_more() -> None:
    admin = a_user("admin@example.com", (ADMINISTRATOR,))
    a_user("other@example.com", (ADMINISTRATOR,))
    clerk = Principal(PrincipalKind.STAFF, None, "clerk", frozenset({"core.user.edit", "core.user.view"}))

    with acting_as(clerk):
        for change in ({"roles": []}, {"active": False}):
            with pytest.raises(Denied, match="may do more"):
                change_user(admin.id, **change)  # type: ignore[arg-type]
        with pytest.raises(Denied):
            set_password(admin.id, "another long sentence")


def test_roles_of_ones_own_allow_what_they_say() -> None:
    with acting_as(SYSTEM):
        save_role("watcher", "Watcher", ["core.job.view"])
    user = a_user(roles=("watcher",))
    who = sessions.principal_for(signing.sign_in(user.email, PASSWORD, HERE).token)

    assert who is not None and who.may("core.job.view") and not who.may("core.job.retry")


def test_an_api_key_works_until_it_is_revoked() -> None:
    with acting_as(SYSTEM):
        made = create_api_key("importer", ["core.job.view"])
    assert principal_for_key(made.key).permissions == {"core.job.view"}

    with acting_as(SYSTEM):
        revoke_api_key(made.id)
    with pytest.raises(Unauthenticated):
        principal_for_key(made.key)


def test_a_rotated_key_works_on_for_the_overlap() -> None:
    with acting_as(SYSTEM):
        old = create_api_key("importer", ["core.job.view"])
        new = rotate_api_key(old.id, overlap=timedelta(0))

    assert principal_for_key(new.key)
    with pytest.raises(Unauthenticated):
        principal_for_key(old.key)


def test_a_plugin_calls_another_only_within_its_grants() -> None:
    anybody = Principal(PrincipalKind.STAFF, None, "clerk", frozenset({"a.thing.do"}))
    install_grants({"plugin_a": frozenset({"b.thing.do"})})

    with acting_as(anybody), inside_service("a.thing.do", "plugin_a"):
        with inside_service("b.thing.do", "plugin_b"):
            pass
        with pytest.raises(Denied, match="grant"), inside_service("c.thing.do", "plugin_c"):
            pass


def test_a_hooks_answer_runs_under_the_grants_of_who_answers() -> None:
    anybody = Principal(PrincipalKind.STAFF, None, "clerk", frozenset({"a.thing.do"}))
    install_grants({"plugin_a": frozenset(), "plugin_b": frozenset({"c.thing.do"})})

    with acting_as(anybody), inside_service("a.thing.do", "plugin_a"), answering_hook("plugin_b"):
        with inside_service("c.thing.do", "plugin_c"):
            pass
        with pytest.raises(Denied, match="grant"), inside_service("d.thing.do", "plugin_d"):
            pass
    with acting_as(anybody), answering_hook("plugin_b"), pytest.raises(Denied), inside_service("b.thing.do", "plugin_b"):
        pass


def test_signing_in_over_the_web_sets_a_session_and_goes_where_one_wanted(app: Flask) -> None:
    a_user()
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()

    answer = browser.post("/login", data={"email": "grace@example.com", "password": PASSWORD, "next": "/admin"})

    assert answer.status_code == 303 and answer.location == "/admin"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_away(app: Flask, target: str) -> None:
    a_user()
    app.config["WTF_CSRF_ENABLED"] = False

    answer = app.test_client().post("/login", data={"email": "grace@example.com", "password": PASSWORD, "next": target})

    assert answer.location == "/"


def test_the_sign_in_form_refuses_a_post_without_its_token(app: Flask) -> None:
    assert app.test_client().post("/login", data={"email": "a@b.example", "password": "x"}).status_code == 400
