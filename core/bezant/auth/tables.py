"""Tables of people, keys and sessions. Secrets are stored as hashes only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from bezant import clock
from bezant.db.model import Model, Versioned
from bezant.db.scope import Shared, Withheld
from bezant.db.types import Json, UTCDateTime, primary_key

HASH_BYTES = 32
"""SHA-256 of a random token: enough, since nobody can guess what has 256 bits."""


class ByTheMachinesClock(Versioned):
    """Who may come in goes by the clock of sessions and keys, also while business time is elsewhere."""

    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.system, nullable=False)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.system, onupdate=clock.system, nullable=False)


class User(ByTheMachinesClock, Model):
    """A member of staff. ``legal_entity_ids`` narrows what they see; ``None`` means every legal entity."""

    __tablename__ = "core_users"
    __scope__ = Shared("staff administer one deployment; nobody changes a user who sees more than they do")

    id: Mapped[UUID] = primary_key()
    email: Mapped[str] = mapped_column(String(254), unique=True, info={"personal": True})
    name: Mapped[str] = mapped_column(String(200), info={"personal": True})
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    roles: Mapped[list[str]] = mapped_column(Json, default=list)
    legal_entity_ids: Mapped[list[str] | None] = mapped_column(Json)
    language: Mapped[str] = mapped_column(String(16), default="")
    time_zone: Mapped[str] = mapped_column(String(64), default="")
    last_login_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Role(ByTheMachinesClock, Model):
    """A role of the deployment's own, beside the built-in ones."""

    __tablename__ = "core_roles"
    __scope__ = Shared("a role says what may be done, not to what")

    id: Mapped[UUID] = primary_key()
    name: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(100))
    permissions: Mapped[list[str]] = mapped_column(Json, default=list)


class LoginSession(Model):
    """Somebody signed in at one browser. Revoking the row signs them out at once."""

    __tablename__ = "core_login_sessions"
    __scope__ = Withheld("looked up by who is signing in")

    id: Mapped[UUID] = primary_key()
    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_users.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    second_factor_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    address: Mapped[str] = mapped_column(String(64), default="", info={"personal": True})
    agent: Mapped[str] = mapped_column(String(200), default="")


class OneTimeCode(Model):
    """A random code that works once, for one purpose (``setup``, ``sign_in``), until it expires."""

    __tablename__ = "core_one_time_codes"
    __scope__ = Withheld("looked up by who is signing in")

    id: Mapped[UUID] = primary_key()
    purpose: Mapped[str] = mapped_column(String(32))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES), unique=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_users.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class LoginThrottle(Model):
    """Failed attempts at one address or from one place, and until when no further one is looked at."""

    __tablename__ = "core_login_throttles"
    __scope__ = Withheld("looked up by who is signing in")

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    first_failure_at: Mapped[datetime] = mapped_column(UTCDateTime)
    blocked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SecondFactor(Model):
    """A second factor of a user: its method's key, and what the method keeps to check an answer.

    Until it is confirmed, ``prompt`` is what the user is shown and ``kept`` is empty.
    """

    __tablename__ = "core_second_factors"
    __scope__ = Withheld("looked up by who is signing in")

    id: Mapped[UUID] = primary_key()
    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_users.id"), index=True)
    method: Mapped[str] = mapped_column(String(32))
    label: Mapped[str] = mapped_column(String(60), default="")
    kept: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    prompt: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RecoveryCode(Model):
    """A code that stands in for a second factor once."""

    __tablename__ = "core_recovery_codes"
    __scope__ = Withheld("looked up by who is signing in")

    id: Mapped[UUID] = primary_key()
    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_users.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PendingSignIn(Model):
    """Somebody who gave the right password and has yet to show a second factor: no session, only the way to get one."""

    __tablename__ = "core_pending_sign_ins"
    __scope__ = Withheld("looked up by who is signing in")

    id: Mapped[UUID] = primary_key()
    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_users.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES), unique=True)
    method: Mapped[str] = mapped_column(String(32))
    prompt: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ApiKey(Model):
    """A credential of a program. Only its prefix and a hash are kept; it is shown once."""

    __tablename__ = "core_api_keys"
    __scope__ = Shared("staff administer one deployment; nobody changes a key that sees more than they do")

    id: Mapped[UUID] = primary_key()
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(16))
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES), unique=True)
    permissions: Mapped[list[str]] = mapped_column(Json)
    legal_entity_ids: Mapped[list[str] | None] = mapped_column(Json)
    created_by: Mapped[UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
