"""What a list is: one :class:`ListSpec` drives the page, the REST list and the exports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, SQLColumnExpression

from bezant.db.scope import Narrowing, narrow

Kind = Literal["text", "code", "uuid", "money", "decimal", "integer", "day", "instant", "status", "boolean", "tags"]
"""How a field is read, compared, shown and exported. ``money`` is whole minor units, ``code`` a number or key people recognise."""

Row = Mapping[str, Any]
"""One row of a list: field name → Python value (money: int minor units, day: date, instant: aware datetime)."""

Search = str | Callable[[str], ColumnElement[bool]]
"""What the search box looks at: the name of a field (prefix of a text, exact amount of money), or a condition of its own."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a status field: its word, its tone and its mark.

    Tones: ok, info, warn, bad, disp, idle. Marks: ``dot`` (somebody must act, or it is live), ``ring`` (settled, or waiting),
    ``sq`` (void).
    """

    value: str
    label: str
    tone: str = "idle"
    mark: str = "dot"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a list.

    ``expression`` is what the database computes; left out, the statement's own column of that name is taken. ``currency``
    names the field that holds the currency of a money field, or is an ISO 4217 code itself. ``hidden`` fields are shown when
    somebody asks for them, ``internal`` ones never (they feed ``link`` and ``record``). ``sum`` adds the field up over
    all matches. ``show`` words a value for people, ``where`` replaces the condition of a filter: ``where(operator, values)``.
    """

    name: str
    label: str
    expression: SQLColumnExpression[Any] | None = None
    kind: Kind = "text"
    sortable: bool = True
    filterable: bool = True
    currency: str = "currency"
    sum: bool = False
    hidden: bool = False
    internal: bool = False
    choices: tuple[Choice, ...] | None = None
    link: Callable[[Row], str | None] | None = None
    show: Callable[[Row], str] | None = None
    where: Callable[[str, tuple[Any, ...]], ColumnElement[bool]] | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A saved view: a tab with a count. ``query`` is what would stand in the address: ``"status=open&sort=-total"``."""

    name: str
    label: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A way on: a button of an empty list, or of a page's header. ``permission`` hides it from whoever lacks it."""

    label: str
    url: str | Callable[[], str]
    icon: str = ""
    permission: str = ""

    @property
    def href(self) -> str:
        """The address; a callable is asked now, inside the request."""
        return self.url if isinstance(self.url, str) else self.url()


@dataclass(frozen=True, slots=True)
class EmptyState:
    """What an empty list says: what makes rows appear, and the next step."""

    title: str = "Nothing here yet"
    text: str = ""
    primary: Step | None = None
    secondary: Step | None = None


@dataclass(frozen=True)
class ListSpec:
    """A list, described once.

    ``scope`` says whose the rows are: the table (model, read model) whose declaration counts, ``Shared`` or ``Withheld`` with the
    reason, or a condition of its own; each reader gets those within reach. ``statement`` returns a ``Select`` with the tables and
    joins (no order, no limit). ``key`` names the field that is unique and breaks ties. ``default_sort`` is as in the address:
    ``-issued_on,number``. ``counted`` is the condition of the rows that sums take in, ``sum_note`` tells people what that leaves
    out ("voided left out"), ``struck`` picks the rows whose amounts are struck through. ``search_hint`` stands in the search box;
    ``name_field`` is what a phone shows in front (else the second text).
    """

    name: str
    title: str
    permission: str
    scope: Narrowing
    statement: Callable[[], Select[Any]]
    fields: tuple[Field, ...]
    key: str = "id"
    default_sort: str = ""
    search: tuple[Search, ...] = ()
    search_hint: str = ""
    views: tuple[View, ...] = ()
    record: Callable[[Row], str | None] | None = None
    empty: EmptyState = EmptyState()
    actions: tuple[Step, ...] = ()
    counted: Callable[[], ColumnElement[bool]] | None = None
    sum_note: str = ""
    page_size: int = 25
    name_field: str = ""
    struck: Callable[[Row], bool] | None = None

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Field name → field."""
        return {field.name: field for field in self.fields}

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """Names of the fields that a list shows unasked."""
        return tuple(f.name for f in self.fields if not f.hidden and not f.internal)

    def __post_init__(self) -> None:
        names = [f.name for f in self.fields]
        if len(set(names)) != len(names):
            raise ValueError(f"list {self.name!r}: two fields of one name")
        named = (self.key, *_sorted_names(self.default_sort), *(s for s in self.search if isinstance(s, str)))
        unknown = [n for n in named if n not in names]
        if unknown:
            raise ValueError(f"list {self.name!r}: no field {unknown[0]!r} (key, default_sort and search name fields)")


def narrowed(spec: ListSpec, *conditions: ColumnElement[bool]) -> ListSpec:
    """The same list of fewer rows: those of one account, say."""
    statement = spec.statement
    return replace(spec, statement=lambda: statement().where(*conditions))


def rows_of(spec: ListSpec) -> Select[Any]:
    """The statement of a list, with those of its rows that the principal may know of."""
    return narrow(spec.statement(), spec.scope)


def _sorted_names(sort: str) -> list[str]:
    return [part.strip().removeprefix("-") for part in sort.split(",") if part.strip()]
