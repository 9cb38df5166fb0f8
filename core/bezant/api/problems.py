"""Errors as ``application/problem+json`` (RFC 9457): ``type, title, status, detail, code, errors``.

``errors`` lists ``{field, code, message}``; fields are dotted paths into the body, or names of query parameters.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from flask import Response, current_app, json, request
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException

from bezant.api.codes import code_of
from bezant.errors import BillingError, Problem, Throttled

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/api/docs#problem-"
"""``type`` is a reference relative to the deployment: the page of the API says what each code means."""

_log = structlog.get_logger(__name__)

_OF_HTTP: Mapping[int, tuple[str, str]] = {
    400: ("malformed", "The request cannot be read; check the syntax of its body and parameters."),
    401: ("unauthenticated", "Send your API key as `Authorization: Bearer <key>`."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This resource does not know the method; see the Allow header."),
    413: ("too_large", "The body is larger than this deployment accepts; send it in parts."),
    415: ("unsupported_media_type", "Send JSON with `Content-Type: application/json`."),
    422: ("invalid", "Some of the input cannot be accepted; see errors."),
    500: ("internal", "Something went wrong on our side. If the request moved money, repeat it with the same Idempotency-Key."),
}


def problem_response(error: Exception) -> Response:
    """The answer to any exception. Unexpected ones are logged whole and told without detail."""
    if isinstance(error, BillingError):
        return _of_billing_error(error)
    if isinstance(error, HTTPException) and error.code is not None:
        return _of_http_exception(error, error.code)
    if isinstance(error, IntegrityError) and (refused := _refused_by_database(error)) is not None:
        return refused
    _log.error("unexpected error", exc_info=error)
    return render(500, *_named(500))


def render(status: int, code: str, detail: str, *, title: str = "", problems: Iterable[Problem] = ()) -> Response:
    """A problem as a response."""
    body: dict[str, Any] = {
        "type": f"{TYPE_PREFIX}{code}",
        "title": title or _title(status),
        "status": status,
        "detail": detail,
        "code": code,
        "errors": [{"field": p.field, "code": p.code, "message": p.message} for p in problems],
    }
    return Response(json.dumps(body, ensure_ascii=False), status=status, mimetype=MEDIA_TYPE)


def is_api_request() -> bool:
    """Whether whoever asks expects problem+json rather than a page."""
    return request.path.startswith("/api/") and not request.path.startswith("/api/docs")


def problems_of(messages: object, prefix: str = "") -> Iterator[Problem]:
    """Marshmallow's nested messages as flat problems with dotted paths."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from problems_of(inner, prefix if key == "_schema" else f"{prefix}.{key}".lstrip("."))
    elif isinstance(messages, Sequence) and not isinstance(messages, str):
        for inner in messages:
            yield from problems_of(inner, prefix)
    else:
        yield Problem(prefix, code_of(messages), str(messages))


def _of_billing_error(error: BillingError) -> Response:
    if error.status >= 500:
        _log.error("refused with a server error", code=error.code, exc_info=error)
    response = render(error.status, error.code, error.message, title=error.title, problems=error.problems)
    if isinstance(error, Throttled):
        response.headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="bezant"'
    return response


def _refused_by_database(error: IntegrityError) -> Response | None:
    """What the database refused and no service foresaw: a reference to nothing, or a name that somebody took a moment before."""
    said = f"{getattr(error.orig, 'sqlstate', '')} {error.orig}"
    if "23503" in said or "FOREIGN KEY constraint failed" in said:
        return render(422, "unknown_reference", "An id in the request is of nothing that there is; nothing was changed.")
    if "23505" in said or "UNIQUE constraint failed" in said:
        return render(409, "taken", "Something of this name or number is there already; nothing was changed.")
    return None


def _of_http_exception(error: HTTPException, status: int) -> Response:
    if 300 <= status < 400:
        return current_app.make_response(error.get_response())
    code, detail = _named(status)
    messages = getattr(error, "data", {}).get("messages", {})
    problems = [problem for by_location in messages.values() for problem in problems_of(by_location)] if messages else []
    response = render(status, code, detail, problems=problems)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _named(status: int) -> tuple[str, str]:
    return _OF_HTTP.get(status, (f"http_{status}", _title(status)))


def _title(status: int) -> str:
    return HTTPStatus(status).phrase
