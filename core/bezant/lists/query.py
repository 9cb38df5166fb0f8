"""What is asked of a list: read from the parameters of an address, and written back to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from bezant.errors import Invalid, Problem
from bezant.lists.spec import ListSpec
from bezant.lists.values import OPERATORS, UnreadableError, problem, read_value, unknown

MAX_LIMIT = 500
"""Rows of one page, at most."""

RESERVED = ("limit", "after", "before", "sort", "fields", "q", "view")

Arguments = Iterable[tuple[str, str]]
"""Parameters as they stand in the address, repeated ones repeated."""


@dataclass(frozen=True, slots=True)
class Sort:
    """Order by one field."""

    field: str
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.field}" if self.descending else self.field


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition. ``texts`` are the values as typed, ``values`` as understood."""

    field: str
    operator: str
    texts: tuple[str, ...]
    values: tuple[Any, ...]

    @property
    def parameter(self) -> str:
        """Its name in the address."""
        return self.field if self.operator == "eq" else f"{self.field}.{self.operator}"


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Everything that the address says about a list. ``filters`` are the reader's own; a saved view's stand in ``view_filters``."""

    limit: int
    sort: tuple[Sort, ...]
    filters: tuple[Filter, ...] = ()
    search: str = ""
    fields: tuple[str, ...] = ()
    view: str = ""
    view_filters: tuple[Filter, ...] = ()
    after: str = ""
    before: str = ""
    default_sort: bool = True
    default_limit: bool = True

    @property
    def conditions(self) -> tuple[Filter, ...]:
        """The view's conditions and the reader's own."""
        return self.view_filters + self.filters

    @property
    def sort_text(self) -> str:
        """The order as the address writes it."""
        return ",".join(map(str, self.sort))

    def arguments(self) -> list[tuple[str, str]]:
        """The parameters that lead back here, defaults left out."""
        pairs = [("view", self.view), ("q", self.search), *((f.parameter, ",".join(f.texts)) for f in self.filters)]
        pairs += [("sort", "" if self.default_sort else self.sort_text), ("fields", ",".join(self.fields))]
        pairs += [("limit", "" if self.default_limit else str(self.limit)), ("after", self.after), ("before", self.before)]
        return [(name, value) for name, value in pairs if value]

    def first_page(self, **changes: Any) -> "ListQuery":
        """The same list, changed, from its beginning."""
        return replace(self, after="", before="", **changes)


def parse(spec: ListSpec, arguments: Arguments, *, also: Sequence[str] = ()) -> ListQuery:
    """The query that the parameters ask for. ``also`` names parameters that are somebody else's.

    Raises ``Invalid`` with one problem for each parameter that is unknown or given twice, and each unknown field, operator or value.
    A filter without a value is one, too: taken for no filter, it would answer with everything.
    """
    query, problems = read(spec, arguments, also=also, blanks=False)
    if problems:
        raise Invalid(problems=problems)
    return query


def read(spec: ListSpec, arguments: Arguments, *, also: Sequence[str] = (), blanks: bool = True) -> tuple[ListQuery, list[Problem]]:
    """The query as far as it can be understood, and what could not be. ``blanks``: a filter without a value is an input that nobody
    filled in, and left out."""
    reader = _Reader(spec, also)
    own: dict[str, str] = {}
    for name, value in arguments:
        if name in also or (value == "" and (blanks or name in RESERVED)):
            continue
        if name in own and name != "fields" and not name.endswith(".in"):
            reader.add(name, "repeated", f"{name} is given twice; give it once" + _SEVERAL.get(name.partition(".")[2], "."))
        own[name] = f"{own[name]},{value}" if name in own else value
    return reader.query(own), reader.problems


_SEVERAL = {"": ", or several values with .in, as in status.in=open,paid."}
"""What to write in place of a repeated filter, by its operator."""


class _Reader:
    """Collects problems on the way."""

    def __init__(self, spec: ListSpec, also: Sequence[str]) -> None:
        self.spec = spec
        self.also = also
        self.problems: list[Problem] = []

    def query(self, own: dict[str, str]) -> ListQuery:
        view = self._view(own.get("view", ""))
        shared = dict(parse_qsl(view.query)) if view else {}
        sort = own.get("sort") or shared.pop("sort", "") or self.spec.default_sort
        return ListQuery(
            limit=self._limit(own.get("limit", "")),
            sort=self._sort(sort),
            filters=self._filters({n: v for n, v in own.items() if n not in RESERVED}),
            search=self._search(own.get("q", "")),
            fields=self._fields(own.get("fields", "")),
            view=view.name if view else "",
            view_filters=self._filters({n: v for n, v in shared.items() if n not in RESERVED}),
            after=own.get("after", ""),
            before="" if own.get("after") else own.get("before", ""),
            default_sort="sort" not in own,
            default_limit="limit" not in own,
        )

    def _view(self, name: str) -> Any:
        views = {view.name: view for view in self.spec.views}
        if name and name not in views:
            self.add("view", "unknown_view", unknown("view", name, list(views)))
        return views.get(name)

    def _search(self, text: str) -> str:
        if "\0" in text:
            self.add("q", "unreadable", "A search holds no NUL character.")
        return text.replace("\0", "").strip()[:200]

    def _limit(self, text: str) -> int:
        if not text:
            return self.spec.page_size
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MAX_LIMIT:
            self.add("limit", "out_of_range", f"limit is a whole number from 1 to {MAX_LIMIT}, not {text!r}.")
            return self.spec.page_size
        return int(text)

    def _sort(self, text: str) -> tuple[Sort, ...]:
        parts = [Sort(p.strip().removeprefix("-"), p.strip().startswith("-")) for p in text.split(",") if p.strip()]
        known = [f.name for f in self.spec.fields if f.sortable and f.kind != "tags"]
        for part in parts:
            if part.field not in known:
                self.add("sort", "unknown_field", unknown("field to sort by", part.field, known))
        return tuple({p.field: p for p in parts if p.field in known}.values())

    def _fields(self, text: str) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(n.strip() for n in text.split(",") if n.strip()))
        known = [f.name for f in self.spec.fields if not f.internal]
        for name in names:
            if name not in known:
                self.add("fields", "unknown_field", unknown("field", name, known))
        return tuple(n for n in names if n in known)

    def _filters(self, own: dict[str, str]) -> tuple[Filter, ...]:
        return tuple(f for f in (self._filter(name, text) for name, text in own.items()) if f)

    def _filter(self, parameter: str, text: str) -> Filter | None:
        name, dot, operator = parameter.partition(".")
        operator = operator if dot else "eq"
        field = self.spec.by_name.get(name)
        if field is None or not field.filterable:
            known = [*RESERVED, *self.also, *(f.name for f in self.spec.fields if f.filterable)]
            self.add(parameter, "unknown_parameter", unknown("parameter", name, known))
            return None
        if operator not in OPERATORS[field.kind]:
            self.add(parameter, "unknown_operator", unknown(f"operator of {name}", operator, list(OPERATORS[field.kind])))
            return None
        texts = tuple(t.strip() for t in (text.split(",") if operator == "in" else (text,)) if t.strip())
        if not texts:
            self.add(parameter, "empty", f"Write a value after {parameter}=, or leave it out; {name}.null=true finds what has none.")
            return None
        texts = texts if operator == "in" else (text,)
        try:
            return Filter(name, operator, texts, tuple(read_value(field, operator, t) for t in texts))
        except UnreadableError as error:
            self.problems.append(problem(parameter, error))
            return None

    def add(self, field: str, code: str, message: str) -> None:
        """Notes a problem."""
        self.problems.append(Problem(field, code, message))
