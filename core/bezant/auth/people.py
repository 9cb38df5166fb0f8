"""Users and roles."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from sqlalchemy import func, select

from bezant import clock
from bezant.audit import audit
from bezant.auth.context import Principal, PrincipalKind, check, principal
from bezant.auth.permissions import ADMINISTRATOR, ROLE_TITLES, all_permissions, built_in_role
from bezant.auth.reach import reach_of, stored_reach
from bezant.auth.secrets import check_password, hash_password
from bezant.auth.tables import LoginSession, Role, User
from bezant.db.model import session
from bezant.errors import Conflict, Denied, Invalid, NotFound, Problem, Stale
from bezant.ids import new_id
from bezant.usecases import query, use_case

_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")
_ROLE_NAME = re.compile(r"[a-z][a-z0-9_]{1,62}")


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to be made. Without a password they sign in by a one-time link; without ``legal_entity_ids`` they see what their maker
    sees."""

    email: str
    name: str
    roles: tuple[str, ...] = ()
    password: str = ""
    legal_entity_ids: tuple[UUID, ...] | None = None


class Unchanged(Enum):
    """That something is not to change, where ``None`` says something else."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED


@use_case("core.user.edit")
def create_user(new: NewUser) -> User:
    """Makes a user. Raises ``Invalid`` field by field, ``Conflict`` for an address that is taken, ``Denied`` for rights one lacks."""
    _validate(new)
    email = new.email.strip().lower()
    if session.scalar(select(User.id).where(User.email == email)):
        raise Conflict(f"There is a user with the address {email} already.", code="duplicate_email")
    _check_may_give(new.roles)
    user = User(
        id=new_id(),
        email=email,
        name=new.name.strip(),
        roles=sorted(new.roles),
        password_hash=hash_password(new.password) if new.password else "",
        legal_entity_ids=stored_reach(new.legal_entity_ids),
    )
    session.add(user)
    session.flush()
    audit("core.user.created", "core.user", user.id, {"roles": user.roles, "legal_entity_ids": user.legal_entity_ids})
    return user


@use_case("core.user.edit")
def change_user(
    user_id: UUID,
    *,
    version: int | None = None,
    name: str | None = None,
    roles: Sequence[str] | None = None,
    active: bool | None = None,
    legal_entity_ids: Sequence[UUID] | Unchanged | None = UNCHANGED,
) -> User:
    """Changes a user; ``legal_entity_ids`` of ``None`` are all that whoever changes sees. Other rights, another reach, or being switched
    off sign them out everywhere."""
    user = get_within_reach(user_id)
    if version is not None and user.version != version:
        raise Stale("Somebody else changed this user meanwhile.")
    if name is not None:
        user.name = _required_name(name)
    if roles is not None:
        _check_roles(roles)
        _check_may_give(set(roles) - set(user.roles))
        user.roles = sorted(roles)
    if active is not None:
        user.active = active
    reach = user.legal_entity_ids
    if not isinstance(legal_entity_ids, Unchanged):
        user.legal_entity_ids = stored_reach(legal_entity_ids)
    _check_administrator_remains()
    if roles is not None or active is False or user.legal_entity_ids != reach:
        sign_out_everywhere(user.id)
    changes = {"roles": user.roles, "active": user.active, "legal_entity_ids": user.legal_entity_ids}
    audit("core.user.changed", "core.user", user.id, changes)
    return user


@use_case("core.user.edit")
def set_password(user_id: UUID, password: str) -> None:
    """Sets a user's password and signs them out everywhere."""
    user = get_within_reach(user_id)
    check_password(password, email=user.email)
    user.password_hash = hash_password(password)
    sign_out_everywhere(user.id)
    audit("core.user.password_set", "core.user", user.id)


@query("core.user.view")
def get_user(user_id: UUID) -> User:
    """A user by id. Raises ``NotFound``."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    return user


@use_case("core.role.edit")
def save_role(name: str, title: str, permissions: Sequence[str]) -> Role:
    """Makes or changes a role of the deployment's own."""
    problems = []
    if not _ROLE_NAME.fullmatch(name) or name in ROLE_TITLES:
        problems.append(Problem("name", "bad_name", "Use lower-case letters, digits and _, and none of the built-in names."))
    unknown = sorted(set(permissions) - all_permissions().keys())
    if unknown:
        problems.append(Problem("permissions", "unknown_permission", f"No enabled plugin declares {', '.join(unknown)}."))
    if problems:
        raise Invalid(problems=problems)
    for permission in permissions:
        check(permission)
    role = session.scalar(select(Role).where(Role.name == name)) or Role(id=new_id(), name=name)
    role.title, role.permissions = title, sorted(permissions)
    session.add(role)
    audit("core.role.saved", "core.role", name, {"permissions": role.permissions})
    return role


def sign_out_everywhere(user_id: UUID) -> None:
    """Revokes every session of a user. Needs a unit of work."""
    open_sessions = select(LoginSession).where(LoginSession.user_id == user_id, LoginSession.revoked_at.is_(None))
    for row in session.scalars(open_sessions):
        row.revoked_at = clock.system()


def permissions_of(roles: Sequence[str]) -> frozenset[str]:
    """All that these roles allow, built-in ones and the deployment's own."""
    own = session.scalars(select(Role).where(Role.name.in_(roles))) if set(roles) - ROLE_TITLES.keys() else ()
    known = all_permissions().keys()
    stored = {p for role in own for p in role.permissions if p in known}
    return frozenset(stored).union(*(built_in_role(role) for role in roles))


def principal_of(user: User) -> Principal:
    """Who a user is to the services."""
    entities = reach_of(user.legal_entity_ids)
    return Principal(PrincipalKind.STAFF, user.id, user.name or user.email, permissions_of(user.roles), legal_entity_ids=entities)


def has_any_user() -> bool:
    """Whether somebody could sign in at all."""
    return session.scalar(select(func.count()).select_from(User)) != 0


def reaches(user: User) -> bool:
    """Whether whoever acts sees every legal entity that a user sees."""
    return principal().reaches(reach_of(user.legal_entity_ids))


def get_within_reach(user_id: UUID) -> User:
    """A user whom the principal may change: nobody changes who may do or see more than oneself."""
    user = get_user(user_id)
    if not reaches(user):
        raise Denied(f"{user.name} sees more legal entities than you do; ask an administrator.")
    if not all(principal().may(permission) for permission in permissions_of(user.roles)):
        raise Denied(f"{user.name} may do more than you; ask an administrator.")
    return user


def _validate(new: NewUser) -> None:
    problems = []
    if not _EMAIL.fullmatch(new.email.strip()):
        problems.append(Problem("email", "not_an_email", f"{new.email!r} is not an e-mail address such as ada@example.com."))
    if not new.name.strip():
        problems.append(Problem("name", "missing", "Give the name by which others know this person."))
    if problems:
        raise Invalid(problems=problems)
    _check_roles(new.roles)
    if new.password:
        check_password(new.password, email=new.email)


def _check_roles(roles: Sequence[str]) -> None:
    own = set(session.scalars(select(Role.name)))
    unknown = sorted(set(roles) - ROLE_TITLES.keys() - own)
    if unknown:
        raise Invalid.field("roles", "unknown_role", f"No role {', '.join(unknown)}; there are {', '.join(sorted({*ROLE_TITLES, *own}))}.")


def _check_may_give(roles: Sequence[str] | set[str]) -> None:
    """Nobody hands out rights they do not have."""
    acting = principal()
    for role in roles:
        if not all(acting.may(p) for p in permissions_of([role])):
            raise Denied(f"The role {role} allows more than you may yourself; ask an administrator.")


def _check_administrator_remains() -> None:
    active = session.scalars(select(User).where(User.active))
    if not any(ADMINISTRATOR in user.roles and user.legal_entity_ids is None for user in active):
        raise Conflict("One active administrator who sees all legal entities has to remain.", code="last_administrator")


def _required_name(name: str) -> str:
    if not name.strip():
        raise Invalid.field("name", "missing", "Give the name by which others know this person.")
    return name.strip()
