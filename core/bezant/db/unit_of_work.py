"""The unit of work: the outermost ``with unit_of_work():`` commits, nothing else does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from bezant.db.engine import writing
from bezant.db.model import session
from bezant.errors import BillingError, Stale

T = TypeVar("T")

_active: ContextVar["UnitOfWork | None"] = ContextVar("bezant_unit_of_work", default=None)


@dataclass(slots=True)
class UnitOfWork:
    """The running transaction: what is still to be done before and after it commits."""

    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    after: dict[str, Callable[[], None]] = field(default_factory=dict)
    kept: dict[str, object] = field(default_factory=dict)
    recalled: dict[str, object] = field(default_factory=dict)
    broken: bool = False


@contextmanager
def unit_of_work() -> Iterator[UnitOfWork]:
    """Everything inside happens, or nothing does.

    Nested ones join the outermost. An exception that leaves a nested one dooms the whole, even if somebody catches it on the
    way: half a use case must not be committed. Catch inside :func:`savepoint` where going on is meant.
    """
    running = _active.get()
    if running is not None:
        try:
            yield running
        except BaseException:
            running.broken = True
            raise
        return
    _end_reading()
    unit = UnitOfWork()
    token = _active.set(unit)
    try:
        with writing():
            yield unit
            _commit(unit)
    except BaseException:
        session.rollback()
        raise
    finally:
        _active.reset(token)
    for callback in unit.after.values():
        callback()


@contextmanager
def savepoint() -> Iterator[None]:
    """A part of the unit of work that may fail alone: its writes and its callbacks are undone, the rest goes on."""
    unit = current()
    before, after, broken = dict(unit.before), dict(unit.after), unit.broken
    try:
        with session.begin_nested():
            yield
    except BaseException:
        unit.before, unit.after, unit.broken = before, after, broken
        unit.recalled.clear()
        raise


def current() -> UnitOfWork:
    """The running unit of work. Raises ``RuntimeError`` outside one."""
    unit = _active.get()
    if unit is None:
        raise RuntimeError("this writes, and writing needs `with unit_of_work():` around it")
    return unit


def is_active() -> bool:
    """Whether a unit of work is running here."""
    return _active.get() is not None


def before_commit(key: str, callback: Callable[[], None]) -> None:
    """Runs ``callback`` once right before the commit, inside the transaction; a key already taken is left as it is."""
    current().before.setdefault(key, callback)


def after_commit(key: str, callback: Callable[[], None]) -> None:
    """Runs ``callback`` once after the commit, outside the transaction; never after a rollback."""
    current().after.setdefault(key, callback)


def keep(key: str, make: Callable[[], T]) -> T:
    """A value that lives as long as the unit of work, made when it is first asked for."""
    kept = current().kept
    if key not in kept:
        kept[key] = make()
    return cast(T, kept[key])


def recalled(key: str) -> dict[Any, Any]:
    """What was read in this unit of work and need not be read again, by whatever the caller likes; empty where none is running.

    Forgotten when a savepoint is undone. Whoever writes what is recalled here clears it.
    """
    unit = _active.get()
    return {} if unit is None else cast(dict[Any, Any], unit.recalled.setdefault(key, {}))


def _end_reading() -> None:
    """Ends the read-only transaction that earlier queries opened, so that a writing one can begin."""
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("objects were changed outside a unit of work")
    session.commit()


def _commit(unit: UnitOfWork) -> None:
    if unit.broken:
        raise RuntimeError("a nested unit of work failed and its exception was swallowed; nothing is committed")
    try:
        while unit.before:
            key = next(iter(unit.before))
            unit.before.pop(key)()
        session.commit()
    except StaleDataError as error:
        raise Stale("Somebody else changed this meanwhile; read it again and repeat your change.") from error
    except OperationalError as error:
        if "disk is full" in str(error):
            raise BillingError("The disk of the database is full; nothing was changed. Free space and repeat.", code="disk_full") from error
        raise
