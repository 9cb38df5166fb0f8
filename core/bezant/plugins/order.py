"""Which plugins can load, and in which order: a pure function of manifests and the enabled list."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter

from bezant.plugins.manifest import API_VERSION, Manifest


class State(StrEnum):
    """What became of an installed plugin."""

    ACTIVE = "active"
    DISABLED = "disabled"  # installed, not in the enabled list
    INCOMPATIBLE = "incompatible"  # made for another version of the plugin interface
    BLOCKED = "blocked"  # something it requires is not active
    FAILED = "failed"  # its manifest or its code is broken


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of one plugin and, where it is not active, the reason in words."""

    state: State
    reason: str = ""


def decide(manifests: Mapping[str, Manifest], enabled: Collection[str], broken: Mapping[str, str]) -> tuple[list[str], dict[str, Verdict]]:
    """The plugins to load, requirements first, and a verdict for each.

    ``broken`` are plugins without a usable manifest, with the reason. Among plugins that do not depend on each other the
    order is by name, so that it never depends on how they were found.
    """
    verdicts = {name: Verdict(State.FAILED, reason) for name, reason in broken.items()}
    for name, manifest in manifests.items():
        verdicts[name] = _first_look(manifest, enabled)
    for name in enabled:
        if name not in verdicts:
            verdicts[name] = Verdict(State.FAILED, "not installed")
    order = _sorted(manifests, verdicts)
    for name in order:
        verdicts[name] = blocked_by(manifests[name], verdicts) or verdicts[name]
    return [name for name in order if verdicts[name].state is State.ACTIVE], verdicts


def blocked_by(manifest: Manifest, verdicts: Mapping[str, Verdict]) -> Verdict | None:
    """The verdict that a plugin gets because of those it requires, if one of them is not active."""
    for needed in manifest.requires:
        verdict = verdicts.get(needed, Verdict(State.FAILED, "not installed"))
        if verdict.state is not State.ACTIVE:
            why = f"requires {needed}, which is {verdict.state}" + (f" ({verdict.reason})" if verdict.reason else "")
            return Verdict(State.BLOCKED, why)
    return None


def _first_look(manifest: Manifest, enabled: Collection[str]) -> Verdict:
    if manifest.name not in enabled:
        return Verdict(State.DISABLED, "not in plugins.enabled")
    if manifest.api != API_VERSION:
        return Verdict(State.INCOMPATIBLE, f"made for plugin interface {manifest.api}, this is {API_VERSION}")
    return Verdict(State.ACTIVE)


def _sorted(manifests: Mapping[str, Manifest], verdicts: dict[str, Verdict]) -> list[str]:
    candidates = sorted(n for n in manifests if verdicts[n].state is State.ACTIVE)
    while True:
        graph = {n: [d for d in (*manifests[n].requires, *manifests[n].after) if d in candidates] for n in candidates}
        try:
            return _by_name(TopologicalSorter(graph))
        except CycleError as error:
            circle = sorted(set(error.args[1]))
            for name in circle:
                verdicts[name] = Verdict(State.FAILED, f"requires itself in a circle: {' → '.join(circle)}")
            candidates = [n for n in candidates if n not in circle]


def _by_name(sorter: "TopologicalSorter[str]") -> list[str]:
    sorter.prepare()
    order: list[str] = []
    ready: list[str] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()])
        order.append(ready[0])
        sorter.done(ready.pop(0))
    return order
