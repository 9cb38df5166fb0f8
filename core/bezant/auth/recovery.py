"""Recovery codes: for the day the phone is gone. Shown once, kept as hashes, each good for one sign-in."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update

from bezant import clock
from bezant.auth.secrets import hash_token
from bezant.auth.tables import RecoveryCode
from bezant.db.model import session
from bezant.ids import new_id

AT_ONCE = 10
"""Codes of a set."""

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter that looks like a digit."""

GROUPS, LETTERS = 4, 6
"""24 letters of 5 bits: with 112 bits and more a plain hash is enough (OWASP ASVS 5.0, 6.5.2)."""

_MEANT = str.maketrans("oil", "011")


def new_codes(user_id: UUID) -> tuple[str, ...]:
    """A new set, as it is shown this one time; the set before stops working. Needs a unit of work."""
    forget_codes(user_id)
    codes = tuple("-".join(_letters() for _ in range(GROUPS)) for _ in range(AT_ONCE))
    now = clock.system()
    session.add_all(RecoveryCode(id=new_id(), user_id=user_id, code_hash=hash_token(_plain(code)), created_at=now) for code in codes)
    session.flush()
    return codes


def use_code(user_id: UUID, typed: str) -> bool:
    """Whether this is an unused code of theirs; it is used then. Needs a unit of work."""
    used = session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == hash_token(_plain(typed)), RecoveryCode.used_at.is_(None))
        .values(used_at=clock.system())
        .returning(RecoveryCode.id)
    )
    return used.first() is not None


def codes_left(user_id: UUID) -> tuple[int, datetime | None]:
    """How many codes are unused, and when the set was made; ``None`` where there is no set."""
    unused = func.count().filter(RecoveryCode.used_at.is_(None))
    row = session.execute(select(unused, func.max(RecoveryCode.created_at)).where(RecoveryCode.user_id == user_id)).one()
    return row[0], row[1]


def forget_codes(user_id: UUID) -> None:
    """Drops the set. Needs a unit of work."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def _letters() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))


def _plain(typed: str) -> str:
    """What was meant: without hyphens and spaces, in lower case, with the letters that look like digits taken for those."""
    return "".join(c for c in typed.lower() if c.isalnum()).translate(_MEANT)
