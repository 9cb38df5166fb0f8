"""My security: password, second factors, recovery codes and sessions of whoever is signed in."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user, login_user
from marshmallow import fields
from werkzeug.wrappers import Response

from bezant.api.schema import Schema
from bezant.auth import my_factors, oneself
from bezant.auth.factors import methods
from bezant.auth.oneself import Proof
from bezant.auth.recovery import AT_ONCE, codes_left
from bezant.auth.sessions import REQUIRED, Place, open_sessions, sign_out_elsewhere
from bezant.auth.visitor import Visitor
from bezant.errors import Invalid, NotFound, Throttled
from bezant.platform import setting
from bezant.records import Link
from bezant.web.answers import Answer
from bezant.web.forms import render_form
from bezant.web.parts import Action
from bezant.web.permissions import personal
from bezant.web.shell import say

HINT = "At least 12 characters; a short sentence works well."

LABEL, PASSWORD = "_label", "_password"
"""Inputs of the set-up that are the platform's; all others are the method's answer."""

Save = Callable[[dict[str, Any]], str | Response]

blueprint = Blueprint("bezant_security", __name__, url_prefix="/my-security")


class PasswordBody(Schema):
    """The password once more."""

    password = fields.String(
        required=True, metadata={"widget": "password", "label": "Your password", "full": True, "autocomplete": "current-password"}
    )


class NewPasswordBody(Schema):
    """A new password."""

    new_password = fields.String(
        required=True,
        metadata={"widget": "password", "label": "New password", "full": True, "autocomplete": "new-password", "hint": HINT},
    )


class NothingBody(Schema):
    """Of somebody without a password nothing is asked."""


@blueprint.get("")
@personal
def index() -> str:
    """What protects me."""
    user, factors = oneself.myself(), my_factors.my_factors()
    left, made_at = codes_left(user.id)
    return render_template(
        "bezant/security/index.html",
        title="My security",
        factors=factors,
        methods=sorted(methods().values(), key=lambda m: m.title),
        sessions=open_sessions(_token()),
        has_password=bool(user.password_hash),
        elsewhere=Action("Sign out elsewhere", url_for("bezant_security.end_others"), "logout", "post"),
        codes_left=left,
        codes_made_at=made_at,
        codes_at_once=AT_ONCE,
        is_due=bool(setting(REQUIRED)) and not factors,
    )


@blueprint.post("/factors")
@personal
def begin() -> Response:
    """Begins to set up a factor."""
    my_factors.begin(request.form.get("method", ""))
    return redirect(url_for("bezant_security.set_up"), 303)


@blueprint.get("/set-up")
@personal
def set_up() -> Answer:
    """What the factor that is being set up shows."""
    try:
        return _set_up_page()
    except NotFound as error:
        say(error.message, "warn")
        return redirect(url_for("bezant_security.index"), 303)


@blueprint.post("/set-up")
@personal
def finish_set_up() -> Answer:
    """Finishes it; with the first factor come recovery codes."""
    answer = {name: value for name, value in request.form.items() if not name.startswith("_")}
    try:
        added = my_factors.confirm(answer, request.form.get(LABEL, ""), _proof(request.form.get(PASSWORD, "")))
    except (Invalid, Throttled) as error:
        wrong = error.problems[0].field if error.problems else ""
        return make_response(_set_up_page(error.message, wrong), error.status)
    login_user(Visitor(added.token))
    if added.codes:
        return _codes_page(added.codes)
    say("The second factor is set up.")
    return redirect(url_for("bezant_security.index"), 303)


@blueprint.route("/factors/<uuid:factor_id>/remove", methods=["GET", "POST"])
@personal
def remove(factor_id: UUID) -> Answer:
    """Asks for the password and removes a factor."""
    found = next((f for f in my_factors.my_factors() if f.id == factor_id), None)
    if found is None:
        raise NotFound("You have no such second factor.")

    def save(data: dict[str, Any]) -> str:
        my_factors.remove(factor_id, _proof(data.get("password", "")))
        return url_for("bezant_security.index")

    return _with_password(f"Remove {found.label}", "Remove", save, "The second factor is removed.", _warning())


@blueprint.route("/recovery-codes", methods=["GET", "POST"])
@personal
def recovery_codes() -> Answer:
    """Asks for the password and makes new recovery codes."""

    def save(data: dict[str, Any]) -> Response:
        return make_response(_codes_page(my_factors.renew_codes(_proof(data.get("password", "")))))

    return _with_password("New recovery codes", "Make new codes", save, "", "The codes that you have now stop working.")


@blueprint.route("/password", methods=["GET", "POST"])
@personal
def password() -> Answer:
    """Changes my password."""

    def save(data: dict[str, Any]) -> str:
        login_user(Visitor(oneself.change_password(data["new_password"], _proof(data.get("password", "")))))
        return url_for("bezant_security.index")

    return _with_password("Change password", "Change password", save, "Your password is changed.", "", NewPasswordBody)


@blueprint.post("/sessions/end")
@personal
def end_others() -> Response:
    """Signs out everywhere else."""
    ended = sign_out_elsewhere(_token())
    say(f"Signed out in {ended} other {'place' if ended == 1 else 'places'}.")
    return redirect(url_for("bezant_security.index"), 303)


def _warning() -> str:
    is_last = len(my_factors.my_factors()) == 1
    return "It is your last one: your password alone lets you in again, and your recovery codes end." if is_last else ""


def _with_password(title: str, submit: str, save: Save, done: str, intro: str, body: type[Schema] = NothingBody) -> Answer:
    """A form that asks for the password too, of whoever has one."""
    schema = type("Body", (body, PasswordBody), {}) if oneself.myself().password_hash else body
    back = url_for("bezant_security.index")
    crumbs = (Link("My security", back, ""),)
    return render_form(schema(), title=title, noun="change", submit=submit, save=save, cancel=back, done=done, intro=intro, crumbs=crumbs)


def _set_up_page(problem: str = "", wrong: str = "") -> str:
    method, prompt = my_factors.begun()
    return render_template(
        "bezant/security/set_up.html",
        title=methods()[method].title,
        prompt=prompt,
        problem=problem,
        wrong=wrong,
        label=request.form.get(LABEL, ""),
        has_password=bool(oneself.myself().password_hash),
        crumbs=(Link("My security", url_for("bezant_security.index"), ""),),
    )


def _codes_page(codes: tuple[str, ...]) -> str:
    """The answer that holds the codes: they are never stored, not even in a cookie."""
    download = "data:text/plain;charset=utf-8," + quote(
        "Recovery codes for Bezant, each good for one sign-in:\n\n" + "\n".join(codes) + "\n"
    )
    crumbs = (Link("My security", url_for("bezant_security.index"), ""),)
    return render_template("bezant/security/codes.html", title="Recovery codes", codes=codes, download=download, crumbs=crumbs)


def _token() -> str:
    return str(current_user.get_id())


def _proof(password: str) -> Proof:
    return Proof(password, _token(), Place(request.remote_addr or "", request.user_agent.string))
