"""Many rows at once, past the ORM: one statement for a page of rows, on PostgreSQL one COPY.

Everything is done a column at a time, which is several times faster than a row at a time; what is the same in every row is
turned into the driver's value once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, Uuid
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.type_api import TypeEngine

from bezant.db.model import Base, session
from bezant.db.unit_of_work import current

COPY_FROM = 50
"""So many rows and more are sent to PostgreSQL by COPY."""


@dataclass(frozen=True, slots=True)
class Columns:
    """``count`` rows by their columns: for each a value for every row, or fewer, which then come again from the first: ``(7,)`` is 7
    in every row, ``(1, 2)`` is 1 and 2 in turn."""

    count: int
    values: Mapping[str, Sequence[Any]]


Converter = Callable[[Iterable[Any]], list[Any]]
"""Values of a column → the driver's."""


def bulk_insert(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows (column name → value; all with the same keys) in one statement, past the ORM. Needs a unit of work.

    Column defaults apply; an empty sequence does nothing.
    """
    if rows:
        insert_columns(model, [Columns(len(rows), {name: [row[name] for row in rows] for name in rows[0]})])


def insert_columns(model: type[Base], batches: Sequence[Columns]) -> None:
    """Inserts the rows of batches, which have the same columns, like :func:`bulk_insert`: in one statement, in their order."""
    current()
    filled = [batch for batch in batches if batch.count]
    if not filled:
        return
    session.flush()
    connection = session.connection()
    table: Table = model.__table__  # type: ignore[assignment]
    prepared = _prepare(table, tuple(filled[0].values), connection.dialect)
    if prepared is None:
        connection.execute(table.insert(), [row for batch in filled for row in _as_rows(batch)])
        return
    rows = [row for batch in filled for row in prepared.rows(batch)]
    if prepared.copy is not None and len(rows) >= COPY_FROM:
        _copy(connection, prepared, rows)
    else:
        connection.exec_driver_sql(prepared.sql, prepared.parameters(rows))


def insert_into(model: type[Base]) -> Any:
    """``INSERT INTO`` a model's table, past the ORM, with the ``on_conflict_do_…`` that both databases know."""
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(model.__table__)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An INSERT for the driver, with what turns a column's values into the driver's, in the order of its parameters.

    ``copy`` is the COPY that does the same, where there is one, and ``types`` are the types of its columns.
    """

    sql: str
    converters: tuple[tuple[str, Converter | None], ...]
    positional: bool
    copy: str | None
    types: tuple[str, ...]

    def rows(self, batch: Columns) -> Iterable[tuple[Any, ...]]:
        """The rows as the driver takes them, in the order of the parameters."""
        return zip(*(_driver_values(batch.values[name], convert, batch.count) for name, convert in self.converters), strict=True)

    def parameters(self, rows: Sequence[tuple[Any, ...]]) -> Any:
        """Rows as parameters of the statement."""
        if self.positional:
            return rows
        names = [name for name, _ in self.converters]
        return [dict(zip(names, row, strict=True)) for row in rows]


def _driver_values(values: Sequence[Any], convert: Converter | None, count: int) -> Iterable[Any]:
    """The driver's values of a column; the same object standing in many rows (a day, an account, a moment) is converted once."""
    if len(values) < count:
        done = list(values) if convert is None else convert(values)
        return done * (count // len(done))
    if convert is None:
        return values
    distinct = {id(value): value for value in values}
    if 2 * len(distinct) > count:
        return convert(values)
    known = dict(zip(distinct, convert(distinct.values()), strict=True))
    return [known[id(value)] for value in values]


def _converter(kind: TypeEngine[Any], dialect: Dialect) -> Converter | None:
    """What turns the values of a column of some type into the driver's; None where they are the same."""
    process = kind.bind_processor(dialect)
    if isinstance(kind, Uuid) and dialect.name == "sqlite":
        return lambda ids: [None if id is None else f"{id.int:032x}" for id in ids]
    return None if process is None else lambda values: [process(value) for value in values]


def _as_rows(batch: Columns) -> list[dict[str, Any]]:
    every = [list(values) * (batch.count // len(values)) for values in batch.values.values()]
    return [dict(zip(batch.values, row, strict=True)) for row in zip(*every, strict=True)]


@lru_cache(maxsize=512)
def _prepare(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Prepared | None:
    """The statement for rows with these columns; ``None`` where Python has to fill in defaults."""
    compiled: Any = table.insert().compile(dialect=dialect, column_keys=list(names))
    if compiled.insert_prefetch:
        return None
    order = compiled.positiontup if compiled.positional else names
    kinds = [table.c[name].type.dialect_impl(dialect) for name in order]
    converters = tuple((name, _converter(kind, dialect)) for name, kind in zip(order, kinds, strict=True))
    copies = dialect.name == "postgresql" and all(c.name in names or c.default is None for c in table.columns)
    copy = f"COPY {table.name} ({', '.join(names)}) FROM STDIN WITH (FORMAT BINARY)" if copies else None
    types = tuple(kind.compile(dialect).partition("(")[0].lower() for kind in kinds)
    return _Prepared(str(compiled), converters, compiled.positional, copy, types)


def _copy(connection: Connection, prepared: _Prepared, rows: Sequence[tuple[Any, ...]]) -> None:
    """Sends rows by COPY; constraints and triggers hold as for any insert; who listens to statements is told, errors are the usual ones."""
    proxied: Any = connection.connection
    try:
        with proxied.cursor() as cursor:
            connection.dispatch.before_cursor_execute(connection, cursor, prepared.copy, (), None, True)
            with cursor.copy(prepared.copy) as copy:
                copy.set_types(prepared.types)
                for row in rows:
                    copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        assert prepared.copy is not None
        raised = DBAPIError.instance(prepared.copy, None, error, connection.dialect.loaded_dbapi.Error, dialect=connection.dialect)
        raise raised from error
