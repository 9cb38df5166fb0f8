"""Local days and the instants they begin at, and spans of days."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bezant.errors import Invalid


class Span(NamedTuple):
    """Days from ``start`` up to, not including, ``end``."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days; a day on which the clock changes is one day."""
        return (self.end - self.start).days

    def clip(self, other: "Span") -> "Span | None":
        """The days that both have, or none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day < self.end


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises ``Invalid`` for a name that the time-zone database does not have."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid.field(
            "timezone", "unknown_timezone", f"{name!r} is not a time zone; write an IANA name such as Europe/Paris."
        ) from None


def is_zone(name: str) -> bool:
    """Whether the time-zone database has this name."""
    try:
        zone(name)
    except Invalid:
        return False
    return True


def local_day(at: datetime, zone_name: str) -> date:
    """The day that a calendar on the wall of the zone shows at an instant."""
    if at.tzinfo is None:
        raise ValueError("an instant must be aware")
    return at.astimezone(zone(zone_name)).date()


@lru_cache(maxsize=65536)
def day_start(day: date, zone_name: str) -> datetime:
    """The first instant of a local day, in UTC.

    Where the clock jumps over midnight the day begins with the jump; where midnight comes twice, with the first; a day that
    a zone skipped altogether (Apia, 30 December 2011) begins and ends at the same instant.
    """
    return datetime(day.year, day.month, day.day, tzinfo=zone(zone_name)).astimezone(UTC)


def month_length(year: int, month: int) -> int:
    """Days of a month."""
    return monthrange(year, month)[1]


def subtract(span: Span, taken: Iterable[Span]) -> list[Span]:
    """What is left of ``span`` when the ``taken`` ones, in any order and overlapping or not, are cut out of it."""
    left: list[Span] = []
    start = span.start
    for other in sorted(taken):
        if other.end <= start or other.start >= other.end:
            continue
        if other.start >= span.end:
            break
        if other.start > start:
            left.append(Span(start, other.start))
        start = other.end
    if start < span.end:
        left.append(Span(start, span.end))
    return left
