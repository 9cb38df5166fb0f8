"""Connections: how SQLite and PostgreSQL are opened, and how a transaction begins.

Reading happens in read-only transactions, so that nothing can be written outside a unit of work: the database itself refuses.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, event, make_url
from sqlalchemy.exc import DBAPIError

from bezant.errors import ConfigurationError

BUSY_TIMEOUT_MS = 30_000
"""How long a SQLite writer waits for the one before it."""

_writing: ContextVar[bool] = ContextVar("bezant_writing", default=False)


@contextmanager
def writing() -> Iterator[None]:
    """Transactions that begin in here may write."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def parse_url(text: str) -> URL:
    """A database address with the drivers Bezant uses. Raises ``ConfigurationError`` for an engine it does not run on."""
    url = make_url(text)
    backend = url.get_backend_name()
    if backend == "sqlite":
        return url.set(drivername="sqlite")
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    raise ConfigurationError(f"database.url: {backend!r} is not supported; use sqlite:///… or postgresql://…")


def engine_options(url: URL) -> dict[str, Any]:
    """Arguments of ``create_engine`` for this address."""
    if url.get_backend_name() == "sqlite":
        import pysqlite3.dbapi2

        if url.database and url.database != ":memory:":
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        return {"module": pysqlite3.dbapi2, "connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000}, "pool_size": 20, "max_overflow": 20}
    return {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 20}


def prepare(engine: Engine) -> None:
    """Installs Bezant's connection and transaction habits on an engine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)


def lacks_table(error: DBAPIError) -> bool:
    """Whether a statement failed because a table is not there: nobody ran `bezant db upgrade` yet."""
    return "no such table" in str(error.orig) or getattr(error.orig, "sqlstate", None) == "42P01"


def _open_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "temp_store=MEMORY",
        "cache_size=-65536",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_aggregate("exact_sum", 1, _ExactSum)
    connection.create_aggregate("exact_dot", 2, _ExactDot)


def _begin_sqlite(connection: Connection) -> None:
    if _writing.get():
        connection.exec_driver_sql("PRAGMA query_only=0")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("PRAGMA query_only=1")
        connection.exec_driver_sql("BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if not _writing.get():
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


_EXACT = Context(prec=400)
"""Room for every digit: the default of 28 would round long sums."""


class _ExactSum:
    """SQLite aggregate: the sum of decimals in text form, without a float in between."""

    def __init__(self) -> None:
        self.total: Decimal | None = None

    def step(self, value: str | int | None) -> None:
        if value is not None:
            self.total = _EXACT.add(Decimal(value), self.total or Decimal(0))

    def finalize(self) -> str | None:
        return None if self.total is None else f"{self.total:f}"


class _ExactDot:
    """SQLite aggregate: the sum of products of two decimals in text form, exactly."""

    def __init__(self) -> None:
        self.total: Decimal | None = None

    def step(self, value: str | int | None, weight: str | int | None) -> None:
        if value is not None and weight is not None:
            self.total = _EXACT.add(_EXACT.multiply(Decimal(value), Decimal(weight)), self.total or Decimal(0))

    def finalize(self) -> str | None:
        return None if self.total is None else f"{self.total:f}"
