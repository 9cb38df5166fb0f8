"""A second factor that a plugin of somebody else brings."""

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bezant import app as making
from bezant.app import create_app
from bezant.auth import my_factors
from bezant.auth.context import SYSTEM, acting_as
from bezant.auth.oneself import Proof
from bezant.auth.people import NewUser, create_user, principal_of
from bezant.auth.sessions import Place, open_session
from bezant.auth.sign_in import SIGN_IN, make_code
from bezant.auth.tables import SecondFactor, User
from bezant.db.model import db, session
from bezant.errors import ConfigurationError
from bezant.plugins.discovery import Found
from bezant.plugins.manifest import read_manifest

pytestmark = [pytest.mark.plugins(), pytest.mark.usefixtures("app")]

HOOKS = """
from bezant.sdk.second_factors import Factor, Prompt
from bezant.sdk.values import hookimpl

class Pigeon:
    name, title, summary = "NAME", "Carrier pigeon", "A bird brings you a word."
    sent, out_of_order = [], False

    def begin(self, person):
        return Prompt("What is the bird called?", kept={"owner": person.email})

    def confirm(self, kept, answer):
        return {"bird": answer["code"], "flights": 0} if answer.get("code") else None

    def challenge(self, person, factors):
        if self.out_of_order:
            raise OSError("a hawk")
        self.sent.append(f"word {len(self.sent)}")
        birds = {"birds": [f.kept["bird"] for f in factors]}
        return Prompt("Which word did it bring?", "acme_pigeon/word.html", birds, {"word": self.sent[-1]})

    def verify(self, factors, kept, answer):
        if answer.get("word") != kept["word"]:
            return None
        return Factor(factors[0].id, {**factors[0].kept, "flights": factors[0].kept["flights"] + 1})

PIGEON = Pigeon()

@hookimpl
def bezant_add_second_factors():
    return (PIGEON,)
"""

MakeApp = Callable[..., Flask]


@pytest.fixture
def make_app(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeApp]:
    """Another application on the same database, with the plugin installed."""
    package = tmp_path / "acme_pigeon"
    templates = package / "templates" / "acme_pigeon"
    templates.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "plugin.toml").write_text('name = "pigeon"\ntitle = "Pigeon"\nversion = "1"\napi = "1"\n')
    (templates / "word.html").write_text("<p>{{ prompt.context.birds|join }} has landed</p><input name='word'>")
    monkeypatch.syspath_prepend(tmp_path)
    opened: list[Flask] = []

    def make(*enabled: str, name: str = "pigeon") -> Flask:
        (package / "hooks.py").write_text(HOOKS.replace("NAME", name))
        for module in ("acme_pigeon", "acme_pigeon.hooks"):
            monkeypatch.delitem(sys.modules, module, raising=False)
        manifest = read_manifest(package / "plugin.toml", "acme_pigeon")
        found = {"pigeon": Found("pigeon", EntryPoint("pigeon", "acme_pigeon.hooks", "bezant.plugins"), "acme", manifest)}
        monkeypatch.setattr(making, "discover", lambda: found)
        url = app.config["SQLALCHEMY_DATABASE_URI"].render_as_string(hide_password=False)
        made = create_app({"database.url": url, "plugins.enabled": list(enabled), "server.secret_key": "test"})
        made.config["WTF_CSRF_ENABLED"] = False
        opened.append(made)
        return made

    yield make
    for made in opened:
        with made.app_context():
            db.engine.dispose()


def signing_in(app: Flask) -> FlaskClient:
    """A browser that stands before the second step."""
    browser = app.test_client()
    with app.app_context(), acting_as(SYSTEM):
        user_id = session.scalars(select(User.id)).one()
        code = make_code(SIGN_IN, user_id)
    assert browser.post(f"/sign-in/{code}").location.startswith("/login/second-step")
    return browser


def test_it_is_set_up_asked_for_and_never_skipped_while_it_is_off(make_app: MakeApp) -> None:
    app = make_app("pigeon")
    pigeon = app.extensions["bezant"].second_factors["pigeon"]
    with app.app_context():
        with acting_as(SYSTEM):
            user = create_user(NewUser("grace@example.com", "Grace", ("finance",)))
        with acting_as(principal_of(user)):
            token = open_session(user.id, Place()).token
            assert my_factors.begin("pigeon").kept == {"owner": "grace@example.com"}
            recovery = my_factors.confirm({"code": "Coco"}, "", Proof("", token, Place())).codes

    browser = signing_in(app)
    assert "Coco has landed" in browser.get("/login/second-step").text
    assert browser.post("/login/second-step", data={"word": "corn"}).status_code == 401
    assert browser.post("/login/second-step", data={"word": pigeon.sent[-1]}).status_code == 303
    assert "Carrier pigeon" in browser.get("/my-security").text
    with app.app_context():
        assert session.scalars(select(SecondFactor)).one().kept == {"bird": "Coco", "flights": 1}

    pigeon.out_of_order = True
    assert "Carrier pigeon does not work just now" in signing_in(app).get("/login/second-step").text

    without = make_app()
    browser = signing_in(without)
    assert "recovery codes that you kept" in browser.get("/login/second-step").text
    assert browser.post("/login/second-step", data={"word": pigeon.sent[-1], "code": ""}).status_code == 401
    assert browser.post("/login/second-step", data={"code": recovery[0]}).status_code == 303
    assert "Its plugin is not installed now" in browser.get("/my-security").text


@pytest.mark.parametrize("name", ["totp", "recovery_code", "Carrier pigeon"])
def test_a_name_that_is_taken_or_no_name_stops_the_start(make_app: MakeApp, name: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        make_app("pigeon", name=name)
