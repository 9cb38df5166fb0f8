"""Cases whose semantics Bezant deliberately does not share: `deviations.toml` names them, or a rule that picks them."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .reading import Case


@dataclass(frozen=True, slots=True)
class Deviation:
    """Picks the case ``id``, or those of ``area`` whose values at dotted paths are as ``where`` says, and gives the reason.

    In ``where`` a text is a regular expression for the whole value as JSON would write it, ``=path`` the value at another path;
    ``true`` asks that there is a value.
    """

    reason: str
    id: str = ""
    area: str = ""
    where: Mapping[str, str | bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.reason or bool(self.id) == bool(self.area):
            raise ValueError(f"a deviation has a reason, and an id or an area: {self}")

    def picks(self, case: Case) -> bool:
        """Whether the case is one of those meant."""
        if self.id:
            return case.id == self.id
        return case.area == self.area and all(_fits(case, wanted, value_at(case, path)) for path, wanted in self.where.items())


def read_deviations(path: Path) -> list[Deviation]:
    """The deviations of a file."""
    return [Deviation(**row) for row in tomllib.loads(path.read_text(encoding="utf-8")).get("deviation", [])]


def value_at(case: Case, path: str) -> list[Any]:
    """The values at ``given.timeline.*.do``; ``*`` is every member of a list or mapping, a number (-1: the last) one of a list."""
    found: list[Any] = [{"given": case.given, "expect": case.expect, "note": case.note, "origin": case.origin}]
    for step in path.split("."):
        found = [inner for value in found for inner in _members(value, step)]
    return found


def _members(value: Any, step: str) -> list[Any]:
    if step == "*":
        return list(value.values()) if isinstance(value, Mapping) else list(value) if isinstance(value, list) else []
    if isinstance(value, list) and re.fullmatch("-?[0-9]+", step):
        return value[int(step) :][:1]
    return [value[step]] if isinstance(value, Mapping) and step in value else []


def _fits(case: Case, wanted: str | bool, values: list[Any]) -> bool:
    if isinstance(wanted, bool):
        return bool(values) is wanted
    if wanted.startswith("="):
        return any(value in value_at(case, wanted[1:]) for value in values)
    return any(re.fullmatch(wanted, str(value)) for value in values)
