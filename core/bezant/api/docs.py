"""The browsable page of the API: Swagger UI from the files that ship with Bezant, under the same strict policy as every page."""

from flask import Blueprint, render_template

TEMPLATE = "bezant/api_docs.html"


def docs_blueprint() -> Blueprint:
    """``GET /api/docs``."""
    blueprint = Blueprint("api_docs", __name__)
    blueprint.add_url_rule("/api/docs", "page", lambda: render_template(TEMPLATE))
    return blueprint
