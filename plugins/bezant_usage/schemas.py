"""Usage in the API, and the list of events that pages and API share."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask import url_for
from sqlalchemy import Select, case, select

from bezant.sdk.api import DecimalString, ExternalId, Instant, Schema, Text, Uuid
from bezant.sdk.db import selectable
from bezant.sdk.lists import Choice, EmptyState, Field, ListSpec
from bezant_accounts.contracts import ACCOUNTS
from bezant_usage.contracts import DEFAULT_SOURCE, EventOutcome
from bezant_usage.models import UsageBatch, UsageEvent
from bezant_usage.services.reading import EventRecord, replaced
from bezant_usage.services.summary import Summary

_events = UsageEvent.__table__.c
_accounts = selectable(ACCOUNTS)

STATES = (
    Choice("counts", "Counts", "ok", "ring"),
    Choice("replaced", "Replaced", "idle", "sq"),
    Choice("deletion", "Deletion", "warn", "sq"),
)
STATE = case((_events.deleted.is_(True), "deletion"), (replaced(), "replaced"), else_="counts")


class Properties(ma.fields.Dict):
    """Flat properties: texts, numbers, booleans."""


class NewEventSchema(Schema):
    """An event. ``account`` and ``subscription`` are external ids; one of the two is needed."""

    transaction_id = Text(required=True, longest=255, blank=False, free=False, metadata={"description": "Unique for the source, for ever."})
    type = Text(required=True, longest=100, blank=False, free=False, metadata={"description": "Metrics select events by it."})
    at = Instant(required=True)
    account = ExternalId(allow_none=True)
    subscription = ExternalId(allow_none=True)
    properties = Properties(keys=ma.fields.String(), load_default=dict)
    source = Text(longest=100, blank=False, free=False, load_default=DEFAULT_SOURCE)
    replaces = Text(
        longest=255, free=False, allow_none=True, metadata={"description": "Transaction id of the event that this one corrects."}
    )
    deleted = ma.fields.Boolean(load_default=False, metadata={"description": "Only takes out the event named by `replaces`."})


class OutcomeSchema(Schema):
    """What became of one event: accepted, duplicate (same content), conflict (other content), rejected (and why)."""

    source = ma.fields.String()
    transaction_id = ma.fields.String()
    status = ma.fields.String(validate=ma.validate.OneOf(("accepted", "duplicate", "conflict", "rejected")))
    code = ma.fields.String()
    reason = ma.fields.String()
    place = ma.fields.Integer(metadata={"description": "Place in the list, or line of the file, from 1."})


class BatchSchema(Schema):
    """The outcome of each event of a batch, in order."""

    accepted = ma.fields.Integer()
    duplicates = ma.fields.Integer()
    conflicts = ma.fields.Integer()
    rejected = ma.fields.Integer()
    outcomes = ma.fields.List(ma.fields.Nested(OutcomeSchema))


class EventSchema(Schema):
    """An event as it is kept. ``properties`` are texts; ``local_hour`` was added on arrival."""

    id = ma.fields.Integer()
    source = ma.fields.String()
    transaction_id = ma.fields.String()
    type = ma.fields.String()
    at = Instant()
    account_id = Uuid()
    subscription_id = Uuid(allow_none=True)
    properties = Properties(values=ma.fields.String())
    state = ma.fields.String()
    replaces = ma.fields.String(allow_none=True)
    replaced_by = ma.fields.String(allow_none=True)
    received_at = Instant()
    origin = ma.fields.String()


class GroupSchema(Schema):
    """Part of a quantity, by the values of the metric's dimensions."""

    values = ma.fields.List(ma.fields.String(allow_none=True))
    quantity = DecimalString()
    events = ma.fields.Integer()


class MetricUsageSchema(Schema):
    """A metric and what it came to."""

    metric = ma.fields.String()
    name = ma.fields.String()
    unit = ma.fields.String()
    quantity = DecimalString()
    events = ma.fields.Integer()
    dimensions = ma.fields.List(ma.fields.String())
    groups = ma.fields.List(ma.fields.Nested(GroupSchema))


class SummarySchema(Schema):
    """The usage of an account in a span of time."""

    account_id = Uuid()
    from_at = Instant(data_key="from")
    to_at = Instant(data_key="to")
    metrics = ma.fields.List(ma.fields.Nested(MetricUsageSchema))


class SummaryQuery(Schema):
    """Whose usage, and when; the current month of the account's zone unless told otherwise."""

    account = ma.fields.String(required=True, metadata={"description": "Id, or external:<your id>."})
    from_at = Instant(data_key="from")
    to_at = Instant(data_key="to")
    subscription_id = Uuid()


class ExplainQuery(Schema):
    """Which event."""

    transaction_id = ma.fields.String(required=True)
    source = ma.fields.String()


class StepSchema(Schema):
    """One step between the event and an invoice; ``ok`` is null where it neither helps nor hinders."""

    code = ma.fields.String()
    text = ma.fields.String()
    ok = ma.fields.Boolean(allow_none=True)
    url = ma.fields.String()


class ExplainedSchema(Schema):
    """Why an event was, or was not, billed."""

    transaction_id = ma.fields.String()
    event_id = ma.fields.Integer(allow_none=True)
    steps = ma.fields.List(ma.fields.Nested(StepSchema))


def outcome_resource(place: int, outcome: EventOutcome) -> dict[str, Any]:
    """An outcome in the API."""
    return {name: getattr(outcome, name) for name in ("source", "transaction_id", "status", "code", "reason")} | {"place": place}


def event_resource(record: EventRecord) -> dict[str, Any]:
    """An event in the API."""
    event = record.event
    plain = ("id", "source", "transaction_id", "type", "at", "account_id", "subscription_id", "properties", "received_at")
    return {name: getattr(event, name) for name in plain} | {
        "state": "deletion" if record.deleted else "replaced" if record.replaced_by else "counts",
        "replaces": record.replaces[1] if record.replaces else None,
        "replaced_by": record.replaced_by[1] if record.replaced_by else None,
        "origin": record.origin,
    }


def summary_resource(summary: Summary) -> Mapping[str, Any]:
    """A summary in the API."""
    metrics = [
        {
            "metric": one.metric.code,
            "name": one.metric.name,
            "unit": one.metric.unit,
            "quantity": one.measured.quantity,
            "events": one.measured.events,
            "dimensions": one.measured.dimensions,
            "groups": one.measured.groups,
        }
        for one in summary.metrics
    ]
    return {"account_id": summary.account_id, "from_at": summary.from_at, "to_at": summary.to_at, "metrics": metrics}


def _event_rows() -> Select[Any]:
    table = UsageEvent.__table__
    joined = table.outerjoin(_accounts, _accounts.c.id == table.c.account_id).outerjoin(UsageBatch, UsageBatch.id == table.c.batch_id)
    return select().select_from(joined)


EVENT_LIST = ListSpec(
    name="usage_events",
    title="Usage events",
    permission="usage.event.view",
    scope=UsageEvent,
    statement=_event_rows,
    fields=(
        Field("id", "Id", _events.id, "integer", hidden=True),
        Field("transaction_id", "Transaction", _events.transaction_id, "code"),
        Field("type", "Type", _events.type, "code"),
        Field("account", "Account", _accounts.c.name),
        Field("account_id", "Account id", _events.account_id, "uuid", hidden=True),
        Field("subscription_id", "Subscription id", _events.subscription_id, "uuid", hidden=True),
        Field("at", "At", _events.at, "instant"),
        Field("state", "State", STATE, "status", choices=STATES, sortable=False),
        Field("source", "Source", _events.source, "code", hidden=True),
        Field("properties", "Properties", _events.properties, sortable=False, filterable=False, internal=True),
        Field("batch_id", "Batch id", _events.batch_id, "uuid", hidden=True),
        Field("received_at", "Received", UsageBatch.__table__.c.received_at, "instant", sortable=False, filterable=False),
    ),
    default_sort="-id",
    search=(lambda text: _events.transaction_id == text,),
    search_hint="Whole transaction id",
    record=lambda row: url_for("usage.show_event", event_id=row["id"]),
    empty=EmptyState("No usage yet", "Events arrive by POST /api/v1/usage/events or `bezant usage import FILE`."),
    struck=lambda row: row["state"] != "counts",
)
