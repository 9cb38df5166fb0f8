"""Sessions: rows on the server, so that ending one works at once. A browser holds only the secret token."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select, update

from bezant import clock
from bezant.audit import audit
from bezant.auth.context import Principal, acting_as
from bezant.auth.people import principal_of
from bezant.auth.secrets import hash_token, new_token
from bezant.auth.tables import LoginSession, SecondFactor, User
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.errors import Unauthenticated
from bezant.ids import new_id
from bezant.platform import setting

IDLE, ABSOLUTE = timedelta(hours=8), timedelta(days=7)
"""A session ends after so long without a request, and after so long altogether."""

SEEN_EVERY = timedelta(minutes=5)
"""How exact the time of the last request is kept: not every page is a write."""

REQUIRED = "auth.require_second_factor"
"""The setting that nobody works here without a second factor."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody signs in from."""

    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session and its secret token."""

    token: str
    user_id: UUID


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is signed in at a browser. Where a second factor ``is_due``, they may do nothing until they have set one up."""

    principal: Principal
    is_due: bool


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that still works, for its user to see."""

    id: UUID
    address: str
    agent: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


def open_session(user_id: UUID, place: Place, second_factor: str = "") -> SignedIn:
    """A session for somebody who has proven who they are; ``second_factor`` names what they showed beyond a password."""
    token, now = new_token(), clock.system()
    with unit_of_work():
        user = session.get_one(User, user_id)
        user.last_login_at = now
        row = LoginSession(
            id=new_id(),
            user_id=user.id,
            token_hash=hash_token(token),
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE,
            second_factor_at=now if second_factor else None,
            address=place.address[:64],
            agent=place.agent[:200],
        )
        session.add(row)
        session.flush()
        with acting_as(principal_of(user)):
            audit("core.user.signed_in", "core.user", user.id, {"second_factor": second_factor} if second_factor else None)
        return SignedIn(token, user.id)


def visit_of(token: str) -> Visit | None:
    """Whose session this is; ``None`` for one that is unknown, revoked, over, idle too long, or lacks its second factor."""
    now = clock.system()
    found = session.execute(_with_user(token)).first()
    if found is None:
        return None
    row, user = found
    has_factor = row.second_factor_at is not None or has_second_factor(user.id)
    if not _works(row, now) or not user.active or (has_factor and row.second_factor_at is None):
        return None
    if now - row.seen_at > SEEN_EVERY:
        _touch(row.id)
    is_due = not has_factor and bool(setting(REQUIRED))
    who = principal_of(user)
    return Visit(replace(who, permissions=frozenset()) if is_due else who, is_due)


def principal_for(token: str) -> Principal | None:
    """Who acts where this session is used; ``None`` where it does not work."""
    visit = visit_of(token)
    return visit.principal if visit else None


def has_second_factor(user_id: UUID) -> bool:
    """Whether a user has set up any, also one whose method is not installed now."""
    confirmed = select(SecondFactor.id).where(SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None)).limit(1)
    return session.scalar(confirmed) is not None


def sign_out(token: str) -> None:
    """Ends a session; harmless where there is none."""
    with unit_of_work():
        found = session.execute(_with_user(token)).first()
        if found is not None and found[0].revoked_at is None:
            row, user = found
            row.revoked_at = clock.system()
            with acting_as(principal_of(user)):
                audit("core.user.signed_out", "core.user", user.id)


def open_sessions(token: str) -> list[OpenSession]:
    """Every session of the user of this one, the last used first."""
    own, now = session_of(token), clock.system()
    rows = session.scalars(_unrevoked(own.user_id).order_by(LoginSession.seen_at.desc()))
    return [OpenSession(r.id, r.address, r.agent, r.created_at, r.seen_at, r.id == own.id) for r in rows if _works(r, now)]


def sign_out_elsewhere(token: str) -> int:
    """Ends every session of this user but this one; how many."""
    with unit_of_work():
        own, now = session_of(token), clock.system()
        ended = [row for row in session.scalars(_unrevoked(own.user_id)) if row.id != own.id and _works(row, now)]
        for row in ended:
            row.revoked_at = now
        audit("core.user.signed_out_elsewhere", "core.user", own.user_id, {"sessions": len(ended)})
        return len(ended)


def renew(token: str) -> str:
    """A new token for a session that may do more from now on; the old one stops working. Needs a unit of work."""
    row, fresh = session_of(token), new_token()
    row.token_hash = hash_token(fresh)
    return fresh


def session_of(token: str) -> LoginSession:
    """The row of a token. Raises ``Unauthenticated``."""
    row = session.scalar(select(LoginSession).where(LoginSession.token_hash == hash_token(token)))
    if row is None or row.revoked_at is not None:
        raise Unauthenticated("This session is over.")
    return row


def _with_user(token: str) -> Select[tuple[LoginSession, User]]:
    return select(LoginSession, User).join(User, User.id == LoginSession.user_id).where(LoginSession.token_hash == hash_token(token))


def _unrevoked(user_id: UUID) -> Select[tuple[LoginSession]]:
    return select(LoginSession).where(LoginSession.user_id == user_id, LoginSession.revoked_at.is_(None))


def _works(row: LoginSession, now: datetime) -> bool:
    return row.revoked_at is None and now < row.expires_at and now < row.seen_at + IDLE


def _touch(session_id: UUID) -> None:
    with unit_of_work():
        session.execute(update(LoginSession).where(LoginSession.id == session_id).values(seen_at=clock.system()))
