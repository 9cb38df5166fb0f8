"""Column types that keep their values exactly on SQLite and PostgreSQL alike."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Numeric, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.sql.type_api import TypeEngine
from sqlalchemy.types import JSON, Uuid

from bezant.ids import new_id

CURRENCY_LENGTH = 3
"""Length of an ISO 4217 code."""


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Takes aware values only, stores UTC, gives aware UTC back."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal number stored exactly: ``NUMERIC`` on PostgreSQL, text on SQLite (whose numbers are floats).

    Sum it with :func:`exact_sum`; ordering and comparing in SQL is PostgreSQL's alone, so do it in Python.
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Numeric())
        return dialect.type_descriptor(String())

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if isinstance(value, float):
            raise TypeError(f"float {value!r}: exact numbers are Decimal")
        exact = Decimal(value)
        return exact if dialect.name == "postgresql" else f"{exact:f}"

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


Json = JSON().with_variant(JSONB(), "postgresql")
"""Structured values: ``JSONB`` on PostgreSQL, text on SQLite."""

Currency = String(CURRENCY_LENGTH)
"""An ISO 4217 code."""


def primary_key() -> MappedColumn[Any]:
    """The ``id`` column: a UUIDv7, made in Python."""
    return mapped_column(Uuid, primary_key=True, default=new_id)


def minor(**options: Any) -> MappedColumn[Any]:
    """A column of whole minor units."""
    return mapped_column(BigInteger, **options)


class exact_sum(GenericFunction[Decimal]):  # noqa: N801  (an SQL function)
    """SQL: the exact sum of a decimal column, ``Decimal``, or ``None`` where there are no rows."""

    name = "exact_sum"
    type = ExactDecimal()
    inherit_cache = True


@compiles(exact_sum, "postgresql")
def _sum_on_postgresql(element: exact_sum, compiler: Any, **options: Any) -> str:
    return f"sum({compiler.process(element.clauses, **options)})"


class exact_dot(GenericFunction[Decimal]):  # noqa: N801  (an SQL function)
    """SQL: the exact sum of the products of two decimal columns, ``Decimal``, or ``None`` where there are no rows."""

    name = "exact_dot"
    type = ExactDecimal()
    inherit_cache = True


@compiles(exact_dot, "postgresql")
def _dot_on_postgresql(element: exact_dot, compiler: Any, **options: Any) -> str:
    value, weight = (compiler.process(clause, **options) for clause in element.clauses)
    return f"sum(({value}) * ({weight}))"


class this_transaction(ColumnElement[int]):  # noqa: N801  (an SQL expression)
    """The number of the running transaction on PostgreSQL; zero on SQLite, where writers come one after the other."""

    inherit_cache = True
    type = BigInteger()


@compiles(this_transaction, "postgresql")
def _on_postgresql(_element: this_transaction, _compiler: Any, **_options: Any) -> str:
    return "pg_current_xact_id()::text::bigint"


@compiles(this_transaction, "sqlite")
def _on_sqlite(_element: this_transaction, _compiler: Any, **_options: Any) -> str:
    return "0"
