"""When something is done again: lists of waits such as ``5m, 1h, 1d``, each counted from the time before."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from bezant.sdk.values import Invalid

_WAIT = re.compile(r"([1-9][0-9]{0,3})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

Ladder = tuple[timedelta, ...]


def parse_ladder(texts: Sequence[str], field: str) -> Ladder:
    """``["5m", "1h", "1d"]`` as waits. Raises ``Invalid`` naming ``field``."""
    return tuple(_parse(text, field) for text in texts)


def _parse(text: str, field: str) -> timedelta:
    found = _WAIT.fullmatch(text.strip())
    if found is None:
        raise Invalid.field(field, "not_a_wait", f"{text!r} is not a wait; write 30s, 5m, 1h or 1d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def rung(ladder: Ladder, done: int, at: datetime) -> datetime | None:
    """When the next try is due after ``done`` tries, the last at ``at``; ``None`` where the ladder is used up."""
    return at + ladder[done] if done < len(ladder) else None
