"""Blueprints of the REST API: every endpoint declares who may call it, and gets authentication, limits, idempotency and headers."""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

import flask_smorest
from flask import Response, current_app, request
from flask.views import MethodView
from sqlalchemy import FromClause, Uuid

from bezant.api.access import ATTRIBUTE, Access, access_of
from bezant.api.authentication import authenticate_request
from bezant.api.body import StrictParser, check_media_type
from bezant.api.conditional import add_etag, note_version
from bezant.api.idempotency import HEADER, LONGEST, run_once
from bezant.api.limits import count_failure, count_request
from bezant.auth.context import Principal, acting_as, check, principal
from bezant.db.scope import Narrowing, check_reach, single_key
from bezant.errors import ConfigurationError, Unauthenticated
from bezant.records import ReadModel

PREFIX = "/api/v1"

_KEY_PARAMETER = {
    "name": HEADER,
    "in": "header",
    "schema": {"type": "string", "maxLength": LONGEST},
    "description": "A text of your own, new for each operation and the same for its repeats: the repeat has no second effect.",
}
_VERSION_PARAMETER = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
    "description": "The ETag of the resource as you read it.",
}

View = Callable[..., Any]
V = TypeVar("V", bound=View)


class ApiBlueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # untyped
    """Resources of a plugin under ``/api/v1``: ``ApiBlueprint("usage", __name__, scope=UsageEvent, url_prefix="/usage")``.

    ``scope`` is whose rows the addresses name and show (``db.scope``); a view that shows others says ``@scoped(…)``. What the first
    parameter of an address names is looked for within the caller's reach before the view runs.

    A view is decorated ``@blueprint.route``, then ``@requires("usage.event.view")`` (or ``@public``), ``@blueprint.arguments``,
    ``@blueprint.response``. Every POST takes an ``Idempotency-Key``; ``@idempotent(required=True)`` insists on it. An answer
    with a ``version`` gets an ``ETag``, a 201 whose body has an ``id`` a ``Location``.
    """

    ARGUMENTS_PARSER = StrictParser()

    def __init__(
        self,
        name: str,
        import_name: str | None = None,
        *,
        scope: Narrowing | None = None,
        url_prefix: str = "",
        description: str = "",
        **options: Any,
    ) -> None:
        prefix = url_prefix if url_prefix.startswith(PREFIX) else f"{PREFIX}{url_prefix}"
        super().__init__(f"{name}_api", import_name or __name__, url_prefix=prefix, description=description, **options)
        self.tag = name
        self.scope = scope

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Any = None, *args: Any, tags: Any = None, **options: Any
    ) -> None:
        """Registers a view behind what its terms ask for. Raises ``ConfigurationError`` where it declares none."""
        place = Place(self.scope, _first_parameter(rule))
        if isinstance(view_func, type):
            guarded: Any = _guard_methods(view_func, place)
        else:
            guarded = _guard(view_func, options.get("methods", ("GET",)), place)
        super().add_url_rule(rule, endpoint or view_func.__name__, guarded, *args, tags=tags or [self.tag], **options)

    def route(self, rule: str, **options: Any) -> Callable[[V], V]:
        """Registers a view: the outermost decorator."""
        decorate: Callable[[V], V] = super().route(rule, **options)
        return decorate

    def arguments(self, schema: Any, **options: Any) -> Callable[[V], V]:
        """What the view takes: a schema for the body, or with ``location="query"`` for the parameters."""
        decorate: Callable[[V], V] = super().arguments(schema, **options)
        return decorate

    def response(self, status_code: int, schema: Any = None, **options: Any) -> Callable[[V], V]:
        """What the view answers; also notes its version for the ``ETag``."""
        decorate = super().response(status_code, schema, **options)

        def decorator(view: V) -> V:
            @functools.wraps(view)
            def noting(*args: Any, **kwargs: Any) -> Any:
                result = view(*args, **kwargs)
                note_version(result)
                return result

            decorated: V = decorate(noting)
            return decorated

        return decorator

    def doc(self, **values: Any) -> Callable[[V], V]:
        """Adds to the OpenAPI description of the view."""
        decorate: Callable[[V], V] = super().doc(**values)
        return decorate


@dataclass(frozen=True, slots=True)
class Place:
    """Where a view is registered: the scope of its blueprint, and the first parameter of its address."""

    scope: Narrowing | None
    parameter: str


def _first_parameter(rule: str) -> str:
    found = re.search(r"<(?:[^:>]+:)?(\w+)>", rule)
    return found.group(1) if found else ""


def _guard_methods(view_class: type[MethodView], place: Place) -> type[MethodView]:
    for method in view_class.methods or ():
        view = getattr(view_class, method.lower(), None)
        if view is not None and not getattr(view, "__bezant_guarded__", False):
            setattr(view_class, method.lower(), _guard(view, (method,), place))
    return view_class


def _guard(view: View, methods: Any, place: Place) -> View:
    """The view behind everything that its terms ask for."""
    said = access_of(view)
    access = replace(said, scope=place.scope if said.scope is None else said.scope, named=place.parameter)
    if not access.declared:
        raise ConfigurationError(f"{view.__module__}.{view.__qualname__} declares no permission; put @requires(…) or @public(…) on it.")
    if access.scope is None:
        raise ConfigurationError(
            f"{view.__module__}.{view.__qualname__} does not say whose what it shows is; "
            "give its blueprint a scope (a model, or Shared or Withheld and why), or put @scoped(…) on it."
        )

    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Response:
        if access.permission is None:
            return _answer(access, lambda: _finish(view(*args, **kwargs)))
        with acting_as(_admit()):
            check(access.permission)
            _check_named(access, kwargs)
            return _answer(access, lambda: _finish(view(*args, **kwargs)))

    guarded.__bezant_guarded__ = True  # type: ignore[attr-defined]
    setattr(guarded, ATTRIBUTE, access)
    _document(guarded, access, {m.upper() for m in methods})
    return guarded


def _check_named(access: Access, parameters: Mapping[str, Any]) -> None:
    """What an address names has to be within reach; ids of others (``external:…``) are looked up by the service alone."""
    if not access.named or not principal().is_limited or not isinstance(access.scope, FromClause | ReadModel | type):
        return
    key, given = single_key(access.scope), parameters[access.named]
    try:
        named = UUID(given) if isinstance(given, str) and isinstance(key.type, Uuid) else given
    except ValueError:
        return
    check_reach(access.scope, [named], "such thing as")


def _admit() -> Principal:
    try:
        who = authenticate_request()
    except Unauthenticated:
        if "Authorization" in request.headers:
            count_failure(request.remote_addr or "unknown")
        raise
    count_request(f"{who.kind.value}:{who.id or who.name}")
    return who


def _answer(access: Access, view: Callable[[], Response]) -> Response:
    if not access.any_media_type:
        check_media_type()
    takes_key = request.method == "POST" and access.permission is not None
    return run_once(view, required=access.idempotency == "required", staged=access.staged) if takes_key else view()


def _finish(result: Any) -> Response:
    response: Response = current_app.make_response(result)
    add_etag(response)
    if response.status_code == 201 and "Location" not in response.headers and response.is_json:
        body = response.get_json()
        if isinstance(body, dict) and "id" in body:
            response.headers["Location"] = f"{request.path.rstrip('/')}/{body['id']}"
    return response


def _document(view: View, access: Access, methods: set[str]) -> None:
    """Adds to the OpenAPI description what the guard brings: headers, permission, or that none is needed."""
    apidoc = dict(view.__dict__.get("_apidoc", {}))
    manual = dict(apidoc.get("manual_doc", {}))
    parameters = list(apidoc.get("arguments", {}).get("parameters", ()))
    if methods & {"POST"} and access.permission is not None:
        parameters.append({**_KEY_PARAMETER, "required": access.idempotency == "required"})
    if methods & {"PATCH"}:
        parameters.append(_VERSION_PARAMETER)
    if parameters:
        apidoc["arguments"] = {**apidoc.get("arguments", {}), "parameters": parameters}
    if access.permission is None:
        manual["security"] = []
    else:
        manual["x-permission"] = access.permission
    view._apidoc = {**apidoc, "manual_doc": manual}  # type: ignore[attr-defined]
