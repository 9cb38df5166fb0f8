"""Decimals that stand as text in JSON properties, in SQL, exactly: on SQLite without a float, on PostgreSQL as NUMERIC.

Properties that are numbers are kept in plain notation (see ``domain.arrival``), so that ``[-]digits[.digits]`` is all there is.
"""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, and_, case, func, literal, not_, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from bezant.sdk.db import ExactDecimal, session
from bezant_catalog.contracts import MetricFilter
from bezant_usage.models import UsageEvent

Text = ColumnElement[str]


class usage_number(GenericFunction[Any]):  # noqa: N801  (an SQL function)
    """A property's text as a number; NULL where it is none."""

    name = "usage_number"
    type = ExactDecimal()
    inherit_cache = True


class usage_max(GenericFunction[Any]):  # noqa: N801  (an SQL function)
    """The largest of numbers in text form, exactly."""

    name = "usage_max"
    type = ExactDecimal()
    inherit_cache = True


class usage_micros(GenericFunction[int]):  # noqa: N801  (an SQL function)
    """Whole microseconds of an instant since 1970."""

    name = "usage_micros"
    type = BigInteger()
    inherit_cache = True


def property_of(name: str) -> Text:
    """A property of an event as text, NULL where it is missing."""
    text: Text = UsageEvent.__table__.c.properties[name].as_string()
    return text


def passes(condition: MetricFilter) -> ColumnElement[bool]:
    """Whether an event passes a filter of a metric."""
    text = property_of(condition.property)
    if condition.operator in ("exists", "missing"):
        return text.is_not(None) if condition.operator == "exists" else text.is_(None)
    if condition.operator in ("in", "eq"):
        return text.in_(condition.values)
    if condition.operator in ("not_in", "ne"):
        return or_(text.is_(None), text.not_in(condition.values))
    return _compares(usage_number(text), condition.operator, condition.values[0])


def _compares(number: ColumnElement[Any], operator: str, bound: str) -> ColumnElement[bool]:
    if session.get_bind().dialect.name == "postgresql":
        limit = usage_number(literal(bound, String))
        found: dict[str, ColumnElement[bool]] = {"lt": number < limit, "le": number <= limit, "gt": number > limit, "ge": number >= limit}
        return found[operator]
    less, equal = _is_less(number, bound), _sort_key(number) == _sort_key(literal(bound, String))
    same = and_(equal, or_(_is_negative(number) == _is_negative(literal(bound, String))))
    below = {"lt": less, "le": or_(less, same), "gt": not_(or_(less, same)), "ge": not_(less)}[operator]
    return and_(number.is_not(None), below)


def _is_less(number: ColumnElement[Any], bound: str) -> ColumnElement[bool]:
    limit = literal(bound, String)
    if bound.startswith("-") and bound.strip("-0."):
        return and_(_is_negative(number), _sort_key(number) > _sort_key(limit))
    return or_(_is_negative(number), _sort_key(number) < _sort_key(limit))


def _is_negative(number: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(func.substr(number, 1, 1) == "-", func.ltrim(number, "-0.") != "")


def _sort_key(number: ColumnElement[Any]) -> ColumnElement[str]:
    """A text that sorts like the absolute value: the length of the whole part, then the digits, without idle zeros."""
    digits = func.ltrim(number, "-")
    trimmed = case((func.instr(digits, ".") > 0, func.rtrim(func.rtrim(digits, "0"), ".")), else_=digits)
    significant = func.ltrim(trimmed, "0")
    whole = func.instr(func.concat(significant, "."), ".") - 1
    return func.concat(func.printf("%04d", whole), significant)


@compiles(usage_number, "sqlite")
def _number_on_sqlite(element: usage_number, compiler: Any, **options: Any) -> str:
    x = compiler.process(element.clauses, **options)
    plain = f"ltrim({x}, '-') NOT GLOB '*[^0-9.]*' AND {x} NOT GLOB '*.*.*' AND {x} NOT GLOB '*.'"
    return f"(CASE WHEN ({x} GLOB '[0-9]*' OR {x} GLOB '-[0-9]*') AND {plain} THEN {x} END)"


@compiles(usage_number, "postgresql")
def _number_on_postgresql(element: usage_number, compiler: Any, **options: Any) -> str:
    x = compiler.process(element.clauses, **options)
    return f"(CASE WHEN {x} ~ '^-?[0-9]+(\\.[0-9]+)?$' THEN CAST({x} AS NUMERIC) END)"


@compiles(usage_max, "sqlite")
def _max_on_sqlite(element: usage_max, compiler: Any, **options: Any) -> str:
    (number,) = element.clauses
    key = compiler.process(_sort_key(number), **options)
    negative = compiler.process(_is_negative(number), **options)
    highest, lowest = f"max(CASE WHEN NOT ({negative}) THEN {key} END)", f"min(CASE WHEN {negative} THEN {key} END)"
    return f"coalesce('0' || substr({highest}, 5), '-0' || substr({lowest}, 5))"


@compiles(usage_max, "postgresql")
def _max_on_postgresql(element: usage_max, compiler: Any, **options: Any) -> str:
    return f"max({compiler.process(element.clauses, **options)})"


@compiles(usage_micros, "sqlite")
def _micros_on_sqlite(element: usage_micros, compiler: Any, **options: Any) -> str:
    x = compiler.process(element.clauses, **options)
    return f"(CAST(strftime('%s', {x}) AS INTEGER) * 1000000 + CAST(substr({x}, 21, 6) AS INTEGER))"


@compiles(usage_micros, "postgresql")
def _micros_on_postgresql(element: usage_micros, compiler: Any, **options: Any) -> str:
    return f"CAST(extract(epoch FROM {compiler.process(element.clauses, **options)}) * 1000000 AS BIGINT)"
