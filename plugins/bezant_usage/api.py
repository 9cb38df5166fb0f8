"""REST: events in, one or many, in the forms in which they come; what was measured; why something was not billed."""

import io
from collections.abc import Sequence
from typing import Any

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from bezant.sdk.api import ApiBlueprint, any_media_type, list_endpoint, parse_json, refuse_json, requires
from bezant.sdk.values import Conflict, Invalid
from bezant_accounts.services import account_id_of
from bezant_usage import services
from bezant_usage.contracts import EventOutcome, NewEvent
from bezant_usage.domain.formats import Read, from_json, read_events, read_list
from bezant_usage.models import UsageEvent
from bezant_usage.schemas import (
    EVENT_LIST,
    BatchSchema,
    EventSchema,
    ExplainedSchema,
    ExplainQuery,
    NewEventSchema,
    SummaryQuery,
    SummarySchema,
    event_resource,
    outcome_resource,
    summary_resource,
)

usage = ApiBlueprint(
    "usage", __name__, scope=UsageEvent, url_prefix="/usage", description="Usage events, what they come to, and why one was not billed."
)
BLUEPRINTS = (usage,)

_LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl")
_CLOUD_EVENT, _CLOUD_BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
_BATCH_NOTE = (
    'Takes `{"events": […]}` or a list as JSON, lines of JSON (`application/x-ndjson`), CSV (`text/csv`) and CloudEvents'
    " (`application/cloudevents-batch+json`), up to 10,000 events. Answers 200 with the outcome of each event: a bad one refuses only"
    " itself. Sending a batch again does no harm."
)

_BATCH_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": {"type": ["object", "array"]}},
        _CLOUD_BATCH: {"schema": {"type": "array", "items": {"type": "object"}}},
        _LINES[0]: {"schema": {"type": "string"}},
        "text/csv": {"schema": {"type": "string"}},
    },
}

list_endpoint(usage, EVENT_LIST, rule="/events")


@usage.route("/events", methods=["POST"])
@requires("usage.event.ingest")
@usage.arguments(NewEventSchema)
@usage.response(201, EventSchema)
def create_event(body: dict[str, Any]) -> Any:
    """Send one event.

    The same event again answers 200; the same transaction id with other content 409; an event that cannot be taken 422.
    """
    outcome = services.ingest([NewEvent(**body)])[0]
    if outcome.status == "rejected":
        raise Invalid.field("", outcome.code, outcome.reason)
    if outcome.status == "conflict":
        raise Conflict(outcome.reason, code="transaction_id_taken")
    stored = services.find_event(outcome.transaction_id, outcome.source)
    return event_resource(stored), 201 if outcome.status == "accepted" else 200


@usage.route("/events/batch", methods=["POST"])
@requires("usage.event.ingest")
@any_media_type
@usage.doc(description=_BATCH_NOTE, requestBody=_BATCH_BODY)
@usage.response(200, BatchSchema)
def create_events() -> dict[str, Any]:
    """Send many events at once."""
    read = list(_read_body())
    events = [event for _, event in read if isinstance(event, NewEvent)]
    taken = iter(services.ingest(events))
    outcomes = [(place, one if isinstance(one, EventOutcome) else next(taken)) for place, one in read]
    return _batch(outcomes)


@usage.route("/events/<int(max=9223372036854775807):event_id>")
@requires("usage.event.view")
@usage.response(200, EventSchema)
def get_event(event_id: int) -> dict[str, Any]:
    """One event."""
    return event_resource(services.get_event(event_id))


@usage.route("/summary")
@requires("usage.event.view")
@usage.arguments(SummaryQuery, location="query")
@usage.response(200, SummarySchema)
def get_summary(query: dict[str, Any]) -> Any:
    """What an account used, live."""
    reference = query.pop("account")
    account_id = account_id_of(reference, "account")
    return summary_resource(services.summarize(account_id, **query))


@usage.route("/explain")
@requires("usage.event.view")
@usage.arguments(ExplainQuery, location="query")
@usage.response(200, ExplainedSchema)
def explain(query: dict[str, Any]) -> Any:
    """Why an event was, or was not, billed. Answers for refused and unknown events, too."""
    return services.explain(**query)


def _read_body() -> Sequence[Read]:
    """The events of the body, by its media type. Raises 400 and 415."""
    if request.mimetype in _LINES:
        return list(read_events(io.StringIO(_text()), "ndjson"))
    if request.mimetype == "text/csv":
        return list(read_events(io.StringIO(_text(), newline=""), "csv"))
    if request.mimetype not in ("application/json", _CLOUD_EVENT, _CLOUD_BATCH):
        raise UnsupportedMediaType
    try:
        document = parse_json(request.get_data())
    except (ValueError, RecursionError) as error:
        refuse_json(error)
    if isinstance(document, dict) and isinstance(document.get("events"), list) and len(document) == 1:
        document = document["events"]
    return list(read_list(document)) if isinstance(document, list) else [(1, from_json(document))]


def _text() -> str:
    try:
        return request.get_data().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid.field("", "not_utf8", "The body is not UTF-8.") from None


def _batch(outcomes: Sequence[tuple[int, EventOutcome]]) -> dict[str, Any]:
    counts = {name: sum(1 for _, one in outcomes if one.status == status) for name, status in _COUNTED}
    return {**counts, "outcomes": [outcome_resource(place, one) for place, one in outcomes]}


_COUNTED = (("accepted", "accepted"), ("duplicates", "duplicate"), ("conflicts", "conflict"), ("rejected", "rejected"))
