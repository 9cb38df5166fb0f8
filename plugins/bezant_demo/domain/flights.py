"""The flights as usage events: one row, one event."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from bezant_demo.domain.tariff import EVENT_TYPE, ZONE
from bezant_usage.contracts import NewEvent

COLUMNS = ("departed_at", "carrier", "flight", "tailnum", "origin", "dest", "distance_miles", "seats")
SOURCE = "flights-2013"
_ZONE = ZoneInfo(ZONE)


def to_event(row: Sequence[str]) -> NewEvent:
    """A row of the file (:data:`COLUMNS`; the departure in local time) as an event of the carrier's account.

    Day, carrier and flight number alone do not name a flight: that summer WN 2269 left New York twice on
    many Saturdays, from LGA in the morning and from EWR in the afternoon. With the origin they do.
    """
    departed, carrier, flight, tail, origin, destination, miles, seats = row
    properties = {"flight": flight, "tailnum": tail, "origin": origin, "dest": destination, "distance_miles": miles}
    if seats:
        properties["seats"] = seats
    return NewEvent(
        transaction_id=f"{departed[:10]}-{carrier}-{flight}-{origin}",
        type=EVENT_TYPE,
        at=datetime.fromisoformat(departed).replace(tzinfo=_ZONE).astimezone(UTC),
        account=carrier,
        properties=properties,
        source=SOURCE,
    )


def batches(events: Iterable[NewEvent], size: int) -> Iterator[list[NewEvent]]:
    """The events in lists of at most ``size``."""
    rest = iter(events)
    while batch := list(islice(rest, size)):
        yield batch
