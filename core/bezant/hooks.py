"""Hooks: how plugins contribute. The markers, and the one typed way to call an implementation.

``each(spec, …)`` takes the hookspec function itself, so that a misspelt name or a wrong argument is seen by the type checker
(pluggy's own ``pm.hook`` accepts anything). Results come in plugin order, with the name of the plugin that gave them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Literal, ParamSpec, Protocol, TypeVar

import pluggy
import structlog

from bezant.errors import BillingError, PluginError

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., object])

PROJECT = "bezant"
hookimpl = pluggy.HookimplMarker(PROJECT)
_mark_spec = pluggy.HookspecMarker(PROJECT)
_log = structlog.get_logger(__name__)


class OnError(StrEnum):
    """What an exception in one implementation means for the whole call."""

    OMIT = "omit"  # its piece is left out and the failure is logged: pages, lists, panels
    RAISE = "raise"  # the operation stops with PluginError naming the plugin: amounts, permissions, screening


def hookspec(*, on_error: Literal["omit", "raise"] = "raise") -> Callable[[F], F]:
    """Marks a function as a hook specification, with what an exception in an implementation means."""

    def mark(spec: F) -> F:
        spec.__bezant_on_error__ = OnError(on_error)  # type: ignore[attr-defined]
        return _mark_spec(spec)

    return mark


@dataclass(frozen=True, slots=True)
class Contribution(Generic[R]):
    """What one plugin answered."""

    plugin: str
    value: R


class _Caller(Protocol):
    def implementations(self, hook: str) -> list[tuple[str, Callable[..., object]]]: ...


_current: ContextVar[_Caller] = ContextVar("bezant_hooks")
_default: _Caller | None = None


def install(caller: _Caller) -> None:
    """Makes ``caller`` (the plugin manager of an application) answer hook calls from now on."""
    global _default
    _default = caller


@contextmanager
def using(caller: _Caller) -> Iterator[None]:
    """Lets another application answer hook calls for a while (several applications in one process: tests)."""
    token = _current.set(caller)
    try:
        yield
    finally:
        _current.reset(token)


def each(spec: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> list[Contribution[R]]:
    """Calls every implementation of ``spec`` and returns their answers in plugin order.

    An implementation that returns ``None`` contributes nothing. What an exception means is written at the spec.
    """
    caller = _current.get(_default)
    if caller is None:
        return []
    policy: OnError = getattr(spec, "__bezant_on_error__", OnError.RAISE)
    answers = []
    for plugin, implementation in caller.implementations(spec.__name__):
        try:
            value = implementation(*args, **kwargs)
        except BillingError:
            if policy is OnError.RAISE:
                raise
            _log.exception("plugin left out", plugin=plugin, hook=spec.__name__)
        except Exception as error:
            if policy is OnError.RAISE:
                raise PluginError(plugin, f"{spec.__name__} failed: {error}") from error
            _log.exception("plugin left out", plugin=plugin, hook=spec.__name__)
        else:
            if value is not None:
                answers.append(Contribution(plugin, value))
    return answers  # type: ignore[return-value]
