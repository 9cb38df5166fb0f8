"""Between what stands in the inputs (names and texts) and what a schema loads (nested data)."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from bezant.web import formats
from bezant.web.forms.fields import FormField, Plan

Typed = dict[str, str]
"""Name of an input → its text. Lines are numbered: ``lines.0.description``; lists hold one entry per line of text."""


def typed_of(form: "MultiDict[str, str]") -> Typed:
    """What was sent, as text; inputs of one name (checkboxes) become one entry per line."""
    return {name: "\n".join(form.getlist(name)) for name in form}


def typed_values(plan: Plan, values: Mapping[str, Any]) -> Typed:
    """Values as a schema dumps them, as text for the inputs; defaults where there is none."""
    typed: Typed = {f.name: f.default for f in plan.fields.values() if f.default}
    typed.update(_flat(values))
    return {name: _local(plan, name, text) for name, text in typed.items()}


def data_of(plan: Plan, typed: Typed) -> dict[str, Any]:
    """The nested data to load. An empty input is left out, or null where the field may be; blank lines are dropped."""
    data: dict[str, Any] = {}
    for found in plan.fields.values():
        if found.widget == "lines":
            _put(data, found.name, list(_lines(found, typed)))
        else:
            _add(data, found, typed, found.name)
    return data


def compacted(plan: Plan, typed: Typed) -> Typed:
    """The same without blank lines between, so that a problem of ``lines.2`` stands at the third line."""
    kept = dict(typed)
    for found in (f for f in plan.fields.values() if f.widget == "lines"):
        numbers = line_numbers(found, typed)
        kept = {name: text for name, text in kept.items() if not name.startswith(found.name + ".")}
        for new, old in enumerate(numbers):
            prefix = f"{found.name}.{old}."
            kept |= {f"{found.name}.{new}.{name.removeprefix(prefix)}": text for name, text in typed.items() if name.startswith(prefix)}
    return kept


def line_numbers(found: FormField, typed: Typed) -> list[int]:
    """The numbers of the lines in which something was typed, in order."""
    prefix = found.name + "."
    numbers = {name.removeprefix(prefix).partition(".")[0] for name in typed if name.startswith(prefix)}
    return [n for n in sorted(int(n) for n in numbers if n.isascii() and n.isdigit() and len(n) < 5) if _filled(found, n, typed)]


def _filled(found: FormField, number: int, typed: Typed) -> bool:
    return any(typed.get(f"{found.name}.{number}.{c.name}", "").strip() for c in found.columns if c.widget not in ("select", "checkbox"))


def _lines(found: FormField, typed: Typed) -> Iterator[dict[str, Any]]:
    for number in line_numbers(found, typed):
        line: dict[str, Any] = {}
        for column in found.columns:
            _add(line, column, typed, f"{found.name}.{number}.{column.name}")
        yield line


def _add(data: dict[str, Any], found: FormField, typed: Typed, name: str) -> None:
    text = typed.get(name, "")
    if found.widget == "checkbox":
        _put(data, found.name, text.strip().lower() in ("true", "on", "1"))
    elif found.widget in ("list", "checkboxes"):
        entries = [line.strip() for line in text.splitlines() if line.strip()]
        _put(data, found.name, entries or (None if found.nullable else []))
    elif text.strip():
        _put(data, found.name, _value(found, text))
    elif name in typed and found.nullable:
        _put(data, found.name, None)
    elif name in typed and found.blank and not found.required and not found.choices:
        _put(data, found.name, "")


def _value(found: FormField, text: str) -> Any:
    if found.widget == "integer" and text.strip().lstrip("-").isdecimal():
        return int(text)
    if found.widget == "json":
        return _json(text)
    if found.widget == "datetime":
        return _instant(text)
    return text if found.widget in ("textarea", "password") else text.strip()


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text  # the schema says what it wants instead


def _instant(text: str) -> str:
    """The reader's local time with its offset; anything else as it is."""
    try:
        local = datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    return (local if local.tzinfo else local.replace(tzinfo=formats.zone())).isoformat(timespec="seconds")


def _local(plan: Plan, name: str, text: str) -> str:
    """Instants are typed in the reader's zone."""
    found = plan.fields.get(name)
    if found is None or found.widget != "datetime" or not text:
        return text
    try:
        return datetime.fromisoformat(text).astimezone(formats.zone()).strftime("%Y-%m-%dT%H:%M")
    except ValueError:
        return text


def _put(data: dict[str, Any], name: str, value: Any) -> None:
    *path, last = name.split(".")
    for part in path:
        data = data.setdefault(part, {})
    data[last] = value


def _flat(value: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{prefix}.{key}".lstrip("."))
    elif isinstance(value, list | tuple):
        if any(isinstance(inner, Mapping) for inner in value):
            for number, inner in enumerate(value):
                yield from _flat(inner, f"{prefix}.{number}")
        else:
            yield prefix, "\n".join(map(str, value))
    elif value is not None:
        yield prefix, str(value).lower() if isinstance(value, bool) else str(value)
