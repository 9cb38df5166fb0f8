"""Domain events: what happened, and the deliveries that failed."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy import select

from bezant.api.access import requires, scoped
from bezant.api.blueprint import ApiBlueprint
from bezant.api.fields import Instant, Uuid
from bezant.api.lists import list_endpoint
from bezant.api.schema import Schema
from bezant.core_lists import DEAD_LETTERS, DOMAIN_EVENTS
from bezant.db.model import session
from bezant.db.scope import in_scope
from bezant.errors import NotFound
from bezant.outbox.delivery import redrive
from bezant.outbox.tables import EventRow, FailureRow

blueprint = ApiBlueprint(
    "domain-events", __name__, scope=EventRow, url_prefix="/domain-events", description="What happened, and failed deliveries."
)


class DomainEventSchema(Schema):
    """An event with its payload: ids and plain values, no personal data."""

    id = Uuid()
    position = fields.Integer()
    type = fields.String()
    version = fields.Integer()
    aggregate_id = Uuid()
    payload = fields.Dict()
    posted_at = Instant()


list_endpoint(blueprint, DOMAIN_EVENTS)
list_endpoint(blueprint, DEAD_LETTERS, rule="/failures")


@blueprint.route("/<uuid:event_id>")
@requires("core.event.view")
@blueprint.response(200, DomainEventSchema)
def get_event(event_id: UUID) -> EventRow:
    """One event."""
    found = session.scalar(select(EventRow).where(EventRow.id == event_id, in_scope(EventRow)))
    if found is None:
        raise NotFound(f"There is no event {event_id}.")
    return found


@blueprint.route("/failures/<uuid:failure_id>/redrive", methods=["POST"])
@requires("core.event.redrive")
@scoped(FailureRow)
@blueprint.response(202)
def redrive_failure(failure_id: UUID) -> dict[str, Any]:
    """Delivers a dead letter again."""
    redrive(failure_id)
    return {"id": str(failure_id), "state": "waiting"}
