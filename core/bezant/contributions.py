"""What plugins contribute to pages, as plain values: the currency of the core's hooks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the side navigation. Groups and entries are sorted by ``order``, then by label."""

    group: str
    label: str
    endpoint: str
    icon: str
    permission: str
    order: int = 100


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a record page: a template rendered with a context. ``place`` is ``main``, ``aside`` or ``tab``."""

    title: str
    template: str
    context: Mapping[str, object] = field(default_factory=dict)
    permission: str = ""
    place: str = "main"
    order: int = 100


@dataclass(frozen=True, slots=True)
class Card:
    """A card of the dashboard. ``width`` is in quarters of the page (1 to 4)."""

    title: str
    template: str
    context: Mapping[str, object] = field(default_factory=dict)
    permission: str = ""
    width: int = 1
    order: int = 100


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened to an account or a record, for its timeline."""

    at: datetime
    title: str
    detail: str = ""
    icon: str = "point"
    url: str = ""
    permission: str = ""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A record found by the global search."""

    kind: str
    title: str
    detail: str
    url: str
    icon: str = "search"
    rank: int = 100


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """The state of one part of the system: ``ok``, ``warn`` or ``bad``, with the reason and the remedy."""

    name: str
    state: str
    message: str = ""
