"""Attaching sign-in to an application; called once by ``create_app``, with no database access."""

from contextlib import ExitStack

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response as BaseResponse

from bezant.api.authentication import install_authenticator
from bezant.auth.context import acting_as
from bezant.auth.keys import principal_for_key
from bezant.auth.pages import blueprint
from bezant.auth.sessions import visit_of
from bezant.auth.visitor import Visitor
from bezant.ids import new_id
from bezant.tracing import request_id
from bezant.web.permissions import PUBLIC, permission_of

REQUEST_ID = "X-Request-Id"
MY_SECURITY = "bezant_security.index"
"""Endpoint at which a second factor is set up."""


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


def _begin() -> BaseResponse | None:
    """Names the request and finds out who acts; API requests name their principal by key, later."""
    g.pop("_login_user", None)  # where requests share an application context (tests), nobody is taken for the one before
    g.bezant_acting = stack = ExitStack()
    token = request_id.set(new_id().hex)
    stack.callback(request_id.reset, token)
    if request.path.startswith(("/api/", "/static/")) or not current_user.is_authenticated:
        return None
    visit = visit_of(current_user.get_id())
    if visit is None:
        return None
    stack.enter_context(acting_as(visit.principal))
    return _to_set_up() if visit.is_due else None


def _to_set_up() -> BaseResponse | None:
    """Where a second factor is required and not there yet: to its set-up, from every page that asks for a permission."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or permission_of(view) == PUBLIC:
        return None
    if request.headers.get("HX-Request") == "true":
        return BaseResponse(status=204, headers={"HX-Redirect": url_for(MY_SECURITY)})
    return redirect(url_for(MY_SECURITY), 303)


def _end(_error: BaseException | None) -> None:
    stack = g.pop("bezant_acting", None)
    if stack is not None:
        stack.close()


def _name_request(response: Response) -> Response:
    response.headers.setdefault(REQUEST_ID, request_id.get())
    return response
