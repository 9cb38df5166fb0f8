"""Measuring given events by a metric, without storing anything."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from marshmallow import fields, validate

from bezant.sdk.api import DecimalString, Instant, Schema, Text
from bezant.sdk.values import Invalid, new_id
from bezant_catalog.contracts import Metric, plain
from bezant_catalog.domain import Aggregated, UsageEvent, Window, check_metric
from bezant_catalog.schemas.metrics import MetricBody, new_metric


class MeasuredEventBody(Schema):
    """One event."""

    at = Instant(required=True)
    properties = fields.Dict(keys=Text(longest=64), load_default=dict)


class MeasureBody(Schema):
    """A metric (a stored one's code, or a definition), events, and the half-open window to measure them in.

    ``prorated`` weighs levels by the days of ``timezone``; ``full_days`` is the length of the whole period where the window is a part.
    """

    metric = Text(longest=64, blank=False)
    definition = fields.Nested(MetricBody)
    events = fields.List(fields.Nested(MeasuredEventBody), required=True, validate=validate.Length(0, 10_000))
    from_at = Instant(required=True)
    to_at = Instant(required=True)
    timezone = fields.String(load_default="UTC")
    prorated = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    carried_level = DecimalString(load_default=None, allow_none=True)
    full_days = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 10_000))


class MeasuredDeltaSchema(Schema):
    """A change of the level."""

    full = fields.String()
    prorated = fields.String()


class MeasuredSchema(Schema):
    """What the metric measures: units rounded by it, units not weighted by time, the level at the end, events that counted."""

    units = fields.String()
    full_units = fields.String()
    level_at_end = fields.String()
    events_count = fields.Integer()
    deltas = fields.List(fields.Nested(MeasuredDeltaSchema))


def metric_of(body: Mapping[str, Any]) -> Metric:
    """The metric that a definition describes. Raises ``Invalid``."""
    new = new_metric(dict(body))
    problems = check_metric(new)
    if problems:
        raise Invalid(problems=problems)
    shared = {name: getattr(new, name) for name in ("code", "name", "aggregation", "field", "filters", "group_by", "recurring", "rounding")}
    return Metric(id=new_id(), event_type=new.event_type or new.code, expression=new.expression, unit=new.unit, **shared)


def window_of(body: Mapping[str, Any]) -> Window:
    """The window of a body. Raises ``Invalid`` for one that is empty, and for an unknown time zone."""
    if body["to_at"] <= body["from_at"]:
        raise Invalid.field("to_at", "empty_window", "The window ends before it begins.")
    if body["timezone"] not in available_timezones():
        raise Invalid.field("timezone", "unknown_timezone", "Write a time zone such as America/New_York.")
    return Window(body["from_at"], body["to_at"], ZoneInfo(body["timezone"]), body["full_days"])


def events_of(body: Mapping[str, Any]) -> list[UsageEvent]:
    """The events of a body."""
    return [UsageEvent(one["at"], one["properties"]) for one in body["events"]]


def measured_resource(found: Aggregated) -> dict[str, Any]:
    """What was measured, for :class:`MeasuredSchema`."""
    deltas = [{"full": plain(delta.full), "prorated": plain(delta.prorated)} for delta in found.deltas]
    names = ("units", "full_units", "level_at_end")
    return {name: plain(getattr(found, name), 20) for name in names} | {"events_count": found.events_count, "deltas": deltas}
