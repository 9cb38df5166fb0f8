"""Lists: one engine for the pages, the REST lists and the exports. See :class:`ListSpec`."""

from bezant.lists.engine import Count, Page, add_up, count, count_views, every, fetch
from bezant.lists.export import export, plain
from bezant.lists.query import Filter, ListQuery, Sort, parse, read
from bezant.lists.spec import Choice, EmptyState, Field, ListSpec, Row, Step, View, narrowed

__all__ = [
    "Choice",
    "Count",
    "EmptyState",
    "Field",
    "Filter",
    "ListQuery",
    "ListSpec",
    "Page",
    "Row",
    "Sort",
    "Step",
    "View",
    "add_up",
    "count",
    "count_views",
    "every",
    "export",
    "fetch",
    "narrowed",
    "parse",
    "plain",
    "read",
]
