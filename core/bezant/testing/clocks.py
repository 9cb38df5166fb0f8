"""Time in tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from bezant import clock
from bezant.stored import travelled


class FixedClock:
    """Business time that stands where the test puts it. System time goes on."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start

    def travel_to(self, *when: int) -> datetime:
        """``travel_to(2013, 2, 1)``: business time is then this UTC instant."""
        self._now = datetime(*when, tzinfo=UTC)  # type: ignore[arg-type]
        return self._now

    @contextmanager
    def installed(self) -> Iterator["FixedClock"]:
        """Business time is this clock's until the end."""
        clock.travel_by(self._offset)
        try:
            yield self
        finally:
            clock.travel_by(travelled)

    def _offset(self) -> timedelta:
        return self._now - clock.system() if self._now else travelled()
