"""Second factors: between the right password and a session."""

import re
import threading
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pyotp
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bezant import clock
from bezant.audit import AuditEntry
from bezant.auth import my_factors, second_step, sessions
from bezant.auth import sign_in as signing
from bezant.auth.context import SYSTEM, Principal, PrincipalKind, acting_as
from bezant.auth.factors import factors_of, remove_factors_of
from bezant.auth.methods import RECOVERY
from bezant.auth.oneself import Proof
from bezant.auth.pages import PENDING
from bezant.auth.people import NewUser, change_user, create_user, principal_of, set_password
from bezant.auth.permissions import ADMINISTRATOR
from bezant.auth.recovery import codes_left
from bezant.auth.second_step import SecondStep
from bezant.auth.sessions import Place, SignedIn
from bezant.auth.sign_in import SIGN_IN, make_code
from bezant.auth.tables import LoginSession, User
from bezant.cli.main import cli
from bezant.db.model import session
from bezant.errors import Conflict, Denied, Invalid, NotFound, Throttled, Unauthenticated
from bezant.outbox.tables import EventRow

pytestmark = [pytest.mark.plugins(), pytest.mark.usefixtures("app")]

EMAIL, PASSWORD = "grace@example.com", "a long enough sentence"
HERE = Place("192.0.2.1", "test")


class Phone:
    """An authenticator app."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def code(self, steps: int = 0) -> str:
        """What it shows now, or so many steps later."""
        return pyotp.TOTP(self.secret).at(clock.system(), counter_offset=steps)


class Machine:
    """System time that a test moves on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real, self.ahead = clock.system, timedelta()
        monkeypatch.setattr(clock, "system", lambda: real() + self.ahead)

    def wait(self, **time: int) -> None:
        """Lets time pass."""
        self.ahead += timedelta(**time)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def a_user(email: str = EMAIL, roles: tuple[str, ...] = ("finance",), password: str = "") -> User:
    """Most have no password: a session that was just opened proves as much, and hashing takes long."""
    with acting_as(SYSTEM):
        return create_user(NewUser(email, "Grace Hopper", roles, password))


def set_up_app(user: User) -> tuple[Phone, tuple[str, ...]]:
    """The user sets up an authenticator app; the app, and the recovery codes."""
    proof = Proof("", sessions.open_session(user.id, HERE).token, HERE)
    with acting_as(principal_of(user)):
        phone = Phone(my_factors.begin("totp").kept["secret"])
        return phone, my_factors.confirm({"code": phone.code()}, "", proof).codes


def first_step(user: User) -> str:
    """The token of a sign-in that waits for its second step."""
    return second_step.begin(user).token


def test_a_code_lets_in_and_nothing_before_it_does() -> None:
    user = a_user()
    phone, _ = set_up_app(user)
    with acting_as(SYSTEM):
        set_password(user.id, PASSWORD)
    before = session.scalars(select(LoginSession.id)).all()

    step = signing.sign_in(EMAIL, PASSWORD, HERE)
    assert isinstance(step, SecondStep)
    token = step.token
    assert sessions.principal_for(token) is None
    assert session.scalars(select(LoginSession.id)).all() == before

    entered = second_step.finish(token, {"code": phone.code(1)}, HERE)
    assert entered.token != token
    who = sessions.principal_for(entered.token)
    assert who is not None and who.id == user.id


def test_a_code_works_once_also_that_of_the_set_up(machine: Machine) -> None:
    user = a_user()
    phone, _ = set_up_app(user)
    used_at_set_up = phone.code()

    with pytest.raises(Unauthenticated, match="used already"):
        second_step.finish(first_step(user), {"code": used_at_set_up}, HERE)
    machine.wait(seconds=30)
    second_step.finish(first_step(user), {"code": phone.code()}, HERE)
    for replayed in (phone.code(), phone.code(-1)):
        with pytest.raises(Unauthenticated):
            second_step.finish(first_step(user), {"code": replayed}, HERE)


@pytest.mark.parametrize("code", ["", "000", "abcdef", "１２３４５６", "1234567"])
def test_what_is_no_code_is_refused(code: str) -> None:
    user = a_user()
    set_up_app(user)

    with pytest.raises(Unauthenticated):
        second_step.finish(first_step(user), {"code": code}, HERE)
    with pytest.raises(Unauthenticated):
        second_step.finish(first_step(user), {}, HERE)


def test_a_clock_half_a_minute_off_is_forgiven_and_a_minute_is_not(machine: Machine) -> None:
    user = a_user()
    phone, _ = set_up_app(user)
    machine.wait(minutes=10)

    with pytest.raises(Unauthenticated):
        second_step.finish(first_step(user), {"code": phone.code(2)}, HERE)
    assert second_step.finish(first_step(user), {"code": phone.code(-1)}, HERE)


def test_guessing_codes_is_throttled_and_the_right_password_does_not_reset_that(machine: Machine) -> None:
    user = a_user()
    phone, _ = set_up_app(user)
    with acting_as(SYSTEM):
        set_password(user.id, PASSWORD)
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            second_step.finish(first_step(user), {"code": "000000"}, HERE)

    step = signing.sign_in(EMAIL, PASSWORD, HERE)
    with pytest.raises(Throttled) as refused:
        second_step.finish(step.token, {"code": phone.code(1)}, HERE)
    assert 0 < refused.value.retry_after <= 31

    machine.wait(seconds=60)
    assert second_step.finish(first_step(user), {"code": phone.code()}, HERE)


def test_the_second_step_ends_after_a_while_and_after_its_use(machine: Machine) -> None:
    user = a_user()
    phone, _ = set_up_app(user)
    late, used = first_step(user), first_step(user)
    second_step.finish(used, {"code": phone.code(1)}, HERE)
    machine.wait(minutes=10)

    for token in (late, used, "", "made up"):
        with pytest.raises(Unauthenticated, match="sign in again"):
            second_step.finish(token, {"code": phone.code()}, HERE)


def test_a_recovery_code_lets_in_once_however_it_is_typed() -> None:
    user = a_user()
    _, codes = set_up_app(user)
    typed = codes[0].upper().replace("-", " ").replace("0", "O").replace("1", "l")

    token = first_step(user)
    assert second_step.asked(token).others == [(RECOVERY, "Recovery code")]
    second_step.choose(token, RECOVERY)
    assert second_step.finish(token, {"code": typed}, HERE)

    assert len(codes) == len(set(codes)) == 10 and codes_left(user.id)[0] == 9
    again = first_step(user)
    second_step.choose(again, RECOVERY)
    for code in (codes[0], ""):
        with pytest.raises(Unauthenticated):
            second_step.finish(again, {"code": code}, HERE)


def test_of_two_sign_ins_at_once_with_one_code_one_gets_in(app: Flask) -> None:
    user = a_user()
    phone, codes = set_up_app(user)

    def race(method: str, code: str) -> list[bool]:
        tokens = [first_step(user) for _ in range(4)]
        for token in tokens:
            second_step.choose(token, method)
        let_in: list[bool] = []
        barrier = threading.Barrier(len(tokens))

        def finish(token: str) -> None:
            with app.app_context():
                barrier.wait(30)
                try:
                    second_step.finish(token, {"code": code}, HERE)
                    let_in.append(True)
                except Unauthenticated:
                    let_in.append(False)

        threads = [threading.Thread(target=finish, args=(token,)) for token in tokens]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(let_in)

    assert race("totp", phone.code(1)) == [False, False, False, True]
    assert race(RECOVERY, codes[3]) == [False, False, False, True]


def test_neither_link_nor_new_password_nor_an_old_session_gets_by_without_it() -> None:
    user = a_user()
    elsewhere = sessions.open_session(user.id, HERE)
    set_up_app(user)
    assert sessions.principal_for(elsewhere.token) is None
    assert sessions.principal_for(sessions.open_session(user.id, HERE).token) is None
    with acting_as(principal_of(user)):
        my_factors.remove(my_factors.my_factors()[0].id, me(user))
    assert sessions.principal_for(elsewhere.token) is None

    set_up_app(user)
    assert isinstance(signing.sign_in_by_code(make_code(SIGN_IN, user.id), HERE), SecondStep)
    with acting_as(SYSTEM):
        set_password(user.id, PASSWORD)
    assert isinstance(signing.sign_in(user.email, PASSWORD, HERE), SecondStep)


def test_who_is_switched_off_meanwhile_does_not_get_in() -> None:
    a_user("admin@example.com", (ADMINISTRATOR,))
    user = a_user()
    phone, _ = set_up_app(user)
    token = first_step(user)
    with acting_as(SYSTEM):
        change_user(user.id, active=False)

    with pytest.raises(Unauthenticated):
        second_step.finish(token, {"code": phone.code(1)}, HERE)


def me(user: User, password: str = "") -> Proof:
    """That it is really the user, from a session of their own."""
    return Proof(password, sessions.open_session(user.id, HERE, second_factor="test").token, HERE)


def test_changing_factors_asks_for_the_password_again_and_not_for_ever(machine: Machine) -> None:
    user = a_user(password=PASSWORD)
    with acting_as(principal_of(user)):
        phone = Phone(my_factors.begin("totp").kept["secret"])
        with pytest.raises(Invalid, match="not your password"):
            my_factors.confirm({"code": phone.code()}, "", me(user, "guess"))
        my_factors.confirm({"code": phone.code()}, "My phone", me(user, PASSWORD))
        (factor,) = my_factors.my_factors()
        assert (factor.label, factor.method_title) == ("My phone", "Authenticator app")

        for _ in range(5):
            with pytest.raises(Invalid):
                my_factors.remove(factor.id, me(user, "guess"))
        with pytest.raises(Throttled):
            my_factors.remove(factor.id, me(user, PASSWORD))
        machine.wait(minutes=2)
        my_factors.remove(factor.id, me(user, PASSWORD))

    assert factors_of_system(user) == [] and codes_left(user.id) == (0, None)


def factors_of_system(user: User) -> list[str]:
    with acting_as(SYSTEM):
        return [factor.method for factor in factors_of(user.id)]


def test_whoever_has_no_password_must_have_signed_in_just_now(machine: Machine) -> None:
    user = a_user()
    proof = me(user)
    with acting_as(principal_of(user)):
        phone = Phone(my_factors.begin("totp").kept["secret"])
        machine.wait(minutes=15)
        with pytest.raises(Denied, match="one-time link"):
            my_factors.confirm({"code": phone.code()}, "", proof)
        my_factors.confirm({"code": phone.code()}, "", me(user))


def test_a_set_up_that_is_not_proven_or_took_too_long_is_none(machine: Machine) -> None:
    user = a_user()
    with acting_as(principal_of(user)):
        phone = Phone(my_factors.begin("totp").kept["secret"])
        with pytest.raises(Invalid, match="clock"):
            my_factors.confirm({"code": "000000"}, "", me(user))
        machine.wait(minutes=30)
        with pytest.raises(NotFound, match="too long"):
            my_factors.confirm({"code": phone.code()}, "", me(user))
        with pytest.raises(NotFound):
            my_factors.begin("carrier_pigeon")

    assert factors_of_system(user) == [] and not sessions.has_second_factor(user.id)


def test_nobody_touches_the_factors_of_others_as_their_own() -> None:
    user, other = a_user(), a_user("eve@example.com")
    set_up_app(user)
    with acting_as(SYSTEM):
        (factor,) = factors_of(user.id)

    with acting_as(principal_of(other)), pytest.raises(NotFound):
        my_factors.remove(factor.id, me(other))
    with acting_as(SYSTEM), pytest.raises(Denied, match="Only a user"):
        my_factors.begin("totp")


def test_new_recovery_codes_end_the_old_ones() -> None:
    user = a_user()
    _, old = set_up_app(user)
    with acting_as(principal_of(user)):
        new = my_factors.renew_codes(me(user))

    token = first_step(user)
    second_step.choose(token, RECOVERY)
    with pytest.raises(Unauthenticated):
        second_step.finish(token, {"code": old[0]}, HERE)
    assert second_step.finish(token, {"code": new[0]}, HERE)


def test_a_colleague_who_may_frees_whoever_is_locked_out() -> None:
    admin, other_admin, user = a_user("admin@example.com", (ADMINISTRATOR,)), a_user("root@example.com", (ADMINISTRATOR,)), a_user()
    for person in (admin, user):
        set_up_app(person)
    inside = me(user)
    clerk = Principal(PrincipalKind.STAFF, other_admin.id, "clerk", frozenset({"core.second_factor.remove", "core.user.view"}))
    nobody = Principal(PrincipalKind.STAFF, other_admin.id, "nobody", frozenset({"core.user.edit", "core.user.view"}))
    narrow = Principal(PrincipalKind.STAFF, None, "narrow", principal_of(admin).permissions, legal_entity_ids=frozenset())

    for who, whose, why in ((nobody, user, "lacks"), (clerk, admin, "may do more"), (narrow, user, "sees more")):
        with acting_as(who), pytest.raises(Denied, match=why):
            remove_factors_of(whose.id)
    with acting_as(principal_of(admin)):
        with pytest.raises(Conflict, match="your own"):
            remove_factors_of(admin.id)
        assert remove_factors_of(user.id) == 1
        with pytest.raises(Conflict, match="no second factor"):
            remove_factors_of(user.id)

    assert sessions.principal_for(inside.token) is None
    assert isinstance(signing.sign_in_by_code(make_code(SIGN_IN, user.id), HERE), SignedIn)
    told = session.scalars(select(EventRow.type).where(EventRow.aggregate_id == user.id)).all()
    assert told == ["core.second_factor.added", "core.second_factor.removed"]
    done = session.execute(select(AuditEntry.actor_id, AuditEntry.changes).where(AuditEntry.action == "core.second_factor.removed")).all()
    assert [tuple(row) for row in done] == [(admin.id, {"methods": ["totp"]})]


@pytest.mark.settings({"auth.require_second_factor": True})
def test_where_a_second_factor_is_required_there_is_nothing_but_its_set_up(app: Flask) -> None:
    user = a_user("ada@example.com", (ADMINISTRATOR,))
    browser = app.test_client()
    enter(app, browser, user)
    visit = sessions.visit_of(sessions.open_session(user.id, HERE).token)
    assert visit is not None and visit.is_due and not visit.principal.permissions

    for path in ("/", "/admin/users", "/search?q=x"):
        assert browser.get(path).location == "/my-security"
    assert browser.post("/admin/users/new", data={}).location == "/my-security"
    assert browser.get("/admin/jobs", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/my-security"
    assert "Set up a second factor to go on" in browser.get("/my-security").text

    assert "Recovery codes" in set_up_in(browser)[1]
    assert browser.get("/admin/users").status_code == 200
    with acting_as(principal_of(user)), pytest.raises(Conflict, match="another before"):
        my_factors.remove(my_factors.my_factors()[0].id, me(user))


def enter(app: Flask, browser: FlaskClient, user: User) -> Any:
    """Signs in by a one-time link, as far as that goes."""
    app.config["WTF_CSRF_ENABLED"] = False
    return browser.post(f"/sign-in/{make_code(SIGN_IN, user.id)}")


def set_up_in(browser: FlaskClient) -> tuple[Phone, str]:
    """Sets up an authenticator app in the browser; the app, and the page that says it is done."""
    shown = browser.post("/my-security/factors", data={"method": "totp"}, follow_redirects=True).text
    key = re.search(r'id="f-secret" readonly value="([A-Z2-7 ]+)"', shown)
    assert key is not None and "<svg" in shown
    phone = Phone(key[1].replace(" ", ""))
    return phone, browser.post("/my-security/set-up", data={"code": phone.code(), "_label": "Pocket"}).text


def session_cookie(browser: FlaskClient) -> str:
    cookie = browser.get_cookie("bezant")
    return cookie.value if cookie else ""


def test_the_whole_way_in_a_browser(app: Flask, machine: Machine) -> None:
    user = a_user(roles=(ADMINISTRATOR,))
    browser = app.test_client()
    enter(app, browser, user)
    before = session_cookie(browser)
    phone, page = set_up_in(browser)
    codes = re.findall(r"<li>([a-z0-9-]{27})</li>", page)
    assert len(codes) == 10 and quote(codes[9]) in page
    assert codes[0] not in browser.get("/my-security").text

    stale = app.test_client()
    stale.set_cookie("bezant", before)
    assert stale.get("/").status_code == 303  # the token from before the set-up opens nothing

    machine.wait(seconds=30)
    other = app.test_client()
    answer = enter(app, other, user)
    assert answer.location == "/login/second-step?next=/"
    pending = session_cookie(other)
    assert other.get("/").location.startswith("/login?")
    assert other.get("/my-security").location.startswith("/login?")
    assert "authenticator app shows" in other.get(answer.location).text

    wrong = other.post("/login/second-step", data={"code": "123456"})
    assert wrong.status_code == 401 and "used already" in wrong.text
    right = other.post("/login/second-step", data={"code": phone.code(), "next": "/my-security"})
    assert (right.status_code, right.location) == (303, "/my-security")
    with other.session_transaction() as kept:
        assert PENDING not in kept
    shown = other.get("/my-security").text
    assert "Pocket" in shown and "10 of 10 left" in shown and shown.count("last seen") == 2
    thief = app.test_client()
    thief.set_cookie("bezant", pending)  # what was known before the second step opens nothing after it
    assert thief.get("/").status_code == 303
    assert thief.get("/login/second-step").status_code == 401

    ended = other.post("/my-security/sessions/end", follow_redirects=True)
    assert "Signed out in 1 other place." in ended.text
    assert browser.get("/").location.startswith("/login?") and other.get("/").status_code == 200


def test_another_way_is_chosen_on_the_page_and_too_many_attempts_say_when(app: Flask) -> None:
    user = a_user()
    _, codes = set_up_app(user)
    browser = app.test_client()
    enter(app, browser, user)

    assert "Recovery code" in browser.get("/login/second-step").text
    assert browser.post("/login/second-step/method", data={"method": "pigeon"}).status_code == 409
    browser.post("/login/second-step/method", data={"method": RECOVERY})
    for _ in range(5):
        browser.post("/login/second-step", data={"code": "wrong"})
    refused = browser.post("/login/second-step", data={"code": codes[0]})
    assert refused.status_code == 429 and 0 < int(refused.headers["Retry-After"]) <= 31
    assert app.test_client().get("/login/second-step").status_code == 401


def test_factors_codes_and_password_are_changed_with_the_password(app: Flask) -> None:
    user = a_user(password=PASSWORD)
    browser = app.test_client()
    enter(app, browser, user)
    shown = browser.post("/my-security/factors", data={"method": "totp"}, follow_redirects=True).text
    phone = Phone(re.search(r'readonly value="([A-Z2-7 ]+)"', shown)[1].replace(" ", ""))  # type: ignore[index]
    refused = browser.post("/my-security/set-up", data={"code": phone.code(), "_password": "guess"})
    assert refused.status_code == 422 and "not your password" in refused.text and "<svg" in refused.text
    browser.post("/my-security/set-up", data={"code": phone.code(), "_password": PASSWORD})

    with acting_as(SYSTEM):
        (factor,) = factors_of(user.id)
    assert "Your password" in browser.get(f"/my-security/factors/{factor.id}/remove").text
    assert browser.post(f"/my-security/factors/{factor.id}/remove", data={"password": "guess"}).status_code == 422
    renewed = browser.post("/my-security/recovery-codes", data={"password": PASSWORD})
    assert len(re.findall(r"<li>[a-z0-9-]{27}</li>", renewed.text)) == 10

    form = {"password": PASSWORD, "new_password": "short"}
    assert "at least 12 characters" in browser.post("/my-security/password", data=form).text
    changed = browser.post("/my-security/password", data={**form, "new_password": "another long sentence"})
    assert changed.status_code == 303 and browser.get("/my-security").status_code == 200
    assert isinstance(signing.sign_in(EMAIL, "another long sentence", HERE), SecondStep)

    browser.post(f"/my-security/factors/{factor.id}/remove", data={"password": "another long sentence"})
    assert factors_of_system(user) == []


def test_an_administrator_sees_and_removes_factors_on_the_page_and_in_the_api(app: Flask, client: FlaskClient, api: FlaskClient) -> None:
    user = a_user()
    set_up_app(user)
    assert "Authenticator app" in client.get(f"/admin/users/{user.id}").text
    assert [u["email"] for u in api.get("/api/v1/users?second_factor=true").json["data"]] == [EMAIL]  # type: ignore[index]
    (listed,) = api.get(f"/api/v1/users/{user.id}/second-factors").json["data"]  # type: ignore[index]
    assert listed["method"] == "totp" and "kept" not in listed

    assert client.post(f"/admin/users/{user.id}/second-factors/remove").status_code == 303
    assert factors_of_system(user) == []
    set_up_app(user)
    assert api.delete(f"/api/v1/users/{user.id}/second-factors").status_code == 204
    assert api.delete(f"/api/v1/users/{user.id}/second-factors").status_code == 409


def test_the_command_frees_the_last_administrator(app: Flask) -> None:
    user = a_user(roles=(ADMINISTRATOR,))
    set_up_app(user)

    def run(email: str) -> Result:
        return CliRunner().invoke(cli, ["user", "remove-factors", email], obj=app)

    assert "1 second factor of grace@example.com" in run("Grace@example.com").output
    assert isinstance(run("grace@example.com").exception, Conflict)
    assert isinstance(run("nobody@example.com").exception, NotFound)
    assert factors_of_system(user) == []
