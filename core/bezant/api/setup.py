"""Attaches the REST API to the application: resources of the platform and of the plugins, description, documentation page."""

from flask import Flask, Response

from bezant import hookspecs
from bezant.api.blueprint import PREFIX, ApiBlueprint
from bezant.api.docs import docs_blueprint
from bezant.api.limits import add_limit_headers, install_limits
from bezant.api.openapi import BezantApi, make_api, openapi_response
from bezant.api.problems import is_api_request
from bezant.api.resources import CORE_RESOURCES
from bezant.errors import ConfigurationError
from bezant.hooks import each

EXTENSION = "bezant.api"


def init_api(app: Flask) -> None:
    """Registers everything under ``/api``. Needs the platform and its plugins to be in place; reads no database."""
    api = make_api(app)
    app.extensions[EXTENSION] = api
    app.url_map.strict_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]  # resources read in the order of their schemas
    with app.app_context():
        install_limits(app)
    for blueprint in CORE_RESOURCES:
        api.add(blueprint)
    for contribution in each(hookspecs.bezant_add_api):
        for contributed in contribution.value:
            if not isinstance(contributed, ApiBlueprint):
                raise ConfigurationError(f"plugin {contribution.plugin}: {contributed.name} must be an ApiBlueprint of bezant.sdk.api")
            api.add(contributed)
    app.add_url_rule(f"{PREFIX}/openapi.json", "openapi_json", lambda: _description(api))
    app.register_blueprint(docs_blueprint())
    app.after_request(_finish)


def _description(api: BezantApi) -> Response:
    response = openapi_response(api)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _finish(response: Response) -> Response:
    if is_api_request():
        add_limit_headers(response)
    return response
