"""The REST API, as plugins see it: blueprints, schemas, strict fields, lists, idempotency, preconditions.

    blueprint = ApiBlueprint("usage", __name__, url_prefix="/usage", description="Usage events.")

    @blueprint.route("/events", methods=["POST"])
    @requires("usage.event.ingest")
    @blueprint.arguments(NewEventSchema)
    @blueprint.response(201, EventSchema)
    def create_event(body): ...

Errors are raised as ``BillingError`` and its children; they become problem+json by themselves. ``requires`` (or ``public``) is
mandatory on every view; services check permissions again. A PATCH begins with ``version = if_match()`` and hands it to the service.
"""

from bezant.api.access import any_media_type, idempotent, public, requires, scoped
from bezant.api.blueprint import PREFIX, ApiBlueprint
from bezant.api.body import StrictParser, parse_json, refuse_json
from bezant.api.conditional import if_match
from bezant.api.fields import (
    CurrencyCode,
    Day,
    DecimalString,
    ExternalId,
    Instant,
    MoneyString,
    Text,
    Uuid,
    format_instant,
    parse_instant,
)
from bezant.api.lists import list_endpoint, list_response
from bezant.api.schema import Schema
from bezant.references import EXTERNAL, resolve_id

__all__ = [
    "EXTERNAL",
    "PREFIX",
    "ApiBlueprint",
    "CurrencyCode",
    "Day",
    "DecimalString",
    "ExternalId",
    "Instant",
    "MoneyString",
    "Schema",
    "StrictParser",
    "Text",
    "Uuid",
    "any_media_type",
    "format_instant",
    "idempotent",
    "if_match",
    "list_endpoint",
    "list_response",
    "parse_instant",
    "parse_json",
    "public",
    "refuse_json",
    "requires",
    "resolve_id",
    "scoped",
]
