"""Two clocks. ``now()`` is business time and may travel; ``system()`` is the machine's and never does.

Business time decides what is due; system time serves leases, sessions, signatures, rate limits and ids. Nothing else in
Bezant reads a clock.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def system() -> datetime:
    """The machine's time, aware UTC."""
    return datetime.now(UTC)


_read: Callable[[], datetime] = system


def now() -> datetime:
    """Business time, aware UTC: the machine's plus how far the deployment has travelled."""
    return _read()


def travel_by(offset: Callable[[], timedelta]) -> None:
    """Sets where the distance travelled is read from (the database, once the platform has booted)."""
    read_by(lambda: system() + offset())


def read_by(read: Callable[[], datetime]) -> None:
    """Sets where business time is read from: for tests, in which it stands."""
    global _read
    _read = read
