"""Parts of pages that plugins contribute, made from plain values; a part that fails is left out and logged."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import structlog
from flask import render_template
from markupsafe import Markup
from sqlalchemy import ColumnElement

from bezant.auth.context import may
from bezant.contributions import Card, Panel, TimelineEntry
from bezant.lists import ListQuery, ListSpec, narrowed
from bezant.lists.query import read
from bezant.records import Link
from bezant.web.listpage import ListView
from bezant.web.parts import Action, AgingBar, Chart, Column, Fact, TableRow

Place = Literal["main", "aside", "tab"]

FIGURE = "bezant/cards/stat.html"
"""Template of a card that is a single figure."""

_log = structlog.get_logger(__name__)


def render_part(part: Panel | Card) -> Markup:
    """A panel or card as HTML; empty where the reader lacks its permission or it fails."""
    if part.permission and not may(part.permission):
        return Markup("")
    try:
        context = {name: value() if callable(value) else value for name, value in part.context.items()}
        return Markup(render_template(part.template, part=part, **context))
    except Exception:
        _log.exception("part of a page left out", title=part.title, template=part.template)
        return Markup("")


def takes_time(part: Panel | Card) -> bool:
    """Whether a part holds figures still to be worked out: it is loaded after the page."""
    return any(callable(value) for value in part.context.values())


def table_panel(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[TableRow],
    *,
    foot: Sequence[object] = (),
    link: Link | None = None,
    empty: str = "",
    permission: str = "",
    place: Place = "main",
    order: int = 100,
) -> Panel:
    """A small table; ``foot`` is a last row, ``link`` stands in the head, ``empty`` is said when there are no rows."""
    context = {"columns": columns, "rows": rows, "foot": foot, "link": link, "empty": empty}
    return Panel(title, "bezant/panels/table.html", context, permission, place, order)


def facts_panel(
    title: str, facts: Sequence[Fact], *, link: Link | None = None, permission: str = "", place: Place = "aside", order: int = 100
) -> Panel:
    """Names and values, one below the other."""
    return Panel(title, "bezant/panels/facts.html", {"facts": facts, "link": link}, permission, place, order)


def timeline_panel(
    title: str, entries: Sequence[TimelineEntry], *, link: Link | None = None, permission: str = "", place: Place = "main", order: int = 900
) -> Panel:
    """What happened, newest first; what lies ahead of now is drawn as planned."""
    newest = sorted(entries, key=lambda entry: entry.at, reverse=True)
    return Panel(title, "bezant/panels/timeline.html", {"entries": newest, "link": link}, permission, place, order)


def links_panel(title: str, links: Sequence[tuple[Link, str, str]], *, place: Place = "aside", order: int = 200) -> Panel:
    """Related records: (link, what it is, icon)."""
    return Panel(title, "bezant/panels/links.html", {"links": links}, "", place, order)


def document_panel(title: str, preview_url: str, links: Sequence[Link] = (), *, permission: str = "", order: int = 10) -> Panel:
    """A document beside its record: the PDF in a frame, and links (download, open)."""
    return Panel(title, "bezant/panels/document.html", {"preview_url": preview_url, "links": links}, permission, "aside", order)


def list_panel(
    title: str,
    spec: ListSpec,
    *conditions: ColumnElement[bool],
    query: str = "",
    limit: int = 10,
    link: Link | None = None,
    place: Place = "main",
    order: int = 100,
) -> Panel:
    """The first rows of a list, narrowed by ``conditions``, with ``query`` as its address would say it, and a link to all."""
    return Panel(
        title,
        "bezant/panels/list.html",
        {"list": _LazyList(narrowed(spec, *conditions), query, limit), "link": link},
        spec.permission,
        place,
        order,
    )


class _LazyList:
    """Asks the database when it is drawn, so that a failing list harms its own panel only."""

    def __init__(self, spec: ListSpec, query: str, limit: int) -> None:
        self.spec, self.text, self.limit = spec, query, limit

    def view(self) -> ListView:
        from urllib.parse import parse_qsl

        query: ListQuery = read(self.spec, [*parse_qsl(self.text), ("limit", str(self.limit))])[0]
        return ListView(self.spec, query)


def stat_card(
    title: str,
    value: object,
    *,
    detail: object = "",
    link: Link | None = None,
    aging: AgingBar | None = None,
    permission: str = "",
    order: int = 100,
    width: int = 1,
) -> Card:
    """One figure; ``detail`` explains it below, ``aging`` draws a bar."""
    return Card(title, FIGURE, {"value": value, "detail": detail, "link": link, "aging": aging}, permission, width, order)


def chart_card(
    title: str,
    chart: Chart | Callable[[], Chart],
    *,
    detail: str = "",
    link: Link | None = None,
    permission: str = "",
    order: int = 200,
    width: int = 3,
) -> Card:
    """A chart with its figures as a table behind it; given as a function, it is worked out after the page is shown."""
    return Card(title, "bezant/cards/chart.html", {"chart": chart, "detail": detail, "link": link}, permission, width, order)


def table_card(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[TableRow],
    *,
    detail: str = "",
    aging: AgingBar | None = None,
    link: Link | None = None,
    empty: str = "",
    permission: str = "",
    order: int = 300,
    width: int = 3,
) -> Card:
    """A small table, with an aging bar above it if given."""
    context = {"columns": columns, "rows": rows, "foot": (), "link": link, "empty": empty, "detail": detail, "aging": aging}
    return Card(title, "bezant/cards/table.html", context, permission, width, order)


def facts_card(
    title: str,
    facts: Sequence[Fact],
    *,
    state: object = None,
    progress: tuple[int, int] | None = None,
    actions: Sequence[Action] = (),
    link: Link | None = None,
    permission: str = "",
    order: int = 250,
    width: int = 1,
) -> Card:
    """Names and values, with a state in the head and a progress bar if given."""
    context: Mapping[str, object] = {"facts": facts, "state": state, "progress": progress, "actions": actions, "link": link}
    return Card(title, "bezant/cards/facts.html", context, permission, width, order)
