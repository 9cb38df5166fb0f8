"""Cases: figures that other billing systems vouch for, as `{id, area, given, expect, note, origin}` in files `<origin>-<area>.json`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAMED = frozenset({"after", "after_step", "what"})
"""Keys of a question rather than of an answer."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is given, and what has to come of it."""

    id: str
    area: str
    origin: str
    note: str
    given: Mapping[str, Any]
    expect: Mapping[str, Any]


def read_folder(folder: Path) -> list[Case]:
    """All cases of a folder, file by file. Raises ``ValueError`` where there is none, or one that is not a case."""
    found = [case for path in sorted(folder.glob("*-*.json")) for case in _read_file(path)]
    if not found:
        raise ValueError(f"{folder} has no file <origin>-<area>.json with cases")
    return found


def questions(expect: Any) -> Any:
    """What a case asks, without the answers: the same shape with nothing in it."""
    if isinstance(expect, Mapping):
        return {key: value if key in NAMED else questions(value) for key, value in expect.items()}
    return [questions(one) for one in expect] if isinstance(expect, list) else None


def _read_file(path: Path) -> list[Case]:
    origin, _, area = path.stem.partition("-")
    try:
        return [_read(row, area, origin) for row in json.loads(path.read_text(encoding="utf-8"))]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} holds something that is not a case: {error!r}") from error


def _read(row: Mapping[str, Any], area: str, origin: str) -> Case:
    return Case(row["id"], row.get("area") or area, row.get("origin") or origin, row.get("note") or "", row["given"], row["expect"])
