"""Who is acting. A service checks the principal at the outermost call; calls from one plugin into another run under the
calling plugin's declared grants.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bezant.errors import Denied, Unauthenticated


class PrincipalKind(StrEnum):
    """What kind of actor a principal is."""

    STAFF = "staff"
    API_KEY = "api_key"
    PORTAL = "portal"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody or something that acts.

    ``legal_entity_ids`` and ``account_ids`` narrow what it sees; ``None`` means everything. The system may do everything.
    """

    kind: PrincipalKind
    id: UUID | None
    name: str
    permissions: frozenset[str] = frozenset()
    legal_entity_ids: frozenset[UUID] | None = None
    account_ids: frozenset[UUID] | None = None

    def may(self, permission: str) -> bool:
        """Whether the principal has a permission."""
        return self.kind is PrincipalKind.SYSTEM or permission in self.permissions

    @property
    def is_limited(self) -> bool:
        """Whether it sees a part of the data only."""
        return self.legal_entity_ids is not None or self.account_ids is not None

    def reaches(self, legal_entity_ids: Iterable[UUID] | None) -> bool:
        """Whether the principal sees all that somebody confined to these legal entities sees (``None``: to none of them)."""
        own = self.legal_entity_ids
        return own is None or (legal_entity_ids is not None and own.issuperset(legal_entity_ids))


SYSTEM = Principal(PrincipalKind.SYSTEM, None, "system")

_principal: ContextVar[Principal | None] = ContextVar("bezant_principal", default=None)
_calling: ContextVar[str | None] = ContextVar("bezant_calling_package", default=None)
_grants: dict[str, frozenset[str]] = {}


def install_grants(grants: Mapping[str, frozenset[str]]) -> None:
    """Sets what each package may do in other plugins on behalf of its callers (from the manifests)."""
    _grants.clear()
    _grants.update(grants)


def principal() -> Principal:
    """Who acts here. Raises ``Unauthenticated`` where nobody does."""
    acting = _principal.get()
    if acting is None:
        raise Unauthenticated("Nobody is signed in.")
    return acting


def principal_or_none() -> Principal | None:
    """Who acts here, or ``None``."""
    return _principal.get()


def may(permission: str) -> bool:
    """Whether whoever acts here has a permission; false where nobody does."""
    acting = _principal.get()
    return acting is not None and acting.may(permission)


def check(permission: str) -> None:
    """Raises ``Denied`` unless the principal has the permission."""
    acting = principal()
    if not acting.may(permission):
        raise Denied(f"{acting.name} lacks the permission {permission}; an administrator can grant it through a role.")


def check_whole() -> None:
    """Raises ``Denied`` where the principal sees a part of the data only: for what concerns all of it."""
    acting = principal()
    if acting.is_limited:
        raise Denied(f"{acting.name} sees a part of the data only, and this concerns all of it; ask an administrator.")


def given_reach(legal_entity_ids: Iterable[UUID] | None) -> list[UUID] | None:
    """The legal entities of a user or key that is made: those asked for, else those of whoever acts. Raises ``Denied`` beyond them."""
    acting = principal()
    asked = acting.legal_entity_ids if legal_entity_ids is None else list(legal_entity_ids)
    if acting.account_ids is not None or not acting.reaches(asked):
        raise Denied(f"{acting.name} does not see all of these legal entities; ask an administrator.")
    return None if asked is None else sorted(asked)


@contextmanager
def acting_as(who: Principal) -> Iterator[None]:
    """Everything inside is done by ``who``, as a new outermost call."""
    token, calling = _principal.set(who), _calling.set(None)
    try:
        yield
    finally:
        _calling.reset(calling)
        _principal.reset(token)


@contextmanager
def act_as_system() -> Iterator[None]:
    """Everything inside is done by the system: for requests that nobody signs in for and that carry a proof of their own, such as
    a signed webhook. Check the proof before anything else."""
    with acting_as(SYSTEM):
        yield


@contextmanager
def answering_hook(package: str) -> Iterator[None]:
    """A plugin answers a hook: where a service asked, what the answer calls runs under the answering plugin's grants, not the asker's.

    Outside any service nothing changes: the principal's own permissions count.
    """
    token = _calling.set(package if _calling.get() is not None else None)
    try:
        yield
    finally:
        _calling.reset(token)


@contextmanager
def inside_service(permission: str, package: str, *, whole: bool = False) -> Iterator[None]:
    """One call of a service: checks the permission of the outermost caller, or the grant of the plugin that calls. What works on the
    ``whole`` of the data is refused, whoever calls, to a principal that sees a part of it."""
    caller = _calling.get()
    if caller is None:
        check(permission)
    elif caller != package and permission not in _grants.get(caller, frozenset()):
        raise Denied(f"{caller} calls {package} without the grant {permission}; name it under `grants` in its plugin.toml.")
    if whole:
        check_whole()
    token = _calling.set(package)
    try:
        yield
    finally:
        _calling.reset(token)
