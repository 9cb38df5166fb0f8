"""Who may open a page. Every view says so; one that does not is refused, and a test finds it first."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from flask import Flask, request

from bezant.auth.context import PrincipalKind, check, principal
from bezant.errors import Denied

P = ParamSpec("P")
R = TypeVar("R")

ATTRIBUTE = "__bezant_web_permission__"
PUBLIC = ""


def requires(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The view is for whoever holds this permission; others are told so, and who is not signed in is sent to sign in."""
    if not permission:
        raise ValueError("requires() needs a permission; public(reason) opens a page to everybody")

    def wrap(view: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            check(permission)
            return view(*args, **kwargs)

        return _declare(guarded, permission)

    return wrap


def public(reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The view is open to everybody, for the reason given (signing in, health)."""
    if not reason:
        raise ValueError("a public view needs a reason")
    return lambda view: _declare(view, PUBLIC)


def personal(view: Callable[P, R]) -> Callable[P, R]:
    """The view is for every user who is signed in, about themselves alone, so it asks for no permission."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if principal().kind is not PrincipalKind.STAFF:
            raise Denied("Only a user has this page; sign in as one.")
        return view(*args, **kwargs)

    return _declare(guarded, PUBLIC)


def permission_of(view: Callable[..., Any]) -> str | None:
    """The permission a view declares, empty for a public one, ``None`` where it declares nothing."""
    found: str | None = getattr(view, ATTRIBUTE, None)
    return found


def undeclared(app: Flask, elsewhere: tuple[str, ...] = ("/api/",)) -> list[str]:
    """Addresses outside ``elsewhere`` whose views declare no permission."""
    rules = (rule for rule in app.url_map.iter_rules() if not rule.rule.startswith(elsewhere))
    return sorted(rule.rule for rule in rules if permission_of(app.view_functions[rule.endpoint]) is None)


def refuse_undeclared(app: Flask) -> None:
    """Before a request reaches a page's view that declares nothing, it is refused."""
    view = app.view_functions.get(request.endpoint or "")
    if view is not None and not request.path.startswith("/api/") and permission_of(view) is None:
        raise Denied(f"The page {request.path} declares no permission, so nobody may open it; its plugin must say requires(…).")


def _declare(view: Callable[P, R], permission: str) -> Callable[P, R]:
    setattr(view, ATTRIBUTE, permission)
    return view
