"""The manifest ``plugin.toml``: everything that is decided about a plugin before any of its code runs."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bezant.errors import Problem

API_VERSION = "1"
"""The plugin interface of this platform; a manifest asks for it with ``api``."""

FILE = "plugin.toml"
BUILT_IN_ROLES = ("finance", "sales", "support", "auditor", "operator")
"""Roles that a permission may be given to by default; an administrator has them all."""

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_PERMISSION = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_KEYS = {"name", "title", "summary", "version", "api", "requires", "after", "grants", "permissions", "capabilities", "hosts"}


@dataclass(frozen=True, slots=True)
class Permission:
    """Something one may be allowed to do: ``invoicing.invoice.finalize``."""

    name: str
    title: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a plugin says of itself.

    ``requires`` are the plugins it imports from and cannot live without, ``after`` those it merely loads after; ``grants`` are
    permissions of other plugins that its services use on behalf of whoever may call them; ``hosts`` are the only hosts it
    may reach over the network.
    """

    name: str
    title: str
    version: str
    package: str
    summary: str = ""
    api: str = API_VERSION
    requires: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    grants: frozenset[str] = frozenset()
    permissions: tuple[Permission, ...] = ()
    capabilities: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


class ManifestError(ValueError):
    """The manifest cannot be used; ``problems`` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in problems))
        self.problems = problems


def read_manifest(path: Path, package: str) -> Manifest:
    """The manifest in a file. Raises ``ManifestError``."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ManifestError([Problem(FILE, "unreadable", str(error))]) from error
    return parse_manifest(data, package)


def parse_manifest(data: dict[str, Any], package: str) -> Manifest:
    """A manifest from its TOML values. Raises ``ManifestError`` with every problem found."""
    problems = _problems(data)
    if problems:
        raise ManifestError(problems)
    return Manifest(
        name=data["name"],
        title=data["title"],
        version=data["version"],
        package=package,
        summary=data.get("summary", ""),
        api=data["api"],
        requires=tuple(data.get("requires", ())),
        after=tuple(data.get("after", ())),
        grants=frozenset(data.get("grants", ())),
        permissions=tuple(Permission(p["name"], p["title"], tuple(p.get("roles", ()))) for p in data.get("permissions", ())),
        capabilities=tuple(data.get("capabilities", ())),
        hosts=tuple(data.get("hosts", ())),
    )


def _problems(data: dict[str, Any]) -> list[Problem]:
    found = [Problem(key, "unknown_key", f"unknown key; known are {', '.join(sorted(_KEYS))}") for key in sorted(data.keys() - _KEYS)]
    for key in ("name", "title", "version", "api"):
        if not isinstance(data.get(key), str) or not data[key]:
            found.append(Problem(key, "missing", "must be given, as text"))
    for key in ("requires", "after", "grants", "capabilities", "hosts"):
        if not _is_texts(data.get(key, [])):
            found.append(Problem(key, "not_a_list", "must be a list of texts"))
    if isinstance(data.get("name"), str) and not _NAME.fullmatch(data["name"]):
        found.append(Problem("name", "bad_name", "lower-case letters, digits and single underscores"))
    permissions = data.get("permissions", [])
    if not isinstance(permissions, list):
        return [*found, Problem("permissions", "not_a_list", "write each as [[permissions]]")]
    return found + [p for i, permission in enumerate(permissions) for p in _permission_problems(i, permission, data.get("name"))]


def _permission_problems(index: int, permission: Any, plugin: Any) -> list[Problem]:
    where = f"permissions.{index}"
    if not isinstance(permission, dict) or not isinstance(permission.get("title"), str):
        return [Problem(where, "incomplete", "needs name and title")]
    name = permission.get("name")
    if not isinstance(name, str) or not _PERMISSION.fullmatch(name) or name.partition(".")[0] != plugin:
        return [Problem(f"{where}.name", "bad_permission", f"{name!r} must read <plugin>.<noun>.<verb> with this plugin's name")]
    unknown = set(permission.get("roles", ())) - set(BUILT_IN_ROLES)
    if unknown:
        return [Problem(f"{where}.roles", "unknown_role", f"unknown {sorted(unknown)}; known are {', '.join(BUILT_IN_ROLES)}")]
    return []


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
