"""Lists, as plugins see them: describe one as a ``ListSpec``; the page, the REST list and the exports follow from it."""

from bezant.lists import (
    Choice,
    EmptyState,
    Field,
    ListQuery,
    ListSpec,
    Page,
    Row,
    Step,
    View,
    add_up,
    count,
    every,
    export,
    fetch,
    narrowed,
    parse,
    plain,
)
from bezant.lists.dialects import starts_with

__all__ = [
    "Choice",
    "EmptyState",
    "Field",
    "ListQuery",
    "ListSpec",
    "Page",
    "Row",
    "Step",
    "View",
    "add_up",
    "count",
    "every",
    "export",
    "fetch",
    "narrowed",
    "parse",
    "plain",
    "starts_with",
]
