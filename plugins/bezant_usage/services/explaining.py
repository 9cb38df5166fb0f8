"""Why an event was, or was not, billed: an answer for every event, also for those that were refused."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from bezant.sdk.hooks import each
from bezant.sdk.services import query
from bezant.sdk.values import NotFound
from bezant_accounts.services import get_account
from bezant_catalog.contracts import Metric
from bezant_catalog.services import AggregationWindow, UsageEvent, aggregate, metrics_of_types
from bezant_usage.contracts import ExplanationStep, StoredEvent, bezant_explain_events
from bezant_usage.services.reading import EventRecord, find_event, get_event, refusals

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Explained:
    """The steps from arrival to invoice, in order; ``event_id`` is None for an event that was never taken."""

    transaction_id: str
    event_id: int | None
    steps: tuple[ExplanationStep, ...]


@query("usage.event.view")
def explain(transaction_id: str, source: str | None = None) -> Explained:
    """What became of the event with this transaction id, whether it was accepted or not."""
    try:
        record = find_event(transaction_id, source)
    except NotFound:
        return Explained(transaction_id, None, tuple(_never_taken(transaction_id, source)))
    return Explained(transaction_id, record.event.id, tuple(_steps(record)))


@query("usage.event.view")
def explain_event(event_id: int) -> Explained:
    """What became of a stored event. Raises ``NotFound``."""
    record = get_event(event_id)
    return Explained(record.event.transaction_id, event_id, tuple(_steps(record)))


def _never_taken(transaction_id: str, source: str | None) -> Iterator[ExplanationStep]:
    found = refusals(transaction_id, source)
    if not found:
        yield ExplanationStep("unknown", "No event with this transaction id ever arrived. Check the sender, and send it.", ok=False)
    for one in found:
        yield ExplanationStep(one.code, f"Refused on {one.received_at:%Y-%m-%d %H:%M} UTC: {one.reason}", ok=False)


def _steps(record: EventRecord) -> Iterator[ExplanationStep]:
    event = record.event
    account = get_account(event.account_id)
    arrived = f"{event.received_at:%Y-%m-%d %H:%M} UTC by {record.origin}"
    yield ExplanationStep("received", f"Received on {arrived}, for account {account.number}.")
    if record.deleted:
        target = record.replaces[1] if record.replaces else ""
        yield ExplanationStep("deletion", f"It takes out {target!r} and measures nothing itself.", ok=None)
        return
    if record.replaced_by is not None:
        yield ExplanationStep("replaced", f"It was corrected by {record.replaced_by[1]!r}, which counts in its place.", ok=False)
        return
    metrics = metrics_of_types({event.type}).get(event.type, ())
    if not metrics:
        yield ExplanationStep("no_metric", f"No metric measures events of the type {event.type!r}; create one, or correct it.", ok=False)
    for metric in metrics:
        yield _measured_by(metric, event)
    contributed = [step for answer in each(bezant_explain_events, [event]) for step in answer.value.get(event.id, ())]
    yield from contributed or [ExplanationStep("not_billed", "No subscription bills it.", ok=False)]


def _measured_by(metric: Metric, event: StoredEvent) -> ExplanationStep:
    if _counts(metric, event):
        return ExplanationStep("measured", f"Metric {metric.code} counts it.")
    if _counts(replace(metric, filters=()), event):
        return ExplanationStep("filtered_out", f"Metric {metric.code} leaves it out: it does not pass the metric's filters.", ok=None)
    if metric.expression:
        said = f"its {metric.field} could not be computed as {metric.expression!r}"
        return ExplanationStep("no_value", f"Metric {metric.code} cannot use it: {said}.", ok=False)
    value = event.properties.get(metric.field or "")
    said = f"its {metric.field} is {value!r}, not a number" if value is not None else f"it has no {metric.field}"
    return ExplanationStep("no_value", f"Metric {metric.code} cannot use it: {said}.", ok=False)


def _counts(metric: Metric, event: StoredEvent) -> bool:
    moment = AggregationWindow(event.at, event.at + _MICROSECOND)
    return aggregate(metric, [UsageEvent(event.at, event.properties)], moment).events_count > 0
