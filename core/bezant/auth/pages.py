"""Pages before the shell: sign in, sign out, one-time links, the first administrator."""

from urllib.parse import urlsplit

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from bezant.auth import sign_in
from bezant.auth.context import principal_or_none
from bezant.auth.people import NewUser, has_any_user
from bezant.auth.sign_in import Place, SignedIn
from bezant.auth.visitor import Visitor
from bezant.errors import BillingError, Invalid, Problem, Throttled
from bezant.web.permissions import public

blueprint = Blueprint("auth", __name__)

Answer = str | Response | tuple[str, int]


@blueprint.get("/login")
@public("signing in")
def login() -> Answer:
    """The sign-in form; whoever is signed in goes on to where they wanted."""
    if principal_or_none() is not None:
        return redirect(_next())
    return render_template("bezant/auth/login.html", problem="", email="", next=_next(), empty=not has_any_user())


@blueprint.post("/login")
@public("signing in")
def try_login() -> Answer:
    """Signs in by password."""
    email = request.form.get("email", "")
    try:
        signed_in = sign_in.sign_in(email, request.form.get("password", ""), _place())
    except BillingError as error:
        page = render_template("bezant/auth/login.html", problem=error.message, email=email, next=_next(), empty=False)
        response = make_response(page, error.status)
        if isinstance(error, Throttled):
            response.headers["Retry-After"] = str(error.retry_after)
        return response
    return _enter(signed_in, _next())


@blueprint.post("/logout")
@public("signing out needs no permission")
def logout() -> Answer:
    """Ends the session."""
    if current_user.is_authenticated:
        sign_in.sign_out(current_user.get_id())
    logout_user()
    return redirect(url_for("auth.login"), 303)


@blueprint.get("/sign-in/<code>")
@public("one-time links are their own credential")
def one_time(code: str) -> Answer:
    """Asks for one press of a button, so that a program which merely looks at the address does not use the link up."""
    return render_template("bezant/auth/one_time.html", code=code)


@blueprint.post("/sign-in/<code>")
@public("one-time links are their own credential")
def use_one_time(code: str) -> Answer:
    """Signs in by a one-time link."""
    try:
        return _enter(sign_in.sign_in_by_code(code, _place()), "/")
    except BillingError as error:
        return render_template("bezant/auth/login.html", problem=error.message, email="", next="/", empty=False), error.status


@blueprint.get("/setup/<code>")
@public("the code is the credential, and works only while there is no user")
def setup(code: str) -> Answer:
    """The form of the first administrator."""
    return render_template("bezant/auth/setup.html", code=code, problems={}, typed={})


@blueprint.post("/setup/<code>")
@public("the code is the credential, and works only while there is no user")
def finish_setup(code: str) -> Answer:
    """Makes the first administrator and signs them in."""
    typed = {name: request.form.get(name, "") for name in ("name", "email")}
    new = NewUser(typed["email"], typed["name"], password=request.form.get("password", ""))
    try:
        if not new.password:
            raise Invalid.field("password", "missing", "Choose a password.")
        return _enter(sign_in.set_up_first_administrator(code, new, _place()), "/")
    except BillingError as error:
        problems = error.problems or (Problem("", error.code, error.message),)
        by_field = {p.field: p.message for p in problems}
        return render_template("bezant/auth/setup.html", code=code, problems=by_field, typed=typed), error.status


def _enter(signed_in: SignedIn, target: str) -> Response:
    login_user(Visitor(signed_in.token))
    return redirect(target, 303)


def _place() -> Place:
    return Place(request.remote_addr or "", request.user_agent.string)


def _next() -> str:
    """Where to go after signing in: a path on this server and nothing else."""
    wanted = request.values.get("next", "/")
    parts = urlsplit(wanted)
    safe = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return wanted if safe and "\n" not in wanted and "\r" not in wanted else "/"
