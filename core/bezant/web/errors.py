"""Errors as pages: cause and remedy, never a traceback. What the API answers is its own."""

from collections.abc import Mapping

import structlog
from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from bezant.api.problems import is_api_request, problem_response
from bezant.auth.context import principal_or_none
from bezant.errors import BillingError, Throttled, Unauthenticated
from bezant.tracing import request_id

LOGIN = "auth.login"
"""Endpoint of the sign-in page."""

_WORDS: Mapping[int, tuple[str, str]] = {
    400: ("That request cannot be read", "Go back and try again; if it happens again, reload the page first."),
    403: ("Not allowed", "Your roles do not cover this page. An administrator can change that."),
    404: ("There is nothing here", "The address may be mistyped, or what it led to is gone. Search for it with Ctrl K."),
    405: ("This address is not a page", "It takes what a form sends. Go back and use the button."),
    413: ("That file is too large", "Split it into smaller files."),
    500: (
        "Something went wrong on our side",
        "Nothing half-done was kept. Try again; if it repeats, tell an administrator the number below.",
    ),
}
_log = structlog.get_logger(__name__)


def install(app: Flask) -> None:
    """Makes pages (or, for the API, problems) of every exception."""
    app.register_error_handler(Exception, _handle)


def _handle(error: Exception) -> Response | BaseResponse:
    if is_api_request():
        return problem_response(error)
    if isinstance(error, Unauthenticated):
        return _to_login()
    if isinstance(error, BillingError):
        return _of_billing_error(error)
    if isinstance(error, CSRFError):
        return error_page(400, "This form is out of date", "It was opened in another session. Go back, reload the page and send it again.")
    if isinstance(error, HTTPException):
        return _of_http(error)
    _log.error("unexpected error", path=request.path, exc_info=error)
    return error_page(500, *_WORDS[500])


def error_page(status: int, title: str, message: str, problems: tuple[str, ...] = ()) -> Response:
    """An error as a page inside the shell, or bare for whoever is not signed in."""
    template = "bezant/error.html" if principal_or_none() else "bezant/error_bare.html"
    page = render_template(template, status_code=status, title=title, message=message, problems=problems, request_number=request_id.get())
    return make_response(page, status)


def _of_billing_error(error: BillingError) -> Response:
    if error.status >= 500:
        _log.error("refused with a server error", path=request.path, code=error.code, exc_info=error)
    problems = tuple(p.message for p in error.problems)
    response = error_page(error.status, error.title, "" if problems else error.message, problems)
    if isinstance(error, Throttled):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _of_http(error: HTTPException) -> Response | BaseResponse:
    status = error.code or 500
    if 300 <= status < 400:
        return error.get_response()
    title, message = _WORDS.get(status, (error.name, error.description or ""))
    return error_page(status, title, message)


def _to_login() -> BaseResponse:
    """To the sign-in page and back; a part of a page (htmx) sends the whole page there."""
    target = url_for(LOGIN, next=request.full_path.rstrip("?") if request.method == "GET" else None)
    if request.headers.get("HX-Request") == "true":
        return Response(status=204, headers={"HX-Redirect": target})
    return redirect(target, 303)
