"""The statements of a list: one page, its count, its sums, the counts of its tabs."""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, false, func, literal, null, or_, select, true, tuple_

from bezant.db.types import exact_sum
from bezant.lists.cursor import Cursor, ordering
from bezant.lists.dialects import comparable, starts_with
from bezant.lists.money import exactly, minor_units
from bezant.lists.query import Filter, ListQuery, read
from bezant.lists.spec import Field, ListSpec, rows_of
from bezant.lists.values import UnreadableError, read_value

Columns = Mapping[str, ColumnElement[Any]]


class Statements:
    """The statements of one query on one list. Building them asks the database nothing."""

    def __init__(self, spec: ListSpec, query: ListQuery) -> None:
        self.spec = spec
        self.query = query
        self.base = rows_of(spec)
        own = self.base.selected_columns
        self.columns: Columns = {f.name: own[f.name] if f.expression is None else _column(f.expression) for f in spec.fields}

    def page(self, cursor: Cursor | None, *, backwards: bool = False) -> Select[Any]:
        """One row more than the page holds, in order; with ``backwards``, the rows before the cursor in reverse."""
        order = [(field, descending != backwards) for field, descending in ordering(self.spec, self.query)]
        statement = self.matches().limit(self.query.limit + 1)
        if cursor is not None:
            statement = statement.where(self._beyond(order, cursor.values))
        return statement.order_by(*(self._order(field, descending) for field, descending in order))

    def all(self) -> Select[Any]:
        """Every match, in order."""
        order = ordering(self.spec, self.query)
        return self.matches().order_by(*(self._order(field, descending) for field, descending in order))

    def matches(self) -> Select[Any]:
        """Every match, with every field, in no order."""
        chosen = [self.columns[f.name].label(f.name) for f in self.spec.fields]
        statement = self.base.with_only_columns(*chosen, maintain_column_froms=True).order_by(None)
        return statement.where(*self.conditions(self.query.conditions))

    def count(self, at_most: int) -> Select[Any]:
        """How many match; counting stops at ``at_most``."""
        return select(func.count()).select_from(self._some(self.query.conditions, at_most))

    def view_counts(self, at_most: int) -> Select[Any]:
        """How many rows each saved view has, all in one statement. Needs at least one view."""
        counts = []
        for view, filters in self.views():
            rows = self._some(filters, at_most, searched=False)
            counts.append(select(func.count()).select_from(rows).scalar_subquery().label(view))
        return select(*counts)

    def views(self) -> list[tuple[str, tuple[Filter, ...]]]:
        """Each saved view and its conditions."""
        return [(v.name, read(self.spec, [("view", v.name)])[0].view_filters) for v in self.spec.views]

    def sums(self) -> Select[Any]:
        """Count and sums of the fields that add up, one row for each currency, without the rows that do not count."""
        fields = [f for f in self.spec.fields if f.sum]
        statement = self.matches()
        if self.spec.counted is not None:
            statement = statement.where(self.spec.counted())
        rows = statement.subquery()
        currencies = sorted({f.currency for f in fields if f.kind == "money" and f.currency in self.spec.by_name})
        totals = [_total(f, rows.c[f.name]).label(f.name) for f in fields if f.name not in currencies]
        groups = [rows.c[c] for c in currencies]
        return select(*(g.label(c) for g, c in zip(groups, currencies, strict=True)), *totals).group_by(*groups).order_by(*groups)

    def conditions(self, filters: Sequence[Filter]) -> list[ColumnElement[bool]]:
        """The conditions of some filters and of the search."""
        found = [self._condition(f) for f in filters]
        return [*found, self._search(self.query.search)] if self.query.search else found

    def _some(self, filters: Sequence[Filter], at_most: int, *, searched: bool = True) -> Any:
        conditions = self.conditions(filters) if searched else [self._condition(f) for f in filters]
        one = self.base.with_only_columns(literal(1).label("one"), maintain_column_froms=True).order_by(None)
        return one.where(*conditions).limit(at_most).subquery()

    def _order(self, field: Field, descending: bool) -> ColumnElement[Any]:
        """Nothing sorts as the largest value on both databases; where a column cannot be empty, nothing is said about it."""
        column = comparable(self.columns[field.name])
        ordered = column.desc() if descending else column.asc()
        if not self._nullable(field):
            return ordered
        return ordered.nulls_first() if descending else ordered.nulls_last()

    def _nullable(self, field: Field) -> bool:
        return field.name != self.spec.key and bool(getattr(self.columns[field.name], "nullable", True))

    def _beyond(self, order: Sequence[tuple[Field, bool]], values: Sequence[Any]) -> ColumnElement[bool]:
        """The rows after a place in the order: the row-value comparison where it says the same, an or-chain otherwise."""
        descending = {d for _, d in order}
        if len(descending) == 1 and not any(self._nullable(f) for f, _ in order):
            left = tuple_(*(comparable(self.columns[f.name]) for f, _ in order))
            right = tuple_(*(self._value(f, v) for (f, _), v in zip(order, values, strict=True)))
            return left < right if True in descending else left > right
        chain: list[ColumnElement[bool]] = []
        equal: list[ColumnElement[bool]] = []
        for (field, down), value in zip(order, values, strict=True):
            chain.append(and_(*equal, self._past(field, down, value)))
            equal.append(self._same(field, value))
        return or_(*chain)

    def _value(self, field: Field, value: Any) -> ColumnElement[Any]:
        return comparable(literal(value, self.columns[field.name].type))

    def _past(self, field: Field, descending: bool, value: Any) -> ColumnElement[bool]:
        column = comparable(self.columns[field.name])
        if value is None:
            return column.is_not(null()) if descending else false()
        if descending:
            return column < self._value(field, value)
        beyond = column > self._value(field, value)
        return or_(beyond, column.is_(null())) if self._nullable(field) else beyond

    def _same(self, field: Field, value: Any) -> ColumnElement[bool]:
        column = comparable(self.columns[field.name])
        return column.is_(null()) if value is None else column == self._value(field, value)

    def _condition(self, condition: Filter) -> ColumnElement[bool]:
        field = self.spec.by_name[condition.field]
        if field.where is not None:
            return field.where(condition.operator, condition.values)
        column = self.columns[field.name]
        if condition.operator == "null":
            return column.is_(null()) if condition.values[0] else column.is_not(null())
        if condition.operator == "prefix":
            return starts_with(column, condition.values[0])
        if field.kind == "instant":
            return or_(false(), *(_instant(column, condition.operator, v) for v in condition.values))
        values = [self._operand(field, v) for v in condition.values]
        if condition.operator == "in":
            return or_(false(), *(comparable(column) == v for v in values))
        return _compare(comparable(column), condition.operator, values[0])

    def _operand(self, field: Field, value: Any) -> Any:
        if field.kind == "money":
            return minor_units(self.spec, field, value, self.columns, self._asked_currency(field))
        return comparable(literal(value, self.columns[field.name].type)) if field.kind == "decimal" else value

    def _asked_currency(self, field: Field) -> str:
        for condition in self.query.conditions:
            if condition.field == field.currency and condition.operator == "eq":
                return str(condition.values[0])
        return ""

    def _search(self, text: str) -> ColumnElement[bool]:
        return or_(false(), *(part for term in self.spec.search for part in self._term(term, text)))

    def _term(self, term: Any, text: str) -> list[ColumnElement[bool]]:
        if not isinstance(term, str):
            return [term(text)]
        field = self.spec.by_name[term]
        if field.kind != "money":
            return [starts_with(self.columns[term], text)]
        try:
            amount = read_value(field, "eq", text.replace(",", ""))
        except UnreadableError:
            return []
        return [exactly(self.columns[term], amount, minor_units(self.spec, field, amount, self.columns, ""))]


def _column(expression: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """An attribute of a model is a column to everything that is done here."""
    return cast(ColumnElement[Any], expression)


def _total(field: Field, column: ColumnElement[Any]) -> ColumnElement[Any]:
    return exact_sum(column) if field.kind == "decimal" else func.sum(column)


_COMPARE: Mapping[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": operator.eq,
    "ne": lambda column, value: or_(column != value, column.is_(null())),
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def _compare(column: ColumnElement[Any], name: str, value: Any) -> ColumnElement[bool]:
    return _COMPARE[name](column, value)


def _instant(column: ColumnElement[Any], name: str, value: date | datetime) -> ColumnElement[bool]:
    """A bare day stands for all of it: ``lte`` takes its last instant in, ``gt`` begins after it."""
    if isinstance(value, datetime):
        return _compare(column, "eq" if name == "in" else name, value)
    start = datetime.combine(value, time(), UTC)
    end = start + timedelta(days=1) if value < date.max else datetime.max.replace(tzinfo=UTC)
    spans = {
        "eq": and_(column >= start, column < end),
        "in": and_(column >= start, column < end),
        "gt": column >= end,
        "gte": column >= start,
        "lt": column < start,
        "lte": column < end,
    }
    return spans.get(name, true())
