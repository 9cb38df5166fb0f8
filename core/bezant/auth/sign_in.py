"""Signing in: passwords, one-time codes, the first administrator."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from bezant import clock
from bezant.audit import audit
from bezant.auth import second_step, throttle
from bezant.auth.context import SYSTEM, acting_as
from bezant.auth.people import NewUser, create_user, has_any_user
from bezant.auth.permissions import ADMINISTRATOR
from bezant.auth.second_step import SecondStep
from bezant.auth.secrets import hash_password, hash_token, needs_rehash, new_token, password_matches
from bezant.auth.sessions import Place, SignedIn, has_second_factor, open_session
from bezant.auth.tables import OneTimeCode, User
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.errors import Conflict, Unauthenticated

CODE_LIFETIME = timedelta(minutes=60)
SETUP, SIGN_IN = "setup", "sign_in"
"""Purposes of one-time codes."""

_WRONG = "The e-mail address or the password is wrong."


Entered = SignedIn | SecondStep
"""Somebody who is in, or who has yet to show a second factor."""


def sign_in(email: str, password: str, place: Place) -> Entered:
    """Signs in by password. Raises ``Unauthenticated`` (never telling what was wrong) or ``Throttled``."""
    email = email.strip().lower()
    throttle.check_throttle(email, place.address)
    user = session.scalar(select(User).where(User.email == email))
    right = password_matches(user.password_hash if user else "", password)
    if user is None or not right or not user.active:
        throttle.note_failure(email, place.address)
        _note_refusal(user)
        raise Unauthenticated(_WRONG)
    throttle.forget(email)
    if needs_rehash(user.password_hash):
        _rehash(user, password)
    return _enter(user, place)


def make_code(purpose: str, user_id: UUID | None = None) -> str:
    """A one-time code; only its hash is kept. Unused earlier ones of the same purpose and user stop working."""
    code, now = new_token(), clock.system()
    with unit_of_work():
        session.execute(
            update(OneTimeCode)
            .where(OneTimeCode.purpose == purpose, OneTimeCode.user_id == user_id if user_id else OneTimeCode.user_id.is_(None))
            .where(OneTimeCode.used_at.is_(None))
            .values(expires_at=now)
        )
        session.add(
            OneTimeCode(purpose=purpose, code_hash=hash_token(code), user_id=user_id, created_at=now, expires_at=now + CODE_LIFETIME)
        )
    return code


def sign_in_by_code(code: str, place: Place) -> Entered:
    """Signs in by a one-time code. Raises ``Unauthenticated`` for one that is unknown, used or too old."""
    with unit_of_work():
        row = _take_code(code, SIGN_IN)
        user_id = row.user_id
    if user_id is None:
        raise Unauthenticated("This link does not work.")
    return _enter(session.get_one(User, user_id), place)


def set_up_first_administrator(code: str, new: NewUser, place: Place) -> SignedIn:
    """Makes the first administrator on an empty installation, by the code that the server printed at its start."""
    with unit_of_work():
        if has_any_user():
            raise Conflict("There are users already; sign in, or ask an administrator.", code="already_set_up")
        _take_code(code, SETUP)
        with acting_as(SYSTEM):
            user = create_user(NewUser(new.email, new.name, (ADMINISTRATOR,), new.password))
    return open_session(user.id, place)


def _take_code(code: str, purpose: str) -> OneTimeCode:
    wanted = select(OneTimeCode).where(OneTimeCode.code_hash == hash_token(code), OneTimeCode.purpose == purpose).with_for_update()
    row = session.scalar(wanted)
    if row is None or row.used_at is not None or row.expires_at <= clock.system():
        raise Unauthenticated("This link was used already or is too old; ask for a new one.")
    row.used_at = clock.system()
    return row


def _enter(user: User, place: Place) -> Entered:
    """In, or on to the second step: whatever somebody proved so far, a second factor that they have set up is never skipped."""
    if not user.active:
        raise Unauthenticated("This user is switched off; ask an administrator.")
    return second_step.begin(user) if has_second_factor(user.id) else open_session(user.id, place)


def _rehash(user: User, password: str) -> None:
    with unit_of_work():
        user.password_hash = hash_password(password)


def _note_refusal(user: User | None) -> None:
    with unit_of_work(), acting_as(SYSTEM):
        audit("core.user.sign_in_refused", "core.user", user.id if user else "unknown")
