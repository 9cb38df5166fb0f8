"""Pages before the shell: sign in, the second step, sign out, one-time links, the first administrator."""

from urllib.parse import urlsplit

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from bezant.auth import second_step, sign_in
from bezant.auth.context import principal_or_none
from bezant.auth.people import NewUser, has_any_user
from bezant.auth.second_step import SecondStep
from bezant.auth.sessions import Place, sign_out
from bezant.auth.sign_in import Entered
from bezant.auth.visitor import Visitor
from bezant.errors import BillingError, Invalid, Problem, Throttled, Unauthenticated
from bezant.web.permissions import public

blueprint = Blueprint("auth", __name__)

Answer = str | Response | tuple[str, int]

PENDING = "bezant.second_step"
"""Where a browser keeps the token of a sign-in that is half done."""


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
        return _refused(error, email)
    return _enter(signed_in, _next())


@blueprint.get("/login/second-step")
@public("signing in")
def ask() -> Answer:
    """Asks for the second factor."""
    try:
        return _second_step()
    except Unauthenticated as error:
        return _refused(error)


@blueprint.post("/login/second-step")
@public("signing in")
def answer() -> Answer:
    """Signs in, if the second factor is right."""
    token = session.get(PENDING, "")
    try:
        return _enter(second_step.finish(token, request.form.to_dict(), _place()), _next())
    except (Unauthenticated, Throttled) as error:
        return _again(error)


@blueprint.post("/login/second-step/method")
@public("signing in")
def choose() -> Answer:
    """Asks for another factor."""
    try:
        second_step.choose(session.get(PENDING, ""), request.form.get("method", ""))
    except BillingError as error:
        return _again(error)
    return redirect(url_for("auth.ask", next=_next()), 303)


@blueprint.post("/logout")
@public("signing out needs no permission")
def logout() -> Answer:
    """Ends the session."""
    if current_user.is_authenticated:
        sign_out(current_user.get_id())
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
        return _refused(error)


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


def _enter(entered: Entered, target: str) -> Response:
    """In, with a browser session that has nothing in common with the one before; or on to the second step."""
    session.clear()
    if isinstance(entered, SecondStep):
        session[PENDING] = entered.token
        return redirect(url_for("auth.ask", next=target), 303)
    login_user(Visitor(entered.token))
    return redirect(target, 303)


def _second_step(problem: str = "") -> str:
    asked = second_step.asked(session.get(PENDING, ""))
    return render_template("bezant/auth/second_step.html", asked=asked, prompt=asked.prompt, problem=problem, wrong="code", next=_next())


def _again(error: BillingError) -> Response:
    """The second step once more, saying what is wrong; or from the start, where its time is over."""
    try:
        return _saying(error, _second_step(error.message))
    except Unauthenticated as over:
        return _refused(over)


def _refused(error: BillingError, email: str = "") -> Response:
    """The sign-in form, saying what is wrong."""
    return _saying(error, render_template("bezant/auth/login.html", problem=error.message, email=email, next=_next(), empty=False))


def _saying(error: BillingError, page: str) -> Response:
    response = make_response(page, error.status)
    if isinstance(error, Throttled):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _place() -> Place:
    return Place(request.remote_addr or "", request.user_agent.string)


def _next() -> str:
    """Where to go after signing in: a path on this server and nothing else."""
    wanted = request.values.get("next", "/")
    parts = urlsplit(wanted)
    safe = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return wanted if safe and "\n" not in wanted and "\r" not in wanted else "/"
