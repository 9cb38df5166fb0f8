"""Signing in and out: passwords, one-time codes, and the sessions that are kept on the server."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from bezant import clock
from bezant.audit import audit
from bezant.auth import throttle
from bezant.auth.context import SYSTEM, Principal, acting_as
from bezant.auth.people import NewUser, create_user, has_any_user, principal_of
from bezant.auth.permissions import ADMINISTRATOR
from bezant.auth.secrets import hash_password, hash_token, needs_rehash, new_token, password_matches
from bezant.auth.tables import LoginSession, OneTimeCode, SecondFactor, User
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.errors import Conflict, Unauthenticated
from bezant.ids import new_id

IDLE, ABSOLUTE = timedelta(hours=8), timedelta(days=7)
"""A session ends after so long without a request, and after so long altogether."""

SEEN_EVERY = timedelta(minutes=5)
"""How exact the time of the last request is kept: not every page is a write."""

CODE_LIFETIME = timedelta(minutes=60)
SETUP, SIGN_IN = "setup", "sign_in"
"""Purposes of one-time codes."""

_WRONG = "The e-mail address or the password is wrong."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: its secret token, and whether a second factor is still to be shown before it may be used."""

    token: str
    user_id: UUID
    needs_second_factor: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody signs in from."""

    address: str = ""
    agent: str = ""


def sign_in(email: str, password: str, place: Place) -> SignedIn:
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
    return _open_session(user.id, place, rehash_with=password)


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


def sign_in_by_code(code: str, place: Place) -> SignedIn:
    """Signs in by a one-time code. Raises ``Unauthenticated`` for one that is unknown, used or too old."""
    with unit_of_work():
        row = _take_code(code, SIGN_IN)
        user_id = row.user_id
    if user_id is None:
        raise Unauthenticated("This link does not work.")
    return _open_session(user_id, place)


def set_up_first_administrator(code: str, new: NewUser, place: Place) -> SignedIn:
    """Makes the first administrator on an empty installation, by the code that the server printed at its start."""
    with unit_of_work():
        if has_any_user():
            raise Conflict("There are users already; sign in, or ask an administrator.", code="already_set_up")
        _take_code(code, SETUP)
        with acting_as(SYSTEM):
            user = create_user(NewUser(new.email, new.name, (ADMINISTRATOR,), new.password))
    return _open_session(user.id, place)


def principal_for(token: str) -> Principal | None:
    """Whose session this is; ``None`` for one that is unknown, revoked, over, idle too long, or lacks its second factor."""
    now = clock.system()
    found = session.execute(
        select(LoginSession, User).join(User, User.id == LoginSession.user_id).where(LoginSession.token_hash == hash_token(token))
    ).first()
    if found is None:
        return None
    row, user = found
    if row.revoked_at or row.expires_at <= now or row.seen_at + IDLE <= now or not user.active or _lacks_second_factor(row):
        return None
    if now - row.seen_at > SEEN_EVERY:
        _touch(row.id)
    return principal_of(user)


def sign_out(token: str) -> None:
    """Ends a session; harmless where there is none."""
    with unit_of_work():
        row = session.scalar(select(LoginSession).where(LoginSession.token_hash == hash_token(token)))
        if row is not None and row.revoked_at is None:
            row.revoked_at = clock.system()
            user = session.get(User, row.user_id)
            if user is not None:
                with acting_as(principal_of(user)):
                    audit("core.user.signed_out", "core.user", user.id)


def _open_session(user_id: UUID, place: Place, rehash_with: str = "") -> SignedIn:
    token, now = new_token(), clock.system()
    with unit_of_work():
        user = session.get_one(User, user_id)
        user.last_login_at = now
        if rehash_with and needs_rehash(user.password_hash):
            user.password_hash = hash_password(rehash_with)
        row = LoginSession(
            id=new_id(),
            user_id=user.id,
            token_hash=hash_token(token),
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE,
            address=place.address[:64],
            agent=place.agent[:200],
        )
        session.add(row)
        session.flush()
        with acting_as(principal_of(user)):
            audit("core.user.signed_in", "core.user", user.id)
        return SignedIn(token, user.id, _lacks_second_factor(row))


def _take_code(code: str, purpose: str) -> OneTimeCode:
    wanted = select(OneTimeCode).where(OneTimeCode.code_hash == hash_token(code), OneTimeCode.purpose == purpose).with_for_update()
    row = session.scalar(wanted)
    if row is None or row.used_at is not None or row.expires_at <= clock.system():
        raise Unauthenticated("This link was used already or is too old; ask for a new one.")
    row.used_at = clock.system()
    return row


def _lacks_second_factor(row: LoginSession) -> bool:
    if row.second_factor_at is not None:
        return False
    confirmed = select(SecondFactor.id).where(SecondFactor.user_id == row.user_id, SecondFactor.confirmed_at.is_not(None)).limit(1)
    return session.scalar(confirmed) is not None


def _touch(session_id: UUID) -> None:
    with unit_of_work():
        session.execute(update(LoginSession).where(LoginSession.id == session_id).values(seen_at=clock.system()))


def _note_refusal(user: User | None) -> None:
    with unit_of_work(), acting_as(SYSTEM):
        audit("core.user.sign_in_refused", "core.user", user.id if user else "unknown")
