"""Guessing made slow: after a few failures an address, and the place they come from, has to wait longer and longer."""

from datetime import timedelta

from bezant import clock
from bezant.auth.secrets import hash_token
from bezant.auth.tables import LoginThrottle
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.errors import Throttled

FREE_ATTEMPTS = {"email": 5, "place": 20}
"""Failures without a pause: per address, and per place (an office shares one)."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
FORGET_AFTER = timedelta(hours=24)


def check_throttle(who: str, place: str) -> None:
    """Raises ``Throttled`` while whoever is guessed at (an e-mail address, ``second-factor:…``) or the place has to wait."""
    now = clock.system()
    for key in _keys(who, place):
        row = session.get(LoginThrottle, key)
        if row is not None and row.blocked_until is not None and row.blocked_until > now:
            wait = int((row.blocked_until - now).total_seconds()) + 1
            raise Throttled(f"Too many attempts; try again in {wait} seconds.", retry_after=wait)


def note_failure(who: str, place: str) -> None:
    """Counts a failed attempt, in a transaction of its own."""
    now = clock.system()
    with unit_of_work():
        for kind, key in zip(FREE_ATTEMPTS, _keys(who, place), strict=True):
            row = session.get(LoginThrottle, key, with_for_update=True)
            if row is None or now - row.first_failure_at > FORGET_AFTER:
                row = session.merge(LoginThrottle(key=key, failures=0, first_failure_at=now, blocked_until=None))
            row.failures += 1
            over = row.failures - FREE_ATTEMPTS[kind]
            if over >= 0:
                row.blocked_until = now + min(FIRST_PAUSE * 2 ** min(over, 10), LONGEST_PAUSE)


def forget(who: str) -> None:
    """Clears the count of whoever was guessed at, after a success."""
    with unit_of_work():
        row = session.get(LoginThrottle, _keys(who, "")[0])
        if row is not None:
            session.delete(row)


def _keys(who: str, place: str) -> tuple[str, str]:
    return f"email:{_hash(who)}", f"place:{_hash(place)}"


def _hash(text: str) -> str:
    """The table holds no addresses."""
    return hash_token(text.casefold()).hex()[:40]
