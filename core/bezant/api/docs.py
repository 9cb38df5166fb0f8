"""The browsable page of the API: Swagger UI from the files that ship with Bezant, under the same strict policy as every page."""

from flask import Blueprint, Response, render_template

_CSP = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def docs_blueprint() -> Blueprint:
    """``GET /api/docs``."""
    blueprint = Blueprint("api_docs", __name__)
    blueprint.add_url_rule("/api/docs", "page", _page)
    return blueprint


def _page() -> Response:
    return Response(render_template("bezant/api_docs.html"), mimetype="text/html")
