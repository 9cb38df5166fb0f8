"""API keys: made once, shown once, kept as a hash."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from bezant import clock
from bezant.audit import audit
from bezant.auth.context import Principal, PrincipalKind, check, principal
from bezant.auth.permissions import all_permissions
from bezant.auth.reach import reach_of, stored_reach
from bezant.auth.secrets import hash_token, new_token
from bezant.auth.tables import ApiKey
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.errors import Denied, Invalid, NotFound, Problem, Unauthenticated
from bezant.ids import new_id
from bezant.usecases import query, use_case

MARK = "bz_"
"""How a key begins, so that scanners for leaked secrets find it."""

USED_EVERY = timedelta(minutes=5)
"""How exact the time of the last use is kept."""


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key as it is shown this one time."""

    id: UUID
    key: str


@use_case("core.api_key.edit")
def create_api_key(
    name: str, permissions: Sequence[str], *, expires_at: datetime | None = None, legal_entity_ids: Sequence[UUID] | None = None
) -> NewApiKey:
    """Makes a key that may do what ``permissions`` say. Raises ``Invalid``; ``Denied`` for what one may not oneself.

    Without ``legal_entity_ids`` it sees what its maker sees.
    """
    _validate(name, permissions, expires_at)
    for permission in permissions:
        check(permission)
    key = MARK + new_token()
    row = ApiKey(
        id=new_id(),
        name=name.strip(),
        prefix=key[:10],
        key_hash=hash_token(key),
        permissions=sorted(permissions),
        legal_entity_ids=stored_reach(legal_entity_ids),
        created_by=principal().id,
        created_at=clock.system(),
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    audit("core.api_key.created", "core.api_key", row.id, {"permissions": row.permissions, "legal_entity_ids": row.legal_entity_ids})
    return NewApiKey(row.id, key)


@use_case("core.api_key.edit")
def revoke_api_key(key_id: UUID) -> None:
    """Stops a key from working, at once. Raises ``Denied`` for one that sees more than one does oneself."""
    row = _get_within_reach(key_id)
    row.revoked_at = row.revoked_at or clock.system()
    audit("core.api_key.revoked", "core.api_key", row.id)


@use_case("core.api_key.edit")
def rotate_api_key(key_id: UUID, *, overlap: timedelta = timedelta(hours=24)) -> NewApiKey:
    """A new key with the same rights; the old one works on for ``overlap``."""
    old = _get_within_reach(key_id)
    entities = reach_of(old.legal_entity_ids)
    new = create_api_key(old.name, old.permissions, legal_entity_ids=None if entities is None else sorted(entities))
    until = clock.system() + overlap
    old.expires_at = min(old.expires_at, until) if old.expires_at else until
    audit("core.api_key.rotated", "core.api_key", old.id, {"successor": str(new.id)})
    return new


@query("core.api_key.view")
def get_api_key(key_id: UUID) -> ApiKey:
    """A key by id. Raises ``NotFound``."""
    return _get(key_id)


def principal_for_key(key: str) -> Principal:
    """Whose key this is. Raises ``Unauthenticated`` for one that is unknown, over or revoked."""
    now = clock.system()
    row = session.scalar(select(ApiKey).where(ApiKey.key_hash == hash_token(key)))
    if row is None or row.revoked_at or (row.expires_at and row.expires_at <= now):
        raise Unauthenticated("This API key is unknown, expired or revoked.")
    if row.last_used_at is None or now - row.last_used_at > USED_EVERY:
        with unit_of_work():
            session.execute(update(ApiKey).where(ApiKey.id == row.id).values(last_used_at=now))
    entities = reach_of(row.legal_entity_ids)
    return Principal(PrincipalKind.API_KEY, row.id, f"API key {row.name}", frozenset(row.permissions), legal_entity_ids=entities)


def _get(key_id: UUID) -> ApiKey:
    row = session.get(ApiKey, key_id)
    if row is None:
        raise NotFound(f"There is no API key {key_id}.")
    return row


def _get_within_reach(key_id: UUID) -> ApiKey:
    """A key that the principal may change: nobody changes one that sees more than they do."""
    row = _get(key_id)
    if not principal().reaches(reach_of(row.legal_entity_ids)):
        raise Denied("This key sees more legal entities than you do; ask an administrator.")
    return row


def _validate(name: str, permissions: Sequence[str], expires_at: datetime | None) -> None:
    problems = []
    if not name.strip():
        problems.append(Problem("name", "missing", "Name the program that will use the key."))
    unknown = sorted(set(permissions) - all_permissions().keys())
    if unknown or not permissions:
        problems.append(
            Problem("permissions", "unknown_permission", f"Unknown: {', '.join(unknown)}." if unknown else "Give at least one.")
        )
    if expires_at is not None and expires_at <= clock.system():
        problems.append(Problem("expires_at", "in_the_past", "The key would have expired already."))
    if problems:
        raise Invalid(problems=problems)
