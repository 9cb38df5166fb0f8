"""Every icon that code or a template names is in the sprite: a missing one leaves a hole beside its word."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ("core/bezant", "plugins")
POSITIONS = {"NavItem": 3, "Action": 2, "Step": 2, "NextStep": 3, "TimelineEntry": 3, "SearchHit": 4, "icon": 0}
"""Where the icon stands among the positional arguments."""


def listed() -> set[str]:
    lines = (ROOT / "core/bezant/web/icons.txt").read_text().splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def named_in_python(path: Path) -> Iterator[str]:
    for call in ast.walk(ast.parse(path.read_text())):
        if isinstance(call, ast.Call):
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            position = POSITIONS.get(name)
            values = [call.args[position]] if position is not None and position < len(call.args) else []
            values += [keyword.value for keyword in call.keywords if keyword.arg == "icon"]
            yield from (v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str) and v.value)


def named_in_template(path: Path) -> Iterator[str]:
    yield from re.findall(r'\bicon\("([a-z0-9-]+)"', path.read_text())


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    named: dict[str, Path] = {}
    for source in SOURCES:
        named |= {icon: path for path in (ROOT / source).rglob("*.py") for icon in named_in_python(path)}
        named |= {icon: path for path in (ROOT / source).rglob("templates/**/*.html") for icon in named_in_template(path)}

    assert {icon: str(path) for icon, path in named.items() if icon not in listed()} == {}
