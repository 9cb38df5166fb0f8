"""Expressions that SQLite and PostgreSQL write differently."""

from typing import Any

from sqlalchemy import ColumnElement, Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from bezant.db.types import ExactDecimal

LAST = "\U0010ffff"


class NumberOrder(FunctionElement[Any]):
    """A decimal to order and compare by. SQLite keeps decimals as text, so there it is the nearest double: rows that only
    differ beyond 15 digits count as equal, and the key decides between them."""

    type = Float()
    inherit_cache = True


@compiles(NumberOrder)
def _number(element: NumberOrder, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(NumberOrder, "sqlite")
def _number_sqlite(element: NumberOrder, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS REAL)"


class TextPrefix(FunctionElement[Any]):
    """``TextPrefix(expression, first, last, pattern)``: a prefix that an index on ``lower(expression)`` answers on both."""

    type = NullType()  # a Boolean would be compared with 1 on SQLite, past the index
    inherit_cache = True


@compiles(TextPrefix)
def _prefix(element: TextPrefix, compiler: SQLCompiler, **options: Any) -> str:
    expression, _first, _last, pattern = (compiler.process(part, **options) for part in element.clauses)
    return f"lower({expression}) LIKE {pattern} ESCAPE '!'"


@compiles(TextPrefix, "sqlite")
def _prefix_sqlite(element: TextPrefix, compiler: SQLCompiler, **options: Any) -> str:
    expression, first, last, _pattern = (compiler.process(part, **options) for part in element.clauses)
    return f"(lower({expression}) >= {first} AND lower({expression}) < {last})"


def starts_with(expression: ColumnElement[Any], prefix: str) -> ColumnElement[bool]:
    """Whether a text begins with ``prefix``, upper and lower case alike."""
    low = prefix.lower()
    escaped = low.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return TextPrefix(expression, low, low + LAST, escaped + "%")


def comparable(expression: ColumnElement[Any]) -> ColumnElement[Any]:
    """What to compare and to order by in place of ``expression``."""
    return NumberOrder(expression) if isinstance(expression.type, ExactDecimal) else expression
