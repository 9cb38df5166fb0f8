"""Protection that the database itself enforces: rows that are never edited, documents that freeze, balances that must hold.

A table declares it in its ``info`` (``__table_args__ = ({"info": append_only()},)``). The triggers are made after each
migration and compared at start-up, because Alembic's batch mode on SQLite rebuilds tables and drops their triggers silently.
A trigger's name ends in a hash of its text, so that comparing names compares definitions.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, text

KEY = "bezant_triggers"
PREFIX = "bz_"


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger. ``sql`` maps a dialect to what stands after ``CREATE [CONSTRAINT] TRIGGER <name>``; ``{function}`` in it is
    the name of the PostgreSQL function whose body is ``function``."""

    kind: str
    sqlite: str = ""
    postgresql: str = ""
    function: str = ""
    constraint: bool = False

    def name(self, table: str) -> str:
        digest = hashlib.sha256("\0".join((self.sqlite, self.postgresql, self.function)).encode()).hexdigest()[:8]
        return f"{PREFIX}{table[:36]}_{self.kind[:10]}_{digest}"


def append_only() -> dict[str, Any]:
    """Rows are inserted and never updated or deleted."""
    return _info(lambda t: [_refuse(t, event, "", f"{t.name} is append-only: correct it with a new row") for event in ("UPDATE", "DELETE")])


def frozen(*, when: str, except_: Sequence[str] = ()) -> dict[str, Any]:
    """Rows may not change or go once ``when`` holds of them (SQL over the table's own columns); ``except_`` columns may."""

    def make(table: Table) -> list[Trigger]:
        condition = _of_old(table, when)
        message = f"{table.name}: this row is final and cannot be changed"
        changed = " OR ".join(f"OLD.{c.name} IS DISTINCT FROM NEW.{c.name}" for c in table.columns if c.name not in except_)
        return [
            _refuse(table, "UPDATE", f"({condition}) AND ({changed})", message),
            _refuse(table, "DELETE", condition, message),
        ]

    return _info(make)


def frozen_child(*, parent: str, fk: str, when: str) -> dict[str, Any]:
    """Rows of a child table may not be added, changed or removed once ``when`` holds of their parent (columns of the parent).

    To write a final document, insert its children before itself (with a deferred foreign key).
    """

    def make(table: Table) -> list[Trigger]:
        message = f"{table.name}: its {parent} row is final and cannot be changed"
        made = []
        for event, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
            exists = f"EXISTS (SELECT 1 FROM {parent} WHERE {parent}.id = {row}.{fk} AND ({when}))"
            made.append(_refuse_if(table, event, exists, message))
        return made

    return _info(make)


def trigger(kind: str, *, sqlite: str = "", postgresql: str = "", function: str = "", constraint: bool = False) -> dict[str, Any]:
    """Any other trigger, written out for both databases.

    ``sqlite`` stands after the name (``BEFORE INSERT ON t BEGIN … END``); ``postgresql`` too, with ``EXECUTE FUNCTION
    {function}()``; ``function`` is the PL/pgSQL body (``BEGIN … END``); ``constraint`` makes it a constraint trigger.
    """
    return _info(lambda _table: [Trigger(kind, sqlite, postgresql, function, constraint)])


def protect(*infos: dict[str, Any]) -> dict[str, Any]:
    """Several protections of one table together."""
    return {KEY: [maker for info in infos for maker in info[KEY]]}


def install_triggers(connection: Connection, tables: Iterable[Table]) -> None:
    """Makes the triggers of these tables what they are declared to be; stale ones go."""
    for table in tables:
        wanted = {t.name(table.name): t for t in _declared(connection, table)}
        present = _present(connection, table.name)
        for name in present - wanted.keys():
            _drop(connection, table.name, name)
        for name in wanted.keys() - present:
            _create(connection, table.name, name, wanted[name])


def drop_triggers(connection: Connection, tables: Iterable[Table]) -> None:
    """Removes the triggers of these tables (before a migration that must rewrite rows)."""
    for table in tables:
        for name in _present(connection, table.name):
            _drop(connection, table.name, name)


def missing_triggers(connection: Connection, tables: Iterable[Table]) -> list[str]:
    """Names of declared triggers that the database lacks or has switched off."""
    missing: set[str] = set()
    for table in tables:
        missing |= {t.name(table.name) for t in _declared(connection, table)} - _present(connection, table.name)
    return sorted(missing)


def _info(maker: Callable[[Table], list[Trigger]]) -> dict[str, Any]:
    return {KEY: [maker]}


def _declared(connection: Connection, table: Table) -> list[Trigger]:
    made = [t for maker in table.info.get(KEY, ()) for t in maker(table)]
    return [t for t in made if (t.sqlite if connection.dialect.name == "sqlite" else t.postgresql)]


def _of_old(table: Table, condition: str) -> str:
    names = "|".join(re.escape(c.name) for c in table.columns)
    return re.sub(rf"(?<![.\w])({names})(?!\w)", r"OLD.\1", condition)


def _refuse(table: Table, event: str, condition: str, message: str) -> Trigger:
    """Refuses an event on rows for which ``condition`` (over OLD and NEW, without subqueries) holds."""
    when = f"WHEN ({condition}) " if condition else ""
    sqlite_when = when.replace("IS DISTINCT FROM", "IS NOT")
    return Trigger(
        f"no_{event.lower()}",
        sqlite=f"BEFORE {event} ON {table.name} {sqlite_when}BEGIN SELECT RAISE(ABORT, '{message}'); END",
        postgresql=f"BEFORE {event} ON {table.name} FOR EACH ROW {when}EXECUTE FUNCTION {{function}}()",
        function=f"BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END",
    )


def _refuse_if(table: Table, event: str, condition: str, message: str) -> Trigger:
    """Refuses an event on rows for which ``condition``, which may hold subqueries, is true."""
    back = "OLD" if event == "DELETE" else "NEW"
    return Trigger(
        f"no_{event.lower()}",
        sqlite=f"BEFORE {event} ON {table.name} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END",
        postgresql=f"BEFORE {event} ON {table.name} FOR EACH ROW EXECUTE FUNCTION {{function}}()",
        function=(
            f"BEGIN IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            f"RETURN {back}; END"
        ),
    )


def _present(connection: Connection, table: str) -> set[str]:
    if connection.dialect.name == "sqlite":
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
    else:
        sql = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgrelid = to_regclass(:table)"
    return {name for (name,) in connection.execute(text(sql), {"table": table}) if name.startswith(PREFIX)}


def _create(connection: Connection, table: str, name: str, made: Trigger) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {made.sqlite}")
        return
    function = f"{name}_fn"
    kind = "CONSTRAINT TRIGGER" if made.constraint else "TRIGGER"
    connection.exec_driver_sql(
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $bz$ {made.function} $bz$".replace("%", "%%")
    )
    connection.exec_driver_sql(f"CREATE {kind} {name} {made.postgresql.replace('{function}', function)}")


def _drop(connection: Connection, table: str, name: str) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    else:
        connection.exec_driver_sql(f"DROP TRIGGER {name} ON {table}")
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}_fn()")
