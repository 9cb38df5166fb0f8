"""The side navigation: what plugins contribute, for whoever may open it, in one order."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from flask import Flask, current_app, request, url_for
from werkzeug.routing import BuildError

from bezant.auth.context import may
from bezant.contributions import NavItem
from bezant.hooks import each
from bezant.hookspecs import bezant_add_navigation
from bezant.web.permissions import permission_of

GROUPS = ("", "Billing", "Money", "Catalog", "Customers", "Sales", "Support", "Reports", "Administration")
"""The groups that Bezant knows, in order; groups of other plugins stand before the last."""

OWN = (
    NavItem("", "Overview", "bezant_web.dashboard", "layout-dashboard", "core.dashboard.view", 0),
    NavItem("Administration", "Plugins", "bezant_admin.plugins", "plug", "core.plugin.view", 10),
    NavItem("Administration", "Jobs", "bezant_admin.jobs", "clock", "core.job.view", 20),
    NavItem("Administration", "Domain events", "bezant_admin.events", "bolt", "core.event.view", 30),
    NavItem("Administration", "Audit log", "bezant_admin.audit", "history", "core.audit.view", 40),
    NavItem("Administration", "Users", "bezant_people.users", "users", "core.user.view", 50),
    NavItem("Administration", "API keys", "bezant_people.api_keys", "key", "core.api_key.view", 60),
    NavItem("Administration", "Clock", "bezant_clock.show", "hourglass", "core.clock.view", 80),
    NavItem("Administration", "Settings", "bezant_admin.settings", "settings", "core.setting.view", 90),
)

_KEPT = "bezant.navigation"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is drawn."""

    label: str
    url: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Entries below a heading; the first group has none."""

    label: str
    entries: tuple[Entry, ...]

    @property
    def current(self) -> Entry | None:
        """The entry that the page belongs to."""
        return next((e for e in self.entries if e.current), None)


def navigation() -> tuple[Group, ...]:
    """The groups and entries that the principal may open; worked out once per request."""
    if _KEPT not in request.environ:
        request.environ[_KEPT] = _build(_items())
    found: tuple[Group, ...] = request.environ[_KEPT]
    return found


def current_group() -> Group | None:
    """The group that the page belongs to."""
    return next((group for group in navigation() if group.current), None)


def _items() -> list[NavItem]:
    return [*OWN, *(item for answer in each(bezant_add_navigation) for item in answer.value)]


def _build(items: Sequence[NavItem]) -> tuple[Group, ...]:
    urls = {item: _url(item) for item in items if may(item.permission)}
    here = _closest([url for url in urls.values() if url])
    shown = sorted((item for item in urls if urls[item]), key=lambda item: (_group_order(item.group), item.group, item.order, item.label))
    groups: dict[str, list[Entry]] = {}
    for item in shown:
        groups.setdefault(item.group, []).append(Entry(item.label, urls[item], item.icon, urls[item] == here))
    return tuple(Group(label, tuple(entries)) for label, entries in groups.items())


def _url(item: NavItem) -> str:
    try:
        return url_for(item.endpoint)
    except BuildError:
        _log.warning("navigation entry leads nowhere", label=item.label, endpoint=item.endpoint)
        return ""


def _closest(urls: Sequence[str]) -> str:
    """The longest address that the page lies below."""
    path = request.path
    inside = [url for url in urls if path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))]
    return max(inside, key=len, default="")


def _group_order(group: str) -> int:
    return GROUPS.index(group) if group in GROUPS else len(GROUPS) - 1


def unmatched_endpoints(app: Flask) -> list[str]:
    """Endpoints that navigation names and no view answers; for the doctor and for tests."""
    return sorted({item.endpoint for item in _items() if item.endpoint not in app.view_functions})


def home_url() -> str:
    """Where the brand leads: the overview, or the first page that the principal may open."""
    if may(permission_of(current_app.view_functions["bezant_web.dashboard"]) or ""):
        return url_for("bezant_web.dashboard")
    return next((entry.url for group in navigation() for entry in group.entries), url_for("bezant_web.dashboard"))
