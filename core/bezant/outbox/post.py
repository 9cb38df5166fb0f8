"""Writing events."""

from collections.abc import Sequence
from typing import Any

from bezant import clock
from bezant.db.inserts import Columns, insert_columns
from bezant.db.unit_of_work import after_commit
from bezant.events import DomainEvent, to_payload
from bezant.ids import new_id
from bezant.jobs import engine
from bezant.outbox.tables import EventRow


def post_events(events: Sequence[DomainEvent]) -> None:
    """Writes events in the running unit of work, with one statement; they are delivered after it commits."""
    if not events:
        return
    columns: dict[str, Sequence[Any]] = {
        "id": [new_id() for _ in events],
        "type": [event.type for event in events],
        "version": [event.version for event in events],
        "aggregate_id": [event.aggregate_id for event in events],
        "payload": [to_payload(event) for event in events],
        "posted_at": (clock.now(),),
    }
    insert_columns(EventRow, [Columns(len(events), columns)])
    after_commit("deliver events", engine.wake_events)
