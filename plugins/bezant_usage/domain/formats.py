"""Events in the forms in which they come: JSON, lines of JSON, CSV, CloudEvents 1.0 (structured mode).

Readers yield ``(place, event or refusal)``; place is the line of the file (or the position in the list), from 1. What cannot be
read refuses that event only.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import IO, Any, Literal

from bezant.sdk.values import Invalid
from bezant_usage.contracts import DEFAULT_SOURCE, EventOutcome, NewEvent

Format = Literal["json", "ndjson", "csv"]
FORMATS: tuple[Format, ...] = ("json", "ndjson", "csv")
Read = tuple[int, NewEvent | EventOutcome]

FIELDS = ("transaction_id", "type", "at", "account", "subscription", "properties", "source", "replaces", "deleted")
"""Fields of an event in JSON; in CSV every column that is none of them is a property."""

_CLOUD_EVENT = {"id": "transaction_id", "source": "source", "type": "type", "time": "at", "subject": "account"}
_CLOUD_EXTENSIONS = ("account", "subscription", "replaces", "deleted")
_CLOUD_IGNORED = ("specversion", "datacontenttype", "dataschema", "data")
_TRUE, _FALSE = ("true", "1", "yes"), ("false", "0", "no", "")


def read_events(stream: IO[str], form: Format) -> Iterator[Read]:
    """The events of a file. Raises ``Invalid`` where the file as a whole cannot be read."""
    return _READERS[form](stream)


def read_list(values: Iterable[object]) -> Iterator[Read]:
    """Events of a JSON list."""
    return ((place, from_json(value)) for place, value in enumerate(values, start=1))


def from_json(value: object) -> NewEvent | EventOutcome:
    """An event from a JSON object, ours or a CloudEvent, or why it is none."""
    if not isinstance(value, dict):
        return _refused({}, "not_an_object", "An event is a JSON object.")
    if "specversion" in value:
        return _from_cloud_event(value)
    unknown = sorted(set(value) - set(FIELDS))
    if unknown:
        return _refused(value, "unknown_field", f"There is no field {unknown[0]!r}; an event has {', '.join(FIELDS)}.")
    return _event(value)


def from_row(columns: Mapping[str, str]) -> NewEvent | EventOutcome:
    """An event from a row of a CSV file: column → cell; empty cells are left out."""
    filled = {name: cell for name, cell in columns.items() if cell}
    fields: dict[str, Any] = {name: filled[name] for name in FIELDS if name in filled}
    deleted = fields.pop("deleted", "false").lower()
    if deleted not in _TRUE + _FALSE:
        return _refused(fields, "bad_deleted", f"deleted is true or false, not {deleted!r}.")
    fields["properties"] = {name.removeprefix("properties."): cell for name, cell in filled.items() if name not in FIELDS}
    return _event({**fields, "deleted": deleted in _TRUE})


def _from_cloud_event(value: Mapping[str, Any]) -> NewEvent | EventOutcome:
    fields = {ours: value[theirs] for theirs, ours in _CLOUD_EVENT.items() if theirs in value}
    fields |= {name: value[name] for name in _CLOUD_EXTENSIONS if name in value}
    data = value.get("data") or {}
    if not isinstance(data, dict):
        return _refused(fields, "bad_data", "The data of a usage event is a JSON object; its members are the properties.")
    if "subject" in value and "subscription" in value and "account" not in value:
        fields.pop("account")
    known = {*_CLOUD_EVENT, *_CLOUD_EXTENSIONS, *_CLOUD_IGNORED}
    extensions = {name: one for name, one in value.items() if name not in known}
    return _event({**fields, "properties": {**extensions, **data}})


def _event(fields: Mapping[str, Any]) -> NewEvent | EventOutcome:
    for name in ("transaction_id", "type", "at"):
        if not fields.get(name) or not isinstance(fields[name], str):
            return _refused(fields, "missing_field", f"An event needs {name}, a text.")
    for name in ("account", "subscription", "source", "replaces"):
        if fields.get(name) is not None and not isinstance(fields[name], str):
            return _refused(fields, "bad_field", f"{name} is a text.")
    at = _instant(fields["at"])
    if at is None:
        return _refused(fields, "bad_time", f"{fields['at']!r} is no instant; write it with its offset: 2026-01-31T08:30:00Z.")
    properties = fields.get("properties") or {}
    if not isinstance(properties, dict) or not isinstance(fields.get("deleted", False), bool):
        return _refused(fields, "bad_field", "properties is an object, deleted is true or false.")
    return NewEvent(
        transaction_id=fields["transaction_id"],
        type=fields["type"],
        at=at,
        account=fields.get("account") or None,
        subscription=fields.get("subscription") or None,
        properties=properties,
        source=fields.get("source") or DEFAULT_SOURCE,
        replaces=fields.get("replaces") or None,
        deleted=fields.get("deleted", False),
    )


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None and len(text) > len("2026-01-31") else None


def _refused(fields: Mapping[str, Any], code: str, reason: str) -> EventOutcome:
    source, name = fields.get("source"), fields.get("transaction_id") or fields.get("id")
    return EventOutcome(
        source[:100] if isinstance(source, str) else DEFAULT_SOURCE, name[:255] if isinstance(name, str) else "", "rejected", code, reason
    )


def _read_json(stream: IO[str]) -> Iterator[Read]:
    try:
        document = _parse(stream.read())
    except (ValueError, RecursionError) as error:
        raise Invalid.field("file", "malformed_json", f"The file is not JSON: {error}.") from None
    if isinstance(document, dict) and set(document) == {"events"}:
        document = document["events"]
    return read_list(document if isinstance(document, list) else [document])


def _read_ndjson(stream: IO[str]) -> Iterator[Read]:
    for place, line in enumerate(stream, start=1):
        if line.strip():
            try:
                yield place, from_json(_parse(line))
            except (ValueError, RecursionError) as error:
                yield place, _refused({}, "malformed_json", f"The line is not JSON: {error}.")


def _read_csv(stream: IO[str]) -> Iterator[Read]:
    reader = csv.reader(stream)
    try:
        header = [name.strip() for name in next(reader, [])]
        if len(set(header)) != len(header) or "transaction_id" not in header:
            raise Invalid.field("file", "bad_header", "The first line names the columns, each once, transaction_id among them.")
        for row in reader:
            if not row:
                continue
            if len(row) != len(header):
                yield reader.line_num, _refused({}, "bad_row", f"The row has {len(row)} cells, the header {len(header)}.")
            else:
                yield reader.line_num, from_row(dict(zip(header, row, strict=True)))
    except csv.Error as error:
        raise Invalid.field("file", "malformed_csv", f"Line {reader.line_num} is not CSV: {error}.") from None


def _parse(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


_READERS: Mapping[Format, Callable[[IO[str]], Iterator[Read]]] = {"json": _read_json, "ndjson": _read_ndjson, "csv": _read_csv}
