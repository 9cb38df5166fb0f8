"""Many rows at once: inserts, and conditions on long lists, each as one statement."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Dialect,
    FromClause,
    Integer,
    Select,
    String,
    Table,
    TableClause,
    Text,
    Uuid,
    cast,
    column,
    func,
    literal,
    select,
    table,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.type_api import TypeEngine

from bezant.db.model import Base, session
from bezant.db.types import ExactDecimal, Json, UTCDateTime
from bezant.db.unit_of_work import current
from bezant.records import ReadModel

_TYPES: Mapping[str, TypeEngine[Any]] = {
    "uuid": Uuid(),
    "text": String(),
    "integer": Integer(),
    "minor": BigInteger(),
    "decimal": ExactDecimal(),
    "day": Date(),
    "instant": UTCDateTime(),
    "boolean": Boolean(),
    "json": Json,
}


def bulk_insert(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows (column name → value; all with the same keys) in one statement, past the ORM. Needs a unit of work.

    Column defaults apply; an empty sequence does nothing.
    """
    current()
    if not rows:
        return
    session.flush()
    connection = session.connection()
    table: Table = model.__table__  # type: ignore[assignment]
    prepared = _prepare(table, tuple(rows[0]), connection.dialect)
    if prepared is None:
        connection.execute(table.insert(), rows)
    else:
        connection.exec_driver_sql(prepared.sql, prepared.parameters(rows))


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An INSERT for the driver, with what turns each column's values into the driver's: a column at a time is several times
    faster than a row at a time. ``processors`` are in the order of the statement's parameters."""

    sql: str
    processors: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    positional: bool

    def parameters(self, rows: Sequence[Mapping[str, Any]]) -> Any:
        columns = []
        for name, process in self.processors:
            values = [row[name] for row in rows]
            columns.append(values if process is None else _converted(values, process))
        tuples = list(zip(*columns, strict=True))
        if self.positional:
            return tuples
        names = [name for name, _ in self.processors]
        return [dict(zip(names, values, strict=True)) for values in tuples]


def _converted(values: list[Any], process: Callable[[Any], Any]) -> list[Any]:
    """The driver's values of a column; the same object standing in many rows (a day, an account, a moment) is converted once."""
    distinct = {id(value): value for value in values}
    if 2 * len(distinct) > len(values):
        return [process(value) for value in values]
    done = {key: process(value) for key, value in distinct.items()}
    return [done[id(value)] for value in values]


@lru_cache(maxsize=512)
def _prepare(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Prepared | None:
    """The statement for rows with these columns; ``None`` where Python has to fill in defaults."""
    compiled: Any = table.insert().compile(dialect=dialect, column_keys=list(names))
    if compiled.insert_prefetch:
        return None
    order = compiled.positiontup if compiled.positional else names
    processors = tuple((name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in order)
    return _Prepared(str(compiled), processors, compiled.positional)


def insert_into(model: type[Base]) -> Any:
    """``INSERT INTO`` a model's table, past the ORM, with the ``on_conflict_do_…`` that both databases know."""
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(model.__table__)


def selectable(model: ReadModel) -> TableClause:
    """Another plugin's read model as a table to select from and join with."""
    return table(model.table, *(column(name, _TYPES[kind]) for name, kind in model.columns.items()))


def ids_in(target: ColumnElement[Any] | InstrumentedAttribute[Any], ids: Collection[UUID]) -> ColumnElement[bool]:
    """``target IN ids`` with one parameter however many ids there are."""
    return target.in_(select(json_rows([{"id": i} for i in ids], id="uuid").c.id))


def json_rows(rows: Sequence[Mapping[str, Any]], /, **columns: str) -> FromClause:
    """Rows as something to join with: one JSON parameter, unpacked by the database.

    ``json_rows([{"key": 1, "at": now}], key="integer", at="instant")``; kinds are those of :class:`ReadModel`, without json.
    """
    names = tuple(columns)
    payload = json.dumps([[_plain(row[name]) for name in names] for row in rows])
    if session.get_bind().dialect.name == "postgresql":
        return _postgresql_rows(payload, columns).subquery()
    return _sqlite_rows(payload, columns).subquery()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value.isoformat() if isinstance(value, date) else f"{value:f}"


def _sqlite_rows(payload: str, columns: Mapping[str, str]) -> Select[Any]:
    each = func.json_each(payload).table_valued("value", name="each")
    return select(
        *(
            type_coerce(func.json_extract(each.c.value, f"$[{i}]"), _TYPES[kind]).label(name)
            for i, (name, kind) in enumerate(columns.items())
        )
    )


def _postgresql_rows(payload: str, columns: Mapping[str, str]) -> Select[Any]:
    each = func.jsonb_array_elements(cast(literal(payload, Text), JSONB)).table_valued(column("value", JSONB), name="each")
    return select(*(_postgresql_value(each.c.value.op("->>")(i), kind).label(name) for i, (name, kind) in enumerate(columns.items())))


def _postgresql_value(text: ColumnElement[Any], kind: str) -> ColumnElement[Any]:
    if kind == "instant":
        return type_coerce(func.timezone("UTC", cast(text, TIMESTAMP)), UTCDateTime())
    return cast(text, Text if kind == "text" else _TYPES[kind])
