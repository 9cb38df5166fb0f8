"""The plugin manager: loads what is enabled, one by one, so that a broken plugin harms nobody but its dependants."""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import ModuleType

import pluggy
import structlog

from bezant import hookspecs
from bezant.auth.context import answering_hook
from bezant.db.model import tables_of
from bezant.db.scope import undeclared
from bezant.errors import ConfigurationError
from bezant.hooks import PROJECT
from bezant.plugins.discovery import Found
from bezant.plugins.manifest import Manifest, Permission
from bezant.plugins.order import State, Verdict, blocked_by, decide

BUNDLED = "bundled"
"""In ``plugins.enabled``: every plugin that ships with Bezant."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """One line of ``bezant plugin list``."""

    name: str
    title: str
    version: str
    distribution: str
    state: State
    reason: str
    requires: tuple[str, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class HookInfo:
    """One line of ``bezant hooks list``."""

    name: str
    module: str
    on_error: str
    implementers: tuple[str, ...]


class PluginManager:
    """Loads plugins and answers hook calls. Construct it, then :meth:`load`."""

    def __init__(self, found: Mapping[str, Found], enabled: Collection[str], required: Collection[str] = ()) -> None:
        self._found = dict(found)
        self._required = tuple(required)
        self._pluggy = pluggy.PluginManager(PROJECT)
        self._pluggy.add_hookspecs(hookspecs)
        self.manifests = {name: f.manifest for name, f in found.items() if f.manifest}
        broken = {name: f.problem for name, f in found.items() if not f.manifest}
        self.order, self.verdicts = decide(self.manifests, expand(enabled, found), broken)

    def load(self) -> None:
        """Imports and registers every plugin that may load. Raises ``ConfigurationError`` where a required one did not."""
        for name in list(self.order):
            self.verdicts[name] = blocked_by(self.manifests[name], self.verdicts) or self._load(name)
        self.order = [n for n in self.order if self.verdicts[n].state is State.ACTIVE]
        self._check_required()

    def implementations(self, hook: str) -> list[tuple[str, Callable[..., object]]]:
        """The implementations of a hook in plugin order, each as a callable that takes the hook's arguments."""
        caller = getattr(self._pluggy.hook, hook, None)
        if caller is None:
            return []
        by_plugin = {impl.plugin_name: impl.function for impl in caller.get_hookimpls()}
        return [(name, self._answering(name, by_plugin[name])) for name in self.order if name in by_plugin]

    def active(self) -> list[Manifest]:
        """Manifests of the loaded plugins, requirements first."""
        return [self.manifests[name] for name in self.order]

    def permissions(self) -> list[Permission]:
        """Every permission that the loaded plugins declare."""
        return [p for manifest in self.active() for p in manifest.permissions]

    def infos(self) -> list[PluginInfo]:
        """Every plugin known, installed or merely named, with its state and reason."""
        return [self._info(name) for name in sorted(self.verdicts)]

    def module(self, name: str, part: str) -> ModuleType | None:
        """A module of a loaded plugin (``services``), or ``None`` where it has none."""
        return import_if_there(f"{self.manifests[name].package}.{part}")

    def hooks(self) -> list["HookInfo"]:
        """Every hook that is specified, with who implements it."""
        infos = []
        for module in (hookspecs, *filter(None, (self.module(n, "contracts") for n in self.order))):
            for name, spec in vars(module).items():
                if self._pluggy.parse_hookspec_opts(module, name) is not None and spec.__module__ == module.__name__:
                    policy = str(getattr(spec, "__bezant_on_error__", ""))
                    infos.append(HookInfo(name, module.__name__, policy, tuple(p for p, _ in self.implementations(name))))
        return infos

    def _answering(self, name: str, function: Callable[..., object]) -> Callable[..., object]:
        package = self.manifests[name].package

        def answer(*args: object, **kwargs: object) -> object:
            with answering_hook(package):
                return function(*args, **kwargs)

        return answer

    def _load(self, name: str) -> Verdict:
        try:
            contracts = self.module(name, "contracts")
            if contracts is not None and any(self._pluggy.parse_hookspec_opts(contracts, part) for part in dir(contracts)):
                self._pluggy.add_hookspecs(contracts)
            self._pluggy.register(self._found[name].entry_point.load(), name)
            self._check_hook_names(name)
            self._check_tables(name)
        except Exception as error:
            self._pluggy.unregister(name=name)
            _log.exception("plugin failed to load", plugin=name)
            return Verdict(State.FAILED, f"{type(error).__name__}: {error}")
        return Verdict(State.ACTIVE)

    def _check_hook_names(self, name: str) -> None:
        plugin = self._pluggy.get_plugin(name)
        for caller in self._pluggy.get_hookcallers(plugin) or ():
            if not caller.has_spec():
                raise LookupError(f"implements {caller.name}, which no loaded plugin specifies")
            takes = tuple(caller.spec.argnames)  # type: ignore[union-attr]
            for impl in caller.get_hookimpls():
                if impl.plugin is plugin and tuple(impl.argnames) != takes:
                    raise TypeError(f"{caller.name} takes ({', '.join(takes)}), not ({', '.join(impl.argnames)})")

    def _check_tables(self, name: str) -> None:
        missing = undeclared(tables_of(self.manifests[name].package))
        if missing:
            raise LookupError(f"{', '.join(missing)}: say whose the rows are, by __scope__ = Scope(…), or Shared or Withheld and why")

    def _check_required(self) -> None:
        missing = [n for n in self._required if self.verdicts.get(n, Verdict(State.FAILED)).state is not State.ACTIVE]
        if missing:
            reasons = "; ".join(f"{n}: {self.verdicts.get(n, Verdict(State.FAILED, 'not installed')).reason}" for n in missing)
            raise ConfigurationError(f"plugins.required: cannot start without {', '.join(missing)} ({reasons})")

    def _info(self, name: str) -> PluginInfo:
        manifest, found, verdict = self.manifests.get(name), self._found.get(name), self.verdicts[name]
        return PluginInfo(
            name=name,
            title=manifest.title if manifest else name,
            version=manifest.version if manifest else "",
            distribution=found.distribution if found else "",
            state=verdict.state,
            reason=verdict.reason,
            requires=manifest.requires if manifest else (),
            summary=manifest.summary if manifest else "",
        )


def expand(enabled: Collection[str], found: Mapping[str, Found]) -> set[str]:
    """The enabled names with ``bundled`` replaced by what ships with Bezant."""
    names = set(enabled)
    if BUNDLED in names:
        names.remove(BUNDLED)
        names |= {name for name, f in found.items() if f.bundled}
    return names


def import_if_there(name: str) -> ModuleType | None:
    """The module, or ``None`` where there is none of that name; an error inside it is raised."""
    if name in sys.modules:
        return sys.modules[name]
    if importlib.util.find_spec(name) is None:
        return None
    return importlib.import_module(name)
