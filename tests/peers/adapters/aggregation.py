"""Aggregation: what a metric measures in a period."""

from typing import Any
from zoneinfo import ZoneInfo

from bezant_catalog.domain import UsageEvent, Window, aggregate

from . import Answer, Given
from ._metrics import end_after, instant, make_metric, number, properties


def answer(given: Given, asked: Any) -> Answer:
    """``{aggregation, field, recurring, prorated, rounding, period, carried_level, filter, events}`` → units and levels."""
    period = given["period"]
    zone = ZoneInfo((given.get("customer") or {}).get("timezone") or given.get("timezone") or "UTC")
    window = Window(instant(period["from"]), end_after(instant(period["to"])), zone, period.get("full_period_days"))
    events = [UsageEvent(instant(event["at"]), properties(event.get("properties") or {})) for event in given["events"]]
    found = aggregate(
        make_metric("metric", given),
        events,
        window,
        prorated=bool(given.get("prorated")),
        carried_level=number(given.get("carried_level") or 0),
    )
    return {
        "units": found.units,
        "full_units": found.full_units,
        "events_count": found.events_count,
        "level_at_end": found.level_at_end,
    }
