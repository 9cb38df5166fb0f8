"""What ``bezant plugin new`` renders: a package of one's own that works untouched."""

import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from bezant.errors import Conflict, Invalid

SUFFIX = ".jinja"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def render(name: str, target: Path, kind: str = "plugin") -> list[Path]:
    """Writes a new plugin called ``name`` into ``target/<distribution>``; gives the files. Raises ``Conflict`` where that exists."""
    if not _NAME.fullmatch(name):
        raise Invalid.field("name", "bad_name", f"{name!r}: use lower-case letters, digits and single underscores.")
    values = {
        "name": name,
        "package": f"bezant_{name}",
        "distribution": f"bezant-{name.replace('_', '-')}",
        "title": name.replace("_", " ").capitalize(),
    }
    folder = target / values["distribution"]
    if folder.exists():
        raise Conflict(f"{folder} exists already; choose another name or place.")
    return [_write(source, folder / _path(parts, values), values) for parts, source in _sources(files(__package__).joinpath(kind))]


def _sources(folder: Traversable, parts: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            yield from _sources(entry, (*parts, entry.name))
        elif entry.name.endswith(SUFFIX):
            yield (*parts, entry.name.removesuffix(SUFFIX)), entry


def _path(parts: tuple[str, ...], values: dict[str, str]) -> Path:
    return Path(*(values["package"] if part == "package" else values["name"] if part == "template_folder" else part for part in parts))


def _write(source: Traversable, path: Path, values: dict[str, str]) -> Path:
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(environment.from_string(source.read_text(encoding="utf-8")).render(values), encoding="utf-8")
    return path
