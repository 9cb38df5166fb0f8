"""Compares what plugins import with what their manifests say: `python tools/manifests.py` prints every disagreement, one a line.

import-linter checks which *kind* of module may be imported; this check knows the manifests: another plugin may be imported only
where `requires` names it, `requires` has no circle, grants are permissions that the platform or a required plugin declares, and
`domain` and `contracts` import nothing but the standard library, `bezant.sdk.values`, contracts and libraries of mere reference data.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from bezant.auth.permissions import CORE_PERMISSIONS

ROOT = Path(__file__).resolve().parent.parent
PREFIX, PLATFORM = "bezant_", "core"
PURE = ("domain", "contracts")
PURE_MAY_IMPORT = "bezant.sdk.values"
REFERENCE_DATA = frozenset({"babel", "iso4217", "pycountry", "stdnum"})
"""Tables and check digits in the form of packages: same answer for the same question, no clock, no network, no database."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin folder and its manifest."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def package(self) -> str:
        """The import name: bezant_<name>."""
        return self.folder.name

    @property
    def name(self) -> str:
        """The name in manifests and configuration."""
        return self.package.removeprefix(PREFIX)

    @property
    def requires(self) -> tuple[str, ...]:
        """Names of the plugins that it may import."""
        return tuple(self.manifest.get("requires", ()))

    @property
    def permissions(self) -> frozenset[str]:
        """Names of the permissions that it declares."""
        return frozenset(permission["name"] for permission in self.manifest.get("permissions", ()))


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, as `file:line` and dotted name; for `from a import b` both `a` and `a.b`."""

    place: str
    module: str
    part: str

    def reaches(self, prefix: str) -> bool:
        """Whether the imported name is the module `prefix` or lies in it."""
        return any(name == prefix or name.startswith(prefix + ".") for name in (self.module, self.part))


def read_plugins(root: Path = ROOT) -> dict[str, Plugin]:
    """Every plugin below root/plugins by name."""
    files = sorted((root / "plugins").glob(f"{PREFIX}*/plugin.toml"))
    plugins = (Plugin(file.parent, tomllib.loads(file.read_text())) for file in files)
    return {plugin.name: plugin for plugin in plugins}


def problems(root: Path = ROOT) -> list[str]:
    """Every disagreement of code and manifests, empty when there is none."""
    plugins = read_plugins(root)
    found = list(_unknown_requirements(plugins)) + list(_circles(plugins)) + list(_grants(plugins))
    for plugin in plugins.values():
        for entry in imports_of(plugin.folder):
            found += _undeclared(plugin, entry)
            found += _impure(plugin, entry)
    return [line.replace(f"{root}/", "") for line in found]


def imports_of(folder: Path) -> Iterator[Import]:
    """All imports in the folder's Python files, those in functions and below TYPE_CHECKING included."""
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(), str(file))):
            place = f"{file}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import):
                yield from (Import(place, alias.name, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = _absolute(node, file, folder)
                yield from (Import(place, module, f"{module}.{alias.name}") for alias in node.names)


def _absolute(node: ast.ImportFrom, file: Path, folder: Path) -> str:
    if not node.level:
        return node.module or ""
    package = [folder.name, *file.relative_to(folder).parent.parts]
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)


def _undeclared(plugin: Plugin, entry: Import) -> Iterator[str]:
    other = entry.module.partition(".")[0]
    if other.startswith(PREFIX) and other != plugin.package and other.removeprefix(PREFIX) not in plugin.requires:
        yield f"{entry.place}: imports {entry.module}, but plugin.toml does not require {other.removeprefix(PREFIX)!r}"


def _impure(plugin: Plugin, entry: Import) -> Iterator[str]:
    file = Path(entry.place.rpartition(":")[0]).relative_to(plugin.folder)
    layer = file.parts[0].removesuffix(".py")
    if layer in PURE and not _pure(plugin, entry):
        yield f"{entry.place}: {layer} imports {entry.part}; it may import the standard library, {PURE_MAY_IMPORT} and contracts"


def _pure(plugin: Plugin, entry: Import) -> bool:
    top, _, inner = entry.module.partition(".")
    if top.startswith(PREFIX):
        layer = (inner or entry.part.partition(".")[2]).partition(".")[0]
        return layer in (PURE if top == plugin.package else ("contracts",))
    return top in sys.stdlib_module_names or top in REFERENCE_DATA or entry.reaches(PURE_MAY_IMPORT)


def _unknown_requirements(plugins: Mapping[str, Plugin]) -> Iterator[str]:
    for plugin in plugins.values():
        for name in sorted(set(plugin.requires) - plugins.keys()):
            yield f"{plugin.folder}/plugin.toml: requires {name!r}, which does not exist"


def _circles(plugins: Mapping[str, Plugin]) -> Iterator[str]:
    try:
        TopologicalSorter({plugin.name: plugin.requires for plugin in plugins.values()}).prepare()
    except CycleError as error:
        yield f"requires go in a circle: {' -> '.join(reversed(error.args[1]))}"


def _grants(plugins: Mapping[str, Plugin]) -> Iterator[str]:
    for plugin in plugins.values():
        for grant in plugin.manifest.get("grants", ()):
            owner = grant.partition(".")[0]
            if owner == PLATFORM:
                if grant not in {permission.name for permission in CORE_PERMISSIONS}:
                    yield f"{plugin.folder}/plugin.toml: grants {grant!r}, which the platform does not declare"
            elif owner not in plugin.requires:
                yield f"{plugin.folder}/plugin.toml: grants {grant!r}, but does not require {owner!r}"
            elif owner in plugins and grant not in plugins[owner].permissions:
                yield f"{plugin.folder}/plugin.toml: grants {grant!r}, which {owner!r} does not declare"


if __name__ == "__main__":
    lines = problems()
    print("\n".join(lines) or "manifests and imports agree")
    raise SystemExit(bool(lines))
