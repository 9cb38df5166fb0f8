"""The OpenAPI 3.1 description, made from schemas and endpoints."""

from typing import Any

import flask_smorest
import marshmallow as ma
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response, json

from bezant import __version__
from bezant.api import fields
from bezant.api.blueprint import PREFIX, ApiBlueprint
from bezant.api.problems import MEDIA_TYPE
from bezant.errors import ConfigurationError

_DESCRIPTION = """Everything that Bezant does, as JSON over HTTP.

- **Money** is a decimal string (`"12.30"`) beside one `currency` per resource; quantities and rates are decimal strings; instants are
  RFC 3339 in UTC, days ISO 8601. Unknown fields are errors.
- **Ids** are UUIDs; where a resource has an `external_id`, `external:<your id>` works wherever an id does.
- **Lists** answer `{data, next, has_more}`; follow `next` with `after=`. Filter with `field=`, `field.gte=`, `field.in=a,b`; order with
  `sort=-field`.
- **Errors** are `application/problem+json` (RFC 9457) with a stable `code` and `errors: [{field, code, message}]`.
- **Repeats**: send an `Idempotency-Key` with a POST; the repeat gets the first answer and has no second effect.
- **Edits** are PATCH with the resource's `ETag` in `If-Match`.
- **Keys**: `Authorization: Bearer <key>`. `RateLimit` tells what is left.
"""


class ProblemItemSchema(ma.Schema):
    """One thing that is wrong with the input."""

    field = ma.fields.String(required=True, metadata={"description": "Dotted path into the body, or a parameter; empty for the whole."})
    code = ma.fields.String(required=True)
    message = ma.fields.String(required=True)


class ProblemSchema(ma.Schema):
    """An error, RFC 9457."""

    type = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String(required=True)
    code = ma.fields.String(required=True, metadata={"description": "Stable, for machines."})
    errors = ma.fields.List(ma.fields.Nested(ProblemItemSchema), required=True)


class BezantApi(flask_smorest.Api):  # type: ignore[misc]  # untyped
    """The API of one application: registers blueprints under their plain names and answers errors as problems elsewhere."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Leaves errors to the one place that answers those of pages and API alike (:mod:`bezant.web.errors`)."""
        if Exception not in self._app.error_handler_spec[None][None]:
            raise ConfigurationError("the API needs the error handler of the pages; install the pages first")

    def _register_responses(self) -> None:
        self.spec.components.response(
            "DEFAULT_ERROR",
            {"description": "What went wrong.", "content": {MEDIA_TYPE: {"schema": ProblemSchema}}},
            lazy=True,
        )
        for name in ("UNPROCESSABLE_CONTENT", "UNPROCESSABLE_ENTITY", "BAD_REQUEST"):
            described = {"description": "The input cannot be accepted.", "content": {MEDIA_TYPE: {"schema": ProblemSchema}}}
            self.spec.components.response(name, described, lazy=True)

    def add(self, blueprint: ApiBlueprint) -> None:
        """Registers a blueprint and describes its endpoints."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint)
        blueprint.register_views_in_doc(self, self._app, self.spec, name=blueprint.name, parameters=None)
        self.spec.tag({"name": blueprint.tag, "description": blueprint.description})


def component_name(schema: Any) -> str:
    """The name of a schema in the description: its own, after its plugin's where it is not the platform's.

    Empty, and so written in place, for a schema used in part (``only``, ``exclude``, ``partial``).
    """
    kind = schema if isinstance(schema, type) else type(schema)
    if isinstance(schema, ma.Schema) and (schema.only is not None or schema.exclude or schema.partial):
        return ""
    package = kind.__module__.partition(".")[0]
    owner = package.removeprefix("bezant").removeprefix("_")
    return f"{owner}.{kind.__name__}" if owner else kind.__name__.removesuffix("Schema")


def make_api(app: Flask) -> BezantApi:
    """The API of an application, still without resources."""
    app.config.update(API_TITLE="Bezant", API_VERSION="v1", OPENAPI_VERSION="3.1.0", OPENAPI_URL_PREFIX=None)
    api = BezantApi()
    for kind in (fields.MoneyString, fields.DecimalString):
        api.register_field(kind, "string", "decimal")
    api.register_field(fields.Instant, "string", "date-time")
    api.register_field(fields.Day, "string", "date")
    api.register_field(fields.Uuid, "string", "uuid")
    plugin = MarshmallowPlugin(schema_name_resolver=component_name)
    api.init_app(
        app,
        spec_kwargs={
            "marshmallow_plugin": plugin,
            "info": {"description": _DESCRIPTION, "x-bezant-version": __version__},
            "servers": [{"url": "/"}],
        },
    )
    api.spec.components.security_scheme("api_key", {"type": "http", "scheme": "bearer"})
    api.spec.options["security"] = [{"api_key": []}]
    return api


def openapi_response(api: BezantApi) -> Response:
    """The description as JSON."""
    document: dict[str, Any] = api.spec.to_dict()
    return Response(json.dumps(document, ensure_ascii=False), mimetype="application/json")


__all__ = ["PREFIX", "BezantApi", "make_api", "openapi_response"]
