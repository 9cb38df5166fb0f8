"""The list page: a :class:`ListSpec` and the address in, a page, a part of it, or a file out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request

from bezant.auth.context import check
from bezant.errors import Invalid, Problem
from bezant.lists import Count, Field, Filter, ListQuery, ListSpec, Page, Row, add_up, count, count_views, fetch, read
from bezant.lists.engine import COUNT_BOUND, VIEW_BOUND
from bezant.lists.query import Sort
from bezant.lists.values import OPERATORS
from bezant.web import formats
from bezant.web.answers import Answer
from bezant.web.exports import file_of
from bezant.web.filterwords import condition_words

ALSO = ("format", "sums")
"""Parameters of the page that are not the list's."""

EXACT = 1_000_000_000
"""Where counting stops for a reader who asked."""

CULPRITS = 5
"""How many filters are tried one by one when nothing matches."""


def render_list(spec: ListSpec, *, template: str = "bezant/list.html", **context: Any) -> Answer:
    """The answer to a request for this list: the page, or with ``?format=csv|xlsx`` the file (or, of a long list, the offer to make it).

    What the address asks for and the list does not have is said on the page, with status 422, and the rest is shown.
    """
    check(spec.permission)
    form = request.args.get("format", "")
    query, problems = read(spec, request.args.items(multi=True), also=ALSO, blanks=not form)
    if form:
        return file_of(spec, query, form, problems)
    view = ListView(spec, query, problems)
    page = render_template(template, list=view, spec=spec, **context)
    return (page, 422) if view.problems else page


@dataclass(frozen=True, slots=True)
class TabView:
    """A saved view as a tab."""

    label: str
    url: str
    current: bool
    count: Count | None


@dataclass(frozen=True, slots=True)
class ChipView:
    """An active filter: its field, what it says, and the list without it."""

    field: Field
    words: str
    without: str


class ListView:
    """A list as the template draws it. Asks the database as the template goes, a constant number of times."""

    def __init__(self, spec: ListSpec, query: ListQuery, problems: Sequence[Problem] = (), *, path: str = "") -> None:
        self.spec = spec
        self.query = query
        self.path = path or request.path
        self.problems = list(problems)
        self.page = self._fetch()

    def _fetch(self) -> Page:
        try:
            return fetch(self.spec, self.query)
        except Invalid as error:
            self.problems.extend(error.problems)
            self.query = replace(self.query, after="", before="", filters=())
            return fetch(self.spec, self.query)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of this page."""
        return self.page.rows

    @cached_property
    def columns(self) -> tuple[Field, ...]:
        """The columns, in the order asked for."""
        return tuple(self.spec.by_name[name] for name in self.query.fields or self.spec.shown)

    @cached_property
    def count(self) -> Count:
        """How many match."""
        if not self.page.has_more and not self.query.before:
            return Count(self.page.start + len(self.rows), more=False)
        return count(self.spec, self.query, at_most=EXACT if self.asked else COUNT_BOUND)

    @cached_property
    def tabs(self) -> tuple[TabView, ...]:
        """All, then the saved views."""
        views = [view for view in self.spec.views if view.query]
        if not views:
            return ()
        everything = self._everything
        bound = EXACT if self.asked else VIEW_BOUND
        counts = {} if everything.more and not self.asked else count_views(self.spec, self.query, at_most=bound)
        own = [TabView(v.label, self._url([("view", v.name)]), v.name == self.query.view, counts.get(v.name)) for v in views]
        return (TabView("All", self.path, not any(tab.current for tab in own), everything), *own)

    @cached_property
    def _everything(self) -> Count:
        return self.existing if self.is_filtered else self.count

    @property
    def asked(self) -> bool:
        """Whether the reader, or the page after it was shown, asked for figures that take a while."""
        return "sums" in request.args

    @property
    def figures_later(self) -> bool:
        """Whether the list is so long that sums and counts of tabs are loaded after it is shown."""
        return not self.asked and (self.count.more or (bool(self.tabs) and self._everything.more))

    @cached_property
    def sums(self) -> tuple[Row, ...] | None:
        """The sums over all matches, or ``None`` where they are many and nobody asked yet."""
        if self.count.more and not self.asked:
            return None
        return add_up(self.spec, self.query) if self.rows else ()

    @property
    def has_sums(self) -> bool:
        """Whether any column adds up."""
        return any(f.sum for f in self.columns)

    @property
    def sums_url(self) -> str:
        """This page with its sums."""
        return self._url([*self.query.arguments(), ("sums", "1")])

    @cached_property
    def currencies(self) -> Mapping[str, str]:
        """Money field → the one currency it is in on this page, empty where there are several: then each amount says its own."""
        return {f.name: self._currency(f) for f in self.spec.fields if f.kind == "money"}

    def _currency(self, field: Field) -> str:
        if field.currency not in self.spec.by_name:
            return field.currency
        found = {row[field.currency] for row in self.rows}
        return str(found.pop()) if len(found) == 1 else ""

    def head(self, field: Field) -> str:
        """A column's head, with the currency where all amounts share it."""
        currency = self.currencies.get(field.name, "")
        return f"{field.label}, {currency}" if currency else field.label

    def sorted_by(self, field: Field) -> str:
        """``ascending``, ``descending`` or nothing: only the first order counts as the sorted column."""
        first = self.query.sort[0] if self.query.sort else None
        return "" if first is None or first.field != field.name else ("descending" if first.descending else "ascending")

    def sort_url(self, field: Field) -> str:
        """The list ordered by a column; ordered by it already, the other way round. Amounts and days begin with the largest."""
        current = self.sorted_by(field)
        down = current == "ascending" if current else field.kind in ("money", "decimal", "integer", "day", "instant")
        return self._to(self.query.first_page(sort=(Sort(field.name, down),), default_sort=False))

    @property
    def next_url(self) -> str:
        """The page after this one, or empty."""
        return self._to(replace(self.query, after=self.page.next, before="")) if self.page.next else ""

    @property
    def previous_url(self) -> str:
        """The page before this one, or empty."""
        return self._to(replace(self.query, before=self.page.previous, after="")) if self.page.previous else ""

    @property
    def clear_url(self) -> str:
        """The list without filters and search."""
        return self._to(self.query.first_page(filters=(), search=""))

    def export_url(self, form: str) -> str:
        """This very list as a file."""
        return self._url([*self.query.first_page().arguments(), ("format", form)])

    @cached_property
    def chips(self) -> tuple[ChipView, ...]:
        """The active filters, one chip per field."""
        fields = dict.fromkeys(f.field for f in self.query.filters)
        return tuple(self._chip(self.spec.by_name[name]) for name in fields)

    def _chip(self, field: Field) -> ChipView:
        own = [f for f in self.query.filters if f.field == field.name]
        return ChipView(field, condition_words(field, own), self._to(self.query.first_page(filters=self._without(field))))

    def _without(self, field: Field) -> tuple[Filter, ...]:
        return tuple(f for f in self.query.filters if f.field != field.name)

    @cached_property
    def addable(self) -> tuple[Field, ...]:
        """Fields that can still be filtered by, those of the table first."""
        used = {chip.field.name for chip in self.chips}
        free = [f for f in self.spec.fields if f.filterable and not f.internal and f.kind != "uuid" and f.name not in used]
        return tuple(sorted(free, key=lambda f: (f.kind in ("text", "code"), f.hidden)))

    def hidden_inputs(self, *without: str) -> list[tuple[str, str]]:
        """What a form of this page must carry along: the whole state but for some parameters and the page."""
        dropped = {"after", "before", *without}
        return [(n, v) for n, v in self.query.first_page().arguments() if n not in dropped and n.partition(".")[0] not in dropped]

    def typed(self, field: Field, operator: str) -> str:
        """The text of an active filter, to be typed on."""
        return next((",".join(f.texts) for f in self.query.filters if f.field == field.name and f.operator == operator), "")

    def knows(self, field: Field, operator: str) -> bool:
        """Whether a field can be filtered so."""
        return operator in OPERATORS[field.kind]

    @cached_property
    def culprit(self) -> ChipView | None:
        """The first filter without which something would match."""
        for chip in self.chips[:CULPRITS]:
            if count(self.spec, self.query.first_page(filters=self._without(chip.field)), at_most=1).number:
                return chip
        return None

    @cached_property
    def existing(self) -> Count:
        """How many rows there are without any condition."""
        return count(self.spec, ListQuery(limit=1, sort=()), at_most=EXACT if self.asked else COUNT_BOUND)

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.query.conditions or self.query.search)

    @property
    def position(self) -> str:
        """1-25 of 32."""
        first, last = self.page.start + 1, self.page.start + len(self.rows)
        return f"{formats.number(first)}\N{EN DASH}{formats.number(last)} of {count_words(self.count)}"

    @cached_property
    def places(self) -> Mapping[str, str]:
        """Field → where a phone shows it: s1 in front, s2 the amount, s3 below, s4 the state."""
        return phone_places(self.spec, self.columns)

    @cached_property
    def lead_day(self) -> Field | None:
        """The day that a phone shows beside the number."""
        return next((f for f in self.columns if f.kind in ("day", "instant") and f.name not in self.places), None)

    def link(self, field: Field, row: Row) -> str | None:
        """Where a cell leads: its own link, or for the first column the record."""
        if field.link is not None:
            return field.link(row)
        return self.spec.record(row) if self.spec.record is not None and field is self.columns[0] else None

    def _to(self, query: ListQuery) -> str:
        return self._url(query.arguments())

    def _url(self, arguments: Sequence[tuple[str, str]]) -> str:
        return f"{self.path}?{urlencode(arguments, safe=',')}" if arguments else self.path


def count_words(found: Count) -> str:
    """1,234, or 10,000+ where counting stopped."""
    return formats.number(found.number) + ("+" if found.more else "")


def phone_places(spec: ListSpec, columns: Sequence[Field]) -> dict[str, str]:
    """What a narrow screen shows of a row: name and amount above, number and state below."""
    if not columns:
        return {}
    lead = columns[0]
    name = _first(columns, lambda f: f.name == spec.name_field if spec.name_field else f.kind == "text" and f is not lead)
    amount = _first(columns, lambda f: f.kind == "money") or _first(columns[1:], lambda f: f.kind in ("decimal", "integer"))
    state = _first(columns, lambda f: f.kind in ("status", "boolean"))
    places = {lead.name: "s3" if name else "s1"}
    if name:
        places[name.name] = "s1"
    for field, place in ((amount, "s2"), (state, "s4")):
        if field is not None:
            places.setdefault(field.name, place)
    if "s3" not in places.values():
        below = _first(columns, lambda f: f.name not in places)
        places |= {below.name: "s3"} if below else {}
    return places


def _first(fields: Sequence[Field], fits: Callable[[Field], bool]) -> Field | None:
    return next((f for f in fields if fits(f)), None)
