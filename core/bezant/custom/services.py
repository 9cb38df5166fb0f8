"""Declaring custom fields, and setting and reading values and tags, for many resources at once."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from bezant.audit import audit, audit_many
from bezant.cards import check_no_card_number
from bezant.custom.tables import CustomField, CustomValue, Tag
from bezant.custom.values import KINDS, parse_tag, parse_value
from bezant.db.bulk import ids_in
from bezant.db.inserts import bulk_insert
from bezant.db.model import session
from bezant.errors import Conflict, Invalid, Problem
from bezant.ids import new_id
from bezant.usecases import query, use_case

_KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class NewCustomField:
    """A field to declare; ``kind`` is text, number, integer, boolean, day or choice."""

    resource_type: str
    key: str
    label: str
    kind: str = "text"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomFieldInfo:
    """A declared field."""

    id: UUID
    resource_type: str
    key: str
    label: str
    kind: str
    choices: tuple[str, ...]


@use_case("core.custom_field.edit")
def declare_field(new: NewCustomField) -> CustomFieldInfo:
    """Declares a field. Raises ``Invalid``, or ``Conflict`` where the resource has one with that key."""
    _validate(new)
    taken = select(CustomField.id).where(CustomField.resource_type == new.resource_type, CustomField.key == new.key)
    if session.scalar(taken):
        raise Conflict(f"{new.resource_type} has a field {new.key} already.", code="duplicate_key")
    row = CustomField(id=new_id(), resource_type=new.resource_type, key=new.key, label=new.label, kind=new.kind, choices=list(new.choices))
    session.add(row)
    session.flush()
    audit("core.custom_field.declared", "core.custom_field", row.id, {"resource_type": new.resource_type, "key": new.key})
    return _info(row)


@query("core.custom_field.view")
def custom_fields(resource_type: str) -> list[CustomFieldInfo]:
    """The fields of a type of resource, by label."""
    wanted = select(CustomField).where(CustomField.resource_type == resource_type, ~CustomField.archived).order_by(CustomField.label)
    return [_info(row) for row in session.scalars(wanted)]


@query("core.custom_field.view")
def custom_values(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Values by resource id and key; one query."""
    found: dict[UUID, dict[str, Any]] = defaultdict(dict)
    wanted = select(CustomValue.resource_id, CustomField.key, CustomValue.value).join(CustomField, CustomField.id == CustomValue.field_id)
    for resource_id, key, value in session.execute(wanted.where(ids_in(CustomValue.resource_id, ids))):
        found[resource_id][key] = value
    return dict(found)


@use_case("core.custom_value.edit")
def set_custom_values(resource_type: str, values: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Sets values by resource id and key; ``None`` removes one, keys left out stay. Raises ``Invalid`` for all that is wrong."""
    fields = {f.key: f for f in custom_fields(resource_type)}
    parsed = _parse(fields, values)
    named = {(fields[key].id, resource_id) for resource_id, entries in parsed.items() for key in entries}
    for field_id in {field_id for field_id, _ in named}:
        owners = [r for f, r in named if f == field_id]
        session.execute(delete(CustomValue).where(CustomValue.field_id == field_id, ids_in(CustomValue.resource_id, owners)))
    bulk_insert(
        CustomValue,
        [
            {"field_id": fields[key].id, "resource_id": resource_id, "value": value}
            for resource_id, entries in parsed.items()
            for key, value in entries.items()
            if value is not None
        ],
    )
    audit_many("core.custom_value.set", resource_type, {i: {"keys": sorted(entries)} for i, entries in parsed.items()})


@query("core.custom_field.view")
def tags_of(ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Tags by resource id, sorted; one query."""
    found: dict[UUID, list[str]] = defaultdict(list)
    for row in session.execute(select(Tag.resource_id, Tag.tag).where(ids_in(Tag.resource_id, ids)).order_by(Tag.tag)):
        found[row.resource_id].append(row.tag)
    return {resource_id: tuple(tags) for resource_id, tags in found.items()}


@use_case("core.custom_value.edit")
def set_tags(resource_type: str, tags: Mapping[UUID, Sequence[str]]) -> None:
    """Replaces the tags of resources. Raises ``Invalid`` naming the tag that cannot be one."""
    try:
        clean = {resource_id: sorted({parse_tag(tag) for tag in given}) for resource_id, given in tags.items()}
    except ValueError as error:
        raise Invalid.field("tags", "bad_tag", f"{error}.") from error
    session.execute(delete(Tag).where(ids_in(Tag.resource_id, clean)))
    rows = [{"resource_id": i, "tag": tag, "resource_type": resource_type} for i, given in clean.items() for tag in given]
    bulk_insert(Tag, rows)
    audit_many("core.tags.set", resource_type, {i: {"tags": given} for i, given in clean.items()})


def _parse(fields: Mapping[str, CustomFieldInfo], values: Mapping[UUID, Mapping[str, Any]]) -> dict[UUID, dict[str, Any]]:
    problems: list[Problem] = []
    parsed: dict[UUID, dict[str, Any]] = {}
    for resource_id, entries in values.items():
        parsed[resource_id] = {}
        for key, value in entries.items():
            if key not in fields:
                problems.append(Problem(f"custom.{key}", "unknown_field", f"There is no custom field {key}; declare it first."))
                continue
            try:
                parsed[resource_id][key] = parse_value(fields[key].kind, fields[key].choices, value)
                if fields[key].kind == "text":
                    problems += check_no_card_number({f"custom.{key}": str(value)})
            except ValueError as error:
                problems.append(Problem(f"custom.{key}", "wrong_value", f"{fields[key].label} {error}."))
    if problems:
        raise Invalid(problems=problems)
    return parsed


def _validate(new: NewCustomField) -> None:
    problems = []
    if not _KEY.fullmatch(new.key):
        problems.append(Problem("key", "bad_key", "Use lower-case letters, digits and _, beginning with a letter."))
    if not new.label.strip():
        problems.append(Problem("label", "missing", "Give the label that people see."))
    if new.kind not in KINDS:
        problems.append(Problem("kind", "unknown_kind", f"Choose one of {', '.join(KINDS)}."))
    if (new.kind == "choice") != bool(new.choices):
        problems.append(Problem("choices", "choices", "A choice needs its choices, and only a choice has them."))
    if problems:
        raise Invalid(problems=problems)


def _info(row: CustomField) -> CustomFieldInfo:
    return CustomFieldInfo(row.id, row.resource_type, row.key, row.label, row.kind, tuple(row.choices))
