"""What all edits share."""

from collections.abc import Mapping
from typing import Any

from bezant.sdk.db import Model
from bezant.sdk.values import Stale


def check_version(row: Any, version: int | None) -> None:
    """Raises ``Stale`` where the caller has read another version than there is now."""
    if version is not None and row.version != version:
        raise Stale("Somebody else changed this meanwhile; read it again and repeat your change.")


def apply(row: Model, values: Mapping[str, Any]) -> list[str]:
    """Sets columns and gives the names of those that really change."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def columns(row: Model) -> dict[str, Any]:
    """The values of a row by column."""
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}
