"""Services: what people and programs can ask of a plugin. Each declares the permission that its outermost caller needs."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

from bezant.auth.context import inside_service
from bezant.db.unit_of_work import is_active, unit_of_work

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 4
"""How often a use case is run when the database asks for a repeat (deadlock, serialization failure)."""

_REPEATABLE = frozenset({"40001", "40P01"})


def use_case(permission: str, *, whole: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A service that changes something: checks the permission and runs in the unit of work.

    ``whole`` ones work on everything, so they are refused to whoever sees a part of the data only. Where the database breaks a
    deadlock at its expense, the outermost use case is repeated as a whole.
    """

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        package = function.__module__.partition(".")[0]

        def once(*args: P.args, **kwargs: P.kwargs) -> R:
            with inside_service(permission, package, whole=whole), unit_of_work():
                return function(*args, **kwargs)

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            tries = 1 if is_active() else TRIES
            for left in reversed(range(tries)):
                try:
                    return once(*args, **kwargs)
                except DBAPIError as error:
                    if not left or getattr(error.orig, "sqlstate", None) not in _REPEATABLE:
                        raise
            raise AssertionError("unreachable")

        return _declare(call, permission)

    return wrap


def query(permission: str, *, whole: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A service that only reads, or does its work in several units of work: checks the permission; ``whole`` as with ``use_case``."""

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        package = function.__module__.partition(".")[0]

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            with inside_service(permission, package, whole=whole):
                return function(*args, **kwargs)

        return _declare(call, permission)

    return wrap


def _declare(call: Callable[P, R], permission: str) -> Callable[P, R]:
    call.__bezant_permission__ = permission  # type: ignore[attr-defined]
    return call
