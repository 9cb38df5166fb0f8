"""Cursors: where a page begins, as values rather than as a count, so that rows that come in meanwhile shift nothing."""

import base64
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from bezant.errors import Invalid
from bezant.lists.query import ListQuery
from bezant.lists.spec import Field, ListSpec, Row


@dataclass(frozen=True, slots=True)
class Cursor:
    """A row's place in an order: the values of the sort fields and of the key, and how many rows stood before it."""

    values: tuple[Any, ...]
    position: int


def ordering(spec: ListSpec, query: ListQuery) -> list[tuple[Field, bool]]:
    """The fields that order the list and whether downwards; the key comes last and makes the order total."""
    parts = [(spec.by_name[s.field], s.descending) for s in query.sort]
    if not any(field.name == spec.key for field, _ in parts):
        parts.append((spec.by_name[spec.key], parts[-1][1] if parts else True))
    return parts


def write_cursor(spec: ListSpec, query: ListQuery, row: Row, position: int) -> str:
    """The cursor of a row."""
    values = [_plain(row[field.name]) for field, _ in ordering(spec, query)]
    payload = json.dumps([query.sort_text, position, values], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(payload).decode().rstrip("=")


def read_cursor(spec: ListSpec, query: ListQuery, text: str, parameter: str) -> Cursor:
    """The cursor that :func:`write_cursor` wrote for the same order. Raises ``Invalid`` for anything else."""
    try:
        payload = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        sort, position, values = payload
        fields = [field for field, _ in ordering(spec, query)]
        if sort != query.sort_text or len(values) != len(fields) or not isinstance(position, int):
            raise ValueError("of another list")
        return Cursor(tuple(_value(f, v) for f, v in zip(fields, values, strict=True)), max(position, 0))
    except (ValueError, TypeError, ArithmeticError, RecursionError):
        message = "This cursor is not from this list in this order; take the `next` of the last answer, or begin without one."
        raise Invalid.field(parameter, "bad_cursor", message) from None


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def _value(field: Field, value: Any) -> Any:
    if value is None:
        return None
    kinds: dict[str, Any] = {
        "uuid": UUID,
        "decimal": Decimal,
        "day": date.fromisoformat,
        "instant": datetime.fromisoformat,
        "money": int,
        "integer": int,
        "boolean": bool,
    }
    read = kinds.get(field.kind, str)(value)
    if "\0" in str(read) or (isinstance(read, int) and abs(read) >= 2**63) or (isinstance(read, datetime) and read.tzinfo is None):
        raise ValueError("no database holds this")
    return read
