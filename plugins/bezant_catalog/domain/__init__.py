"""The rules of pricing: values in, values out."""

from bezant_catalog.domain.aggregation import Aggregated, UsageEvent, Window, aggregate, aggregate_groups
from bezant_catalog.domain.codec import dump_price, load_price
from bezant_catalog.domain.definitions import check_code, check_metric, check_version
from bezant_catalog.domain.editing import editable, editable_charge, with_charge, without_charge
from bezant_catalog.domain.expressions import evaluate, names_in
from bezant_catalog.domain.matching import as_number, as_text, matches
from bezant_catalog.domain.quoting import quote_plan, quote_price
from bezant_catalog.domain.rating import pick_filter, rate, rate_charge
from bezant_catalog.domain.rounding import round_units
from bezant_catalog.domain.validation import check_price

__all__ = [
    "Aggregated",
    "UsageEvent",
    "Window",
    "aggregate",
    "aggregate_groups",
    "as_number",
    "as_text",
    "check_code",
    "check_metric",
    "check_price",
    "check_version",
    "dump_price",
    "editable",
    "editable_charge",
    "evaluate",
    "load_price",
    "matches",
    "names_in",
    "pick_filter",
    "quote_plan",
    "quote_price",
    "rate",
    "rate_charge",
    "round_units",
    "with_charge",
    "without_charge",
]
