"""Time in tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from bezant import clock
from bezant.stored import travelled


class FixedClock:
    """Business time that stands where the test puts it. System time goes on."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start

    def travel_to(self, year: int, month: int = 1, day: int = 1, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
        """``travel_to(2013, 2, 1)``: business time is then this UTC instant."""
        self._now = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return self._now

    @contextmanager
    def installed(self) -> Iterator["FixedClock"]:
        """Business time is this clock's until the end."""
        clock.read_by(self._read)
        try:
            yield self
        finally:
            clock.travel_by(travelled)

    def _read(self) -> datetime:
        return self._now or clock.system() + travelled()
