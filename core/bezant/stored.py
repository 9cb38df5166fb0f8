"""Values of the deployment itself that live in the database: edited settings, and how far business time has travelled."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import has_app_context
from sqlalchemy import String, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column

from bezant import clock
from bezant.audit import audit
from bezant.db.engine import lacks_table
from bezant.db.model import Model, session
from bezant.db.scope import Withheld
from bezant.db.types import Json
from bezant.db.unit_of_work import after_commit
from bezant.errors import Invalid
from bezant.platform import platform
from bezant.usecases import use_case

TRAVEL, REHEARSAL = "clock.travelled_seconds", "clock.rehearsal"


class StoredValue(Model):
    """A value by its key."""

    __tablename__ = "core_values"
    __scope__ = Withheld("settings of the deployment, read by the platform")

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)


CACHE_FOR = timedelta(seconds=2)
"""How long values read from the database are believed, so that another process's change arrives."""

_cache: dict[int, tuple[datetime, dict[str, Any]]] = {}


def stored_settings() -> Mapping[str, Any]:
    """Edited settings by key; read once per process and after each change made here."""
    return _values() if has_app_context() else {}


def travelled() -> timedelta:
    """How far business time is ahead of the machine's."""
    if not has_app_context():
        return timedelta()
    return timedelta(seconds=float(_values().get(TRAVEL, 0)))


@use_case("core.setting.edit")
def store_setting(key: str, value: Any) -> None:
    """Sets an editable key in the database. Raises ``Invalid`` for one that is unknown, not editable, or given a wrong value."""
    declared = platform().config.declared.get(key)
    if declared is None or not declared.editable:
        raise Invalid.field(key, "not_editable", f"{key} cannot be set here; write it into the configuration file.")
    declared.parse(value)
    _store(key, value)
    audit("core.setting.changed", "core.setting", key, {} if declared.secret else {"value": value})


@use_case("core.setting.edit")
def prefer_setting(key: str, value: Any) -> None:
    """Sets an editable key where nobody has: for what a kind of installation wants by default."""
    if platform().config.origin(key) == "default":
        store_setting(key, value)


def rehearses() -> bool:
    """Whether this installation was made for a rehearsal, in which business time may be moved."""
    return REHEARSAL in _values()


def place_clock(instant: datetime, *, rehearsal: bool = False) -> None:
    """Sets business time. Needs a unit of work; who may, and where to, is ``travel``'s to say."""
    if rehearsal:
        _store(REHEARSAL, True)
    _store(TRAVEL, (instant - clock.system()).total_seconds())


def forget_cache() -> None:
    """Reads the values again at the next use."""
    _cache.clear()


def _values() -> dict[str, Any]:
    key, now = id(platform()), clock.system()
    read_at, values = _cache.get(key, (None, {}))
    if read_at is None or now - read_at > CACHE_FOR:
        values = _read()
        _cache[key] = now, values
    return values


def _read() -> dict[str, Any]:
    """What is stored; nothing where there are no tables yet, so that the configuration can be looked at before the first upgrade."""
    try:
        return {row.key: row.value for row in session.scalars(select(StoredValue))}
    except DBAPIError as error:
        if not lacks_table(error):
            raise
        session.rollback()
        return {}


def _store(key: str, value: Any) -> None:
    session.merge(StoredValue(key=key, value=value))
    after_commit("forget stored values", forget_cache)
