"""Writing events."""

from collections.abc import Sequence

from bezant import clock
from bezant.db.bulk import bulk_insert
from bezant.db.unit_of_work import after_commit
from bezant.events import DomainEvent, to_payload
from bezant.ids import new_id
from bezant.jobs import engine
from bezant.outbox.tables import EventRow


def post_events(events: Sequence[DomainEvent]) -> None:
    """Writes events in the running unit of work, with one statement; they are delivered after it commits."""
    if not events:
        return
    now = clock.system()
    bulk_insert(
        EventRow,
        [
            {
                "id": new_id(),
                "type": event.type,
                "version": event.version,
                "aggregate_id": event.aggregate_id,
                "payload": to_payload(event),
                "posted_at": now,
            }
            for event in events
        ],
    )
    after_commit("deliver events", engine.wake_events)
