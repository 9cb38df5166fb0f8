"""What others may ask of the catalog."""

from bezant_catalog.domain import (
    Aggregated,
    UsageEvent,
    Window,
    aggregate,
    aggregate_groups,
    as_number,
    dump_price,
    evaluate,
    load_price,
    rate,
    rate_charge,
    round_units,
)
from bezant_catalog.domain.aggregation import Window as AggregationWindow
from bezant_catalog.services.loading import (
    find_metrics,
    find_plan,
    load_plan_histories,
    load_plan_versions,
    metrics_of_types,
)
from bezant_catalog.services.metrics import archive_metric, create_metric, edit_metric, restore_metric
from bezant_catalog.services.plans import (
    archive_plan,
    create_plan,
    draft_plan_version,
    edit_plan,
    publish_plan_version,
    remove_charge,
    replace_draft,
    restore_plan,
    save_charge,
)
from bezant_catalog.services.products import archive_product, create_product, edit_product, restore_product
from bezant_catalog.services.quotes import quote
from bezant_catalog.services.records import get_metric, get_plan, get_product, plan_codes, plan_versions

__all__ = [
    "Aggregated",
    "AggregationWindow",
    "UsageEvent",
    "Window",
    "aggregate",
    "aggregate_groups",
    "archive_metric",
    "archive_plan",
    "archive_product",
    "as_number",
    "create_metric",
    "create_plan",
    "create_product",
    "draft_plan_version",
    "dump_price",
    "edit_metric",
    "edit_plan",
    "edit_product",
    "evaluate",
    "find_metrics",
    "find_plan",
    "get_metric",
    "get_plan",
    "get_product",
    "load_plan_histories",
    "load_plan_versions",
    "load_price",
    "metrics_of_types",
    "plan_codes",
    "plan_versions",
    "publish_plan_version",
    "quote",
    "rate",
    "rate_charge",
    "remove_charge",
    "replace_draft",
    "restore_metric",
    "restore_plan",
    "restore_product",
    "round_units",
    "save_charge",
]
