"""Whose rows are whose: every table declares it once (``__scope__``), and one function narrows what is read to the principal's part.

Staff and keys may be limited to legal entities, portal people to accounts. What is out of reach does not exist: it is left out of
lists and sums, and asking for it by id is answered like asking for what there never was.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Column, ColumnElement, FromClause, Select, Table, Uuid, false, or_, select, true
from sqlalchemy.sql.selectable import AliasedReturnsRows, TableClause

from bezant.auth.context import Principal, principal
from bezant.db.bulk import ids_in
from bezant.db.model import SCOPE_KEY, Base, db, session
from bezant.errors import ConfigurationError, NotFound
from bezant.records import ReadModel

M = TypeVar("M", bound=Base)
S = TypeVar("S", bound=Select[Any])
Way = str | tuple[str, str]
"""A column with a foreign key to the row that it belongs to; without a foreign key, the column and the table."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The columns that say whose a row is.

    ``legal_entity`` and ``account`` are columns of ids. What a row does not say itself is said by the rows that it belongs to:
    ``through`` names the ways there (any of them is enough), else the foreign key of ``account`` leads there. What is of no account
    is not for those who see accounts only, but for rows ``named_by`` a column of a row in reach (table, column). ``actor`` is the
    column of who did it: such rows are for those who see everything, and for whoever did it.
    """

    legal_entity: str = ""
    account: str = ""
    through: Sequence[Way] = ()
    named_by: tuple[str, str] | None = None
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Shared:
    """Rows of nobody in particular, for everybody who has the permission, and why: ``Shared("all legal entities sell these plans")``."""

    because: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """Rows for those alone who see everything, and why: ``Withheld("raw messages, before it is known whose they are")``."""

    because: str


Declared = Scope | Shared | Withheld
Rows = FromClause | type[Base] | ReadModel
"""Something that holds rows of a table: a model, its table or an alias, a read model and what is made of it."""

Narrowing = Rows | Shared | Withheld | Callable[[], ColumnElement[bool]]
"""What a list says of its rows: whose table they are of, why they are for everybody or nobody, or a condition of its own."""


def in_scope(rows: Rows, columns: FromClause | None = None) -> ColumnElement[bool]:
    """The condition that leaves what the principal may know of; it costs nothing for whoever sees everything.

    ``columns`` are those of another selectable that carries the columns of the declaration (a sum by account, say).
    """
    who = principal()
    if not who.is_limited:
        return true()
    table = table_of(rows)
    found = columns if columns is not None else rows if isinstance(rows, FromClause) else table
    return _condition(table, found, who)


def narrow(statement: S, narrowing: Narrowing) -> S:
    """A statement with only those rows that the principal may know of."""
    if not principal().is_limited or isinstance(narrowing, Shared):
        return statement
    if isinstance(narrowing, Withheld):
        return statement.where(false())
    if isinstance(narrowing, FromClause | ReadModel | type):
        return statement.where(in_scope(narrowing))
    return statement.where(narrowing())


def find(model: type[M], key: Any, *, lock: bool = False) -> M | None:
    """The row with this primary key, if the principal may know of it; ``lock`` holds it until the commit."""
    row = session.get(model, key, with_for_update=True if lock else None)
    return row if row is not None and key in in_reach(model, [key]) else None


def in_reach(rows: Rows, keys: Collection[Any]) -> set[Any]:
    """Those of some primary keys whose rows the principal may know of; whoever sees everything gets them back unlooked at."""
    if not principal().is_limited or not keys:
        return set(keys)
    table, own = table_of(rows), single_key(rows)
    named = ids_in(own, keys) if isinstance(own.type, Uuid) else own.in_(list(keys))
    return set(session.scalars(select(own).where(named, in_scope(table))))


def check_reach(rows: Rows, keys: Collection[Any], what: str) -> None:
    """Raises ``NotFound`` where the principal may not know of one of these rows (``what`` says of what: "account")."""
    missing = set(keys) - in_reach(rows, keys)
    if missing:
        raise NotFound(f"There is no {what} {min(missing)}.")


def scope_of(rows: Rows) -> Declared:
    """What the table of these rows declares. Raises ``ConfigurationError`` where it declares nothing."""
    table = table_of(rows)
    declared: Declared | None = table.info.get(SCOPE_KEY)
    if declared is None:
        raise ConfigurationError(f"the table {table.name} declares no __scope__; say Scope(…), or Shared or Withheld and why.")
    return declared


def undeclared(tables: Collection[Table]) -> list[str]:
    """Names of tables that declare nothing, or a column that they do not have."""
    return sorted(t.name for t in tables if not isinstance(t.info.get(SCOPE_KEY), Scope | Shared | Withheld) or not _fits(t))


def table_of(rows: Rows) -> Table:
    """The table that these are rows of."""
    if isinstance(rows, ReadModel):
        return _named(rows.table)
    selectable: Any = rows if isinstance(rows, FromClause) else rows.__table__
    while isinstance(selectable, AliasedReturnsRows):
        selectable = selectable.element
    if not isinstance(selectable, TableClause):
        raise TypeError(f"{type(selectable).__name__} is no table; name one and give the columns")
    return _named(selectable.name)


def single_key(rows: Rows) -> Column[Any]:
    """The primary key of the table that these are rows of; it has to be a single column."""
    [key] = table_of(rows).primary_key.columns
    return key


def _named(name: str) -> Table:
    found: Table | None = db.metadata.tables.get(name)
    if found is None:
        raise ConfigurationError(f"there is no table {name}")
    return found


def _fits(table: Table) -> bool:
    declared = table.info[SCOPE_KEY]
    if not isinstance(declared, Scope):
        return bool(declared.because)
    named = [
        declared.legal_entity,
        declared.account,
        declared.actor,
        *(way if isinstance(way, str) else way[0] for way in declared.through),
    ]
    return any(named) and all(name in table.c for name in named if name)


def _condition(table: Table, rows: FromClause, who: Principal) -> ColumnElement[bool]:
    declared = scope_of(table)
    if not isinstance(declared, Scope):
        return true() if isinstance(declared, Shared) else false()
    if declared.actor:
        return rows.c[declared.actor] == who.id if who.id is not None else false()
    entities, accounts = who.legal_entity_ids, who.account_ids
    condition: ColumnElement[bool] = true()
    if entities is not None:
        condition &= _of_entities(table, rows, declared, entities)
    if accounts is not None:
        condition &= _of_accounts(table, rows, declared, accounts)
    return condition


def _of_entities(table: Table, rows: FromClause, declared: Scope, ids: Collection[UUID]) -> ColumnElement[bool]:
    if declared.legal_entity:
        return rows.c[declared.legal_entity].in_(sorted(ids))
    ways = declared.through or ([declared.account] if declared.account else [])
    return _along(table, rows, ways, lambda parent, scope: _of_entities(parent, parent, scope, ids))


def _of_accounts(table: Table, rows: FromClause, declared: Scope, ids: Collection[UUID]) -> ColumnElement[bool]:
    if declared.account:
        return rows.c[declared.account].in_(sorted(ids))
    if declared.named_by is not None:
        naming = _named(declared.named_by[0])
        own = single_key(table)
        named = select(naming.c[declared.named_by[1]]).where(_of_accounts(naming, naming, _scope_of_parent(naming), ids))
        return rows.c[own.name].in_(named)
    return _along(table, rows, declared.through, lambda parent, scope: _of_accounts(parent, parent, scope, ids))


def _along(
    table: Table, rows: FromClause, ways: Sequence[Way], condition: Callable[[Table, Scope], ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Rows of which one of the ways leads to a row that meets the condition; none where there is no way."""
    found = []
    for way in ways:
        name, parent = (way, _parent(table, way)) if isinstance(way, str) else (way[0], _named(way[1]))
        found.append(rows.c[name].in_(select(single_key(parent)).where(condition(parent, _scope_of_parent(parent)))))
    return or_(false(), *found)


def _parent(table: Table, column: str) -> Table:
    [key] = table.c[column].foreign_keys
    return key.column.table


def _scope_of_parent(table: Table) -> Scope:
    declared = scope_of(table)
    if not isinstance(declared, Scope):
        raise ConfigurationError(f"{table.name} does not say whose its rows are, so nothing can be reached through it")
    return declared
