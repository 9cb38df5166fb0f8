"""What stands before every endpoint: who may, how often, in which form. Declared beside the view, enforced at registration."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bezant.db.scope import Narrowing
from bezant.errors import ConfigurationError

F = TypeVar("F", bound=Callable[..., Any])

ATTRIBUTE = "__bezant_api_access__"


@dataclass(frozen=True, slots=True)
class Access:
    """The declared terms of an endpoint.

    ``permission`` is None for public ones. ``idempotency``: None where a key is not taken, else ``optional`` or ``required``;
    ``staged`` marks operations that commit more than once (an attempt, then its outcome). ``scope`` says whose what it shows is;
    ``named`` is the parameter of the address that names a row of it.
    """

    declared: bool = False
    permission: str | None = None
    idempotency: str | None = None
    money: bool = False
    staged: bool = False
    any_media_type: bool = False
    scope: Narrowing | None = None
    named: str = ""


def requires(permission: str) -> Callable[[F], F]:
    """The endpoint is for whoever holds this permission."""
    return _mark(declared=True, permission=permission)


def public(reason: str) -> Callable[[F], F]:
    """The endpoint is open to everybody, for the reason given (a health probe, a webhook that carries its own signature)."""
    if not reason:
        raise ConfigurationError("a public endpoint needs a reason")
    return _mark(declared=True, permission=None)


def idempotent(*, required: bool = False, staged: bool = False) -> Callable[[F], F]:
    """The endpoint honours ``Idempotency-Key``. Every POST of a money-moving endpoint says ``required=True``; its keys are kept longer.

    Without ``staged`` the whole request is one transaction, the key included. ``staged`` is for operations that commit an attempt
    before they talk to somebody else: the key is stored with the first commit, the answer with the outcome, and the repeat
    of a request that never ended runs again (the service finds its attempt by its own key).
    """
    return _mark(idempotency="required" if required else "optional", money=required, staged=staged)


def scoped(scope: Narrowing) -> Callable[[F], F]:
    """The endpoint shows rows of another scope than its blueprint says: a model or read model, ``Shared`` or ``Withheld`` and why."""
    return _mark(scope=scope)


def any_media_type(view: F) -> F:
    """The endpoint takes bodies other than JSON."""
    return _mark(any_media_type=True)(view)


def access_of(view: Any) -> Access:
    """The terms declared on a view."""
    found: Access = getattr(view, ATTRIBUTE, Access())
    return found


def _mark(**terms: Any) -> Callable[[F], F]:
    def mark(view: F) -> F:
        setattr(view, ATTRIBUTE, replace(access_of(view), **terms))
        return view

    return mark
