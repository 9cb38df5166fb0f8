"""Conditions on long lists, and rows to join with: one parameter however many there are."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    String,
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
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.type_api import TypeEngine

from bezant.db.model import session
from bezant.db.types import ExactDecimal, Json, UTCDateTime
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


def selectable(model: ReadModel) -> TableClause:
    """Another plugin's read model as a table to select from and join with."""
    return table(model.table, *(column(name, _TYPES[kind]) for name, kind in model.columns.items()))


def ids_in(target: ColumnElement[Any] | InstrumentedAttribute[Any], ids: Collection[UUID]) -> ColumnElement[bool]:
    """``target IN ids`` with one parameter however many ids there are."""
    if session.get_bind().dialect.name == "postgresql":
        return target.in_(select(json_rows([{"id": i} for i in ids], id="uuid").c.id))
    each = func.json_each(json.dumps([f"{i.int:032x}" for i in ids])).table_valued("value", name="each")
    return target.in_(select(type_coerce(each.c.value, Uuid())))


def json_rows(rows: Sequence[Mapping[str, Any]], /, **columns: str) -> FromClause:
    """Rows as something to join with: one JSON parameter, unpacked by the database.

    ``json_rows([{"key": 1, "at": now}], key="integer", at="instant")``; kinds are those of :class:`ReadModel`, without json.
    """
    payload = json.dumps(list(zip(*(_written([row[name] for row in rows], kind) for name, kind in columns.items()), strict=True)))
    if session.get_bind().dialect.name == "postgresql":
        return _postgresql_rows(payload, columns).subquery()
    return _sqlite_rows(payload, columns).subquery()


def _written(values: Sequence[Any], kind: str) -> Sequence[Any]:
    """A column as JSON values."""
    if kind == "uuid":
        return [None if value is None else f"{value.int:032x}" for value in values]
    return values if kind in ("text", "integer", "minor", "boolean") else [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
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
