"""Taking events in: checked, resolved, kept once, with an outcome for each. A batch costs the same few statements whatever its size."""

from collections.abc import Sequence

from bezant.sdk.services import use_case
from bezant.sdk.values import Invalid, new_id
from bezant_usage.contracts import EventOutcome, NewEvent
from bezant_usage.services.batches import Batch, BatchResult

MAX_BATCH = 10_000
"""Events of one call, at most."""


@use_case("usage.event.ingest")
def ingest(events: Sequence[NewEvent], *, origin: str = "api") -> list[EventOutcome]:
    """Takes up to 10,000 events; the outcome of each, in order. Raises ``Invalid`` for more; a bad event refuses only itself."""
    others = ingest_batch(events, origin=origin).others
    return [others.get(place) or EventOutcome(one.source, one.transaction_id, "accepted") for place, one in enumerate(events)]


@use_case("usage.event.ingest")
def ingest_batch(events: Sequence[NewEvent], *, origin: str = "api") -> BatchResult:
    """Like :func:`ingest`, answering only what was not accepted: for imports of many batches."""
    if len(events) > MAX_BATCH:
        raise Invalid.field("events", "too_many", f"A batch holds {MAX_BATCH:,} events at most; send {len(events):,} in several.")
    result = BatchResult(new_id())
    if events:
        Batch(result, origin).take(events)
    return result
