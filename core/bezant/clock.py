"""Two clocks. ``now()`` is business time and may travel; ``system()`` is the machine's and never does.

Business time decides what is due; system time serves leases, sessions, signatures, rate limits and ids. Nothing else in
Bezant reads a clock.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_offset: Callable[[], timedelta] = timedelta


def system() -> datetime:
    """The machine's time, aware UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """Business time, aware UTC: the machine's plus how far the deployment has travelled."""
    return system() + _offset()


def travel_by(offset: Callable[[], timedelta]) -> None:
    """Sets where the distance travelled is read from (the database, once the platform has booted)."""
    global _offset
    _offset = offset
