"""Attaching sign-in to an application; called once by ``create_app``, with no database access."""

from contextlib import ExitStack

from flask import Flask, Response, g, request
from flask_login import LoginManager, current_user

from bezant.api.authentication import install_authenticator
from bezant.auth.context import acting_as
from bezant.auth.keys import principal_for_key
from bezant.auth.pages import blueprint
from bezant.auth.sign_in import principal_for
from bezant.auth.visitor import Visitor
from bezant.ids import new_id
from bezant.tracing import request_id

REQUEST_ID = "X-Request-Id"


def init_auth(app: Flask) -> None:
    """Sessions for pages, keys for the API, and who acts in each request."""
    manager = LoginManager(app)
    manager.session_protection = None  # the session is a row on the server, with its own limits
    manager.user_loader(Visitor)
    install_authenticator(app, principal_for_key)
    app.before_request(_begin)
    app.teardown_request(_end)
    app.after_request(_name_request)
    app.register_blueprint(blueprint)


def _begin() -> None:
    """Names the request and finds out who acts; API requests name their principal by key, later."""
    g.pop("_login_user", None)  # where requests share an application context (tests), nobody is taken for the one before
    g.bezant_acting = stack = ExitStack()
    token = request_id.set(new_id().hex)
    stack.callback(request_id.reset, token)
    if request.path.startswith(("/api/", "/static/")) or not current_user.is_authenticated:
        return
    who = principal_for(current_user.get_id())
    if who is not None:
        stack.enter_context(acting_as(who))


def _end(_error: BaseException | None) -> None:
    stack = g.pop("bezant_acting", None)
    if stack is not None:
        stack.close()


def _name_request(response: Response) -> Response:
    response.headers.setdefault(REQUEST_ID, request_id.get())
    return response
