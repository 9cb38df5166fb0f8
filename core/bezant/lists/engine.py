"""Asking the database: a page of a list, how many there are, what they add up to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bezant.db.model import session
from bezant.lists.cursor import read_cursor, write_cursor
from bezant.lists.query import ListQuery
from bezant.lists.spec import ListSpec, Row
from bezant.lists.sql import Statements

COUNT_BOUND = 10_000
"""Counting for a page stops here; a list beyond says so and adds up on demand."""

VIEW_BOUND = 1_000
"""Counting for a tab stops here."""

CHUNK = 2_000
"""Rows that an export holds at a time."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list. ``next`` and ``previous`` are cursors, empty where there is none; ``start`` counts the rows before."""

    rows: tuple[Row, ...]
    next: str
    previous: str
    start: int

    @property
    def has_more(self) -> bool:
        """Whether rows follow."""
        return bool(self.next)


@dataclass(frozen=True, slots=True)
class Count:
    """How many match; ``more`` when counting stopped."""

    number: int
    more: bool


def fetch(spec: ListSpec, query: ListQuery) -> Page:
    """One page: one statement, whatever the number of rows. Raises ``Invalid`` for a foreign cursor."""
    if query.before:
        return _fetch_before(spec, query)
    cursor = read_cursor(spec, query, query.after, "after") if query.after else None
    rows = _rows(Statements(spec, query).page(cursor))
    start = cursor.position if cursor else 0
    kept, more = rows[: query.limit], len(rows) > query.limit
    following = write_cursor(spec, query, kept[-1], start + len(kept)) if more else ""
    previous = write_cursor(spec, query, kept[0], start) if kept and cursor else ""
    return Page(kept, following, previous, start)


def _fetch_before(spec: ListSpec, query: ListQuery) -> Page:
    cursor = read_cursor(spec, query, query.before, "before")
    rows = _rows(Statements(spec, query).page(cursor, backwards=True))
    kept, more = tuple(reversed(rows[: query.limit])), len(rows) > query.limit
    start = max(cursor.position - len(kept), 0) if more else 0
    if not kept:
        return Page((), "", "", 0)
    following = write_cursor(spec, query, kept[-1], start + len(kept))
    return Page(kept, following, write_cursor(spec, query, kept[0], start) if more else "", start)


def count(spec: ListSpec, query: ListQuery, *, at_most: int = COUNT_BOUND) -> Count:
    """How many rows match, counted up to ``at_most``."""
    number = session.execute(Statements(spec, query).count(at_most + 1)).scalar_one()
    return Count(min(number, at_most), number > at_most)


def count_views(spec: ListSpec, query: ListQuery, *, at_most: int = VIEW_BOUND) -> Mapping[str, Count]:
    """How many rows each saved view has."""
    if not spec.views:
        return {}
    row = session.execute(Statements(spec, query).view_counts(at_most + 1)).mappings().one()
    return {name: Count(min(number, at_most), number > at_most) for name, number in row.items()}


def add_up(spec: ListSpec, query: ListQuery) -> tuple[Row, ...]:
    """The sums over all matches, one row for each currency; money in minor units, nothing as zero."""
    if not any(f.sum for f in spec.fields):
        return ()
    rows = session.execute(Statements(spec, query).sums()).mappings()
    return tuple({name: _total(spec, name, value) for name, value in row.items()} for row in rows)


def every(spec: ListSpec, query: ListQuery) -> Iterator[Row]:
    """Every match in order, a chunk at a time."""
    statement = Statements(spec, query).all().execution_options(yield_per=CHUNK)
    yield from map(dict, session.execute(statement).mappings())


def _rows(statement: Any) -> tuple[Row, ...]:
    return tuple(map(dict, session.execute(statement).mappings()))


def _total(spec: ListSpec, name: str, value: Any) -> Any:
    field = spec.by_name[name]
    if not field.sum:
        return value
    return Decimal(value or 0) if field.kind == "decimal" else int(value or 0)
