"""Metrics as JSON."""

from typing import Any

from marshmallow import fields, validate

from bezant.sdk.api import Schema, Text, Uuid
from bezant_catalog.contracts import MetricFilter, MetricInfo, NewMetric, Rounding

AGGREGATIONS = ("count", "sum", "max", "latest", "unique_count", "weighted_sum")
OPERATORS = ("in", "not_in", "eq", "ne", "lt", "le", "gt", "ge", "exists", "missing")
MODES = ("none", "round", "ceil", "floor")


class MetricFilterSchema(Schema):
    """A condition on a property of the event."""

    property = Text(required=True, longest=64, blank=False)
    operator = fields.String(load_default="in", validate=validate.OneOf(OPERATORS))
    values = fields.List(Text(longest=200), load_default=list)


class MetricRoundingSchema(Schema):
    """How measured units are rounded."""

    mode = fields.String(load_default="none", validate=validate.OneOf(MODES), metadata={"label": "Rounding", "optional": ""})
    decimals = fields.Integer(load_default=0, strict=True, validate=validate.Range(-12, 12))


class MetricBody(Schema):
    """A metric to be created."""

    code = Text(required=True, longest=64, blank=False)
    name = Text(required=True, longest=200, blank=False)
    event_type = Text(load_default=None, longest=64, blank=False, allow_none=True, metadata={"hint": "Empty: the code."})
    aggregation = fields.String(load_default="count", validate=validate.OneOf(AGGREGATIONS))
    field = Text(
        load_default=None,
        longest=64,
        blank=False,
        allow_none=True,
        metadata={"label": "Property", "hint": "What is aggregated; empty for a count."},
    )
    filters = fields.List(fields.Nested(MetricFilterSchema), load_default=list)
    group_by = fields.List(
        Text(longest=64, blank=False), load_default=list, metadata={"label": "Split by", "hint": "Properties, one per line."}
    )
    recurring = fields.Boolean(load_default=False, truthy={True}, falsy={False}, metadata={"label": "The level carries over"})
    rounding = fields.Nested(MetricRoundingSchema, load_default=dict)
    expression = Text(
        load_default=None,
        longest=500,
        blank=False,
        allow_none=True,
        metadata={"hint": "Computes the property from the others when an event arrives.", "widget": "mono"},
    )
    unit = Text(load_default="", longest=40)


class MetricEdit(MetricBody):
    """A metric's new definition; what is left out stays."""


class MetricSchema(MetricBody):
    """A metric. ``used``: published plans measure by it, so that only its name and unit may change."""

    id = Uuid()
    used = fields.Boolean()
    archived = fields.Boolean()
    version = fields.Integer()


def new_metric(body: dict[str, Any]) -> NewMetric:
    """The input that a body describes."""
    filters = tuple(MetricFilter(one["property"], one["operator"], tuple(one["values"])) for one in body["filters"])
    rounding = Rounding(body["rounding"].get("mode", "none"), body["rounding"].get("decimals", 0))
    return NewMetric(**{**body, "filters": filters, "group_by": tuple(body["group_by"]), "rounding": rounding})


def metric_resource(info: MetricInfo) -> dict[str, Any]:
    """A metric for :class:`MetricSchema`."""
    metric = info.metric
    names = ("id", "code", "name", "event_type", "aggregation", "field", "group_by", "recurring", "expression", "unit", "filters")
    found = {name: getattr(metric, name) for name in names}
    rounding = {"mode": metric.rounding.mode, "decimals": metric.rounding.decimals}
    return found | {"rounding": rounding, "used": info.used, "archived": info.archived, "version": info.version}
