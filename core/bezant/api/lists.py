"""REST lists: a :class:`ListSpec` as ``{data, next, has_more}``, with the same filters, order and cursors as its page."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, jsonify, request

from bezant.api.access import requires, scoped
from bezant.api.blueprint import ApiBlueprint
from bezant.api.fields import format_instant
from bezant.api.schema import Schema
from bezant.lists import ListQuery, ListSpec, Row, fetch, parse, plain
from bezant.lists.query import MAX_LIMIT
from bezant.lists.spec import Field
from bezant.lists.values import OPERATORS

_JSON_TYPE: Mapping[str, Mapping[str, Any]] = {
    "uuid": {"type": "string", "format": "uuid"},
    "money": {"type": "string", "format": "decimal"},
    "decimal": {"type": "string", "format": "decimal"},
    "integer": {"type": "integer"},
    "day": {"type": "string", "format": "date"},
    "instant": {"type": "string", "format": "date-time"},
    "boolean": {"type": "boolean"},
    "tags": {"type": "array", "items": {"type": "string"}},
}
_TEXT: Mapping[str, Any] = {"type": "string"}
_FILTER_TYPE = {"tags": {"type": "string"}}


def list_endpoint(
    blueprint: ApiBlueprint, spec: ListSpec, item_schema: type[Schema] | None = None, *, rule: str = "", endpoint: str = ""
) -> None:
    """Adds ``GET <prefix><rule>``: the list of ``spec``, for whoever holds its permission.

    ``item_schema`` dumps the rows (mappings of field names); left out, each field is written by its kind. ``fields=`` chooses
    fields in both cases.
    """

    @requires(spec.permission)
    @scoped(spec.scope)
    @blueprint.response(200, _page_schema(spec, item_schema))
    @blueprint.doc(parameters=_parameters(spec))
    def listing() -> Response:
        return jsonify(list_response(spec, item_schema))

    listing.__name__ = endpoint or f"list_{spec.name.replace('.', '_').replace('-', '_')}"
    listing.__doc__ = f"{spec.title}, one page at a time.\n\nFollow `next` with `after=` until `has_more` is false."
    blueprint.add_url_rule(rule or "", listing.__name__, listing)


def list_response(spec: ListSpec, item_schema: type[Schema] | None = None) -> dict[str, Any]:
    """The page of a list that the current request asks for, as JSON values. Raises ``Invalid`` for unknown parameters."""
    query = parse(spec, request.args.items(multi=True))
    page = fetch(spec, query)
    dump = _by_schema if item_schema else _by_kind
    return {"data": dump(spec, query, page.rows, item_schema), "next": page.next or None, "has_more": page.has_more}


def _by_schema(_spec: ListSpec, query: ListQuery, rows: Sequence[Row], item_schema: type[Schema] | None) -> list[dict[str, Any]]:
    assert item_schema is not None
    items: list[dict[str, Any]] = item_schema(many=True).dump(rows)
    return [{name: item[name] for name in query.fields if name in item} for item in items] if query.fields else items


def _by_kind(spec: ListSpec, query: ListQuery, rows: Sequence[Row], _schema: type[Schema] | None) -> list[dict[str, Any]]:
    names = query.fields or [f.name for f in spec.fields if not f.internal]
    return [{name: _json(spec, spec.by_name[name], row) for name in names} for row in rows]


def _json(spec: ListSpec, field: Field, row: Row) -> Any:
    value = row[field.name]
    if value is None or isinstance(value, bool) or field.kind == "integer":
        return value
    if field.kind == "tags":
        return sorted(map(str, value))
    return format_instant(value) if field.kind == "instant" else plain(spec, field, row)


def _page_schema(spec: ListSpec, item_schema: type[Schema] | None) -> dict[str, Any]:
    """The description of a page. (Views answer ready JSON; a dict as schema only documents it.)"""
    item: Any = item_schema or {
        "type": "object",
        "properties": {f.name: _typed(f) for f in spec.fields if not f.internal},
    }
    return {
        "type": "object",
        "required": ["data", "next", "has_more"],
        "properties": {
            "data": {"type": "array", "items": item},
            "next": {"type": ["string", "null"], "description": "The cursor of the following page, for `after`."},
            "has_more": {"type": "boolean"},
        },
    }


def _typed(field: Field) -> dict[str, Any]:
    described = {**_JSON_TYPE.get(field.kind, _TEXT), "description": field.hint or field.label}
    if field.kind != "tags":
        described["type"] = [described["type"], "null"]
    return described


def _parameters(spec: ListSpec) -> list[dict[str, Any]]:
    sortable = ", ".join(f.name for f in spec.fields if f.sortable and f.kind != "tags")
    common = [
        _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": spec.page_size}, "Rows of a page."),
        _parameter("after", _TEXT, "The `next` of the page before."),
        _parameter("sort", _TEXT, f"Fields to order by, `-` for downwards: {sortable}."),
        _parameter("fields", _TEXT, "Names of the fields to answer, with commas; all when left out."),
        _parameter("q", _TEXT, spec.search_hint or "Searches the list."),
    ]
    return common + [p for field in spec.fields if field.filterable for p in _filters(field)]


def _filters(field: Field) -> list[dict[str, Any]]:
    described = _FILTER_TYPE.get(field.kind) or _JSON_TYPE.get(field.kind, _TEXT)
    made = []
    for operator in OPERATORS[field.kind]:
        name = field.name if operator == "eq" else f"{field.name}.{operator}"
        schema = described if operator in ("eq", "gte", "lte", "gt", "lt") else _TEXT
        made.append(_parameter(name, schema, f"Filter by {field.label.lower()}."))
    return made


def _parameter(name: str, schema: Mapping[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": dict(schema), "description": description}
