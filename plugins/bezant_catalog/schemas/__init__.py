"""Bodies and resources of the REST API, and the lists that pages and REST share."""

from bezant_catalog.schemas.lists import METRIC_LIST, PLAN_LIST, PRODUCT_LIST
from bezant_catalog.schemas.measuring import MeasureBody, MeasuredSchema, events_of, measured_resource, window_of
from bezant_catalog.schemas.measuring import metric_of as metric_of_definition
from bezant_catalog.schemas.metrics import MetricBody, MetricEdit, MetricSchema, metric_resource, new_metric
from bezant_catalog.schemas.plans import (
    PlanBody,
    PlanEdit,
    PlanSchema,
    PlanVersionBody,
    PlanVersionEdit,
    PlanVersionSchema,
    ProductBody,
    ProductEdit,
    ProductSchema,
    new_plan,
    new_version,
    plan_resource,
    version_resource,
)
from bezant_catalog.schemas.quotes import PriceQuoteBody, PriceQuoteSchema, measurement_of, quote_resource

__all__ = [
    "METRIC_LIST",
    "PLAN_LIST",
    "PRODUCT_LIST",
    "MeasureBody",
    "MeasuredSchema",
    "MetricBody",
    "MetricEdit",
    "MetricSchema",
    "PlanBody",
    "PlanEdit",
    "PlanSchema",
    "PlanVersionBody",
    "PlanVersionEdit",
    "PlanVersionSchema",
    "PriceQuoteBody",
    "PriceQuoteSchema",
    "ProductBody",
    "ProductEdit",
    "ProductSchema",
    "events_of",
    "measured_resource",
    "measurement_of",
    "metric_of_definition",
    "metric_resource",
    "new_metric",
    "new_plan",
    "new_version",
    "plan_resource",
    "quote_resource",
    "version_resource",
    "window_of",
]
