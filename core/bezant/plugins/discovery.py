"""Finding plugins: entry points of group ``bezant.plugins``, and their manifests without importing them."""

import importlib.util
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from bezant.errors import Problem
from bezant.plugins.manifest import FILE, Manifest, ManifestError, read_manifest

GROUP = "bezant.plugins"
OWN_DISTRIBUTION = "bezant"


@dataclass(frozen=True, slots=True)
class Found:
    """An installed plugin: where its hooks are, which distribution brought it, its manifest or why there is none."""

    name: str
    entry_point: EntryPoint
    distribution: str
    manifest: Manifest | None
    problem: str = ""

    @property
    def bundled(self) -> bool:
        """Whether it ships with Bezant itself."""
        return self.distribution == OWN_DISTRIBUTION


def discover() -> dict[str, Found]:
    """All installed plugins by name, with no code of theirs run."""
    found: dict[str, Found] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        plugin = _look_at(point)
        first = found.get(point.name)
        if first is None:
            found[point.name] = plugin
        elif first.distribution != plugin.distribution:
            clash = f"installed twice, by {first.distribution} and by {plugin.distribution}; uninstall one"
            found[point.name] = Found(point.name, first.entry_point, first.distribution, None, clash)
    return found


def _look_at(point: EntryPoint) -> Found:
    distribution = point.dist.name.lower() if point.dist else ""
    try:
        manifest = read_manifest(_folder(point.module) / FILE, point.module.partition(".")[0])
        if manifest.name != point.name:
            raise ManifestError([Problem("name", "mismatch", f"is {manifest.name!r}, but the entry point is {point.name!r}")])
    except ManifestError as error:
        return Found(point.name, point, distribution, None, f"{FILE}: {error}")
    return Found(point.name, point, distribution, manifest)


def _folder(module: str) -> Path:
    package = module.partition(".")[0]
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ManifestError([Problem(FILE, "no_package", f"package {package!r} is not installed")])
    return Path(next(iter(spec.submodule_search_locations)))
