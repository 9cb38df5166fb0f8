"""What a plugin may contribute to the platform. What only billing plugins fill is specified by invoicing, and so on.

Every specification says who calls it, when, and how the answers are merged. Values in and out are frozen; answers come in
plugin order; an implementation that has nothing to say returns ``None`` or an empty sequence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from bezant.contributions import Card, HealthCheck, NavItem, Panel, SearchHit, TimelineEntry
from bezant.events import EventHandler
from bezant.hooks import hookspec
from bezant.records import LegalEntityRef, Link, SourceRef
from bezant.settings import Setting

if TYPE_CHECKING:
    import click
    from flask import Blueprint

    from bezant.auth.methods import SecondFactorMethod
    from bezant.jobs.model import Job, Schedule

# --- at start-up: each called once while the application is made; an exception makes the plugin ``failed`` -----------------


@hookspec()
def bezant_add_settings() -> Sequence[Setting]:
    """Configuration keys of the plugin, all in sections that begin with its name."""
    return ()


@hookspec()
def bezant_add_event_handlers() -> Sequence[EventHandler]:
    """Reactions to domain events; each is called with up to 500 events inside one unit of work, after the commit that posted them."""
    return ()


@hookspec()
def bezant_add_jobs() -> Sequence[Job]:
    """Background jobs that the plugin enqueues."""
    return ()


@hookspec()
def bezant_add_schedules() -> Sequence[Schedule]:
    """Jobs that run by the clock."""
    return ()


@hookspec()
def bezant_add_views() -> Sequence[Blueprint]:
    """Pages. Every view declares a permission."""
    return ()


@hookspec()
def bezant_add_api() -> Sequence[Blueprint]:
    """REST resources under ``/api/v1``. Every endpoint declares a permission."""
    return ()


@hookspec()
def bezant_add_second_factors() -> Sequence[SecondFactorMethod]:
    """Ways to prove at sign-in, beyond the password, that it is really them (see ``bezant.sdk.second_factors``), beside the platform's
    own ``totp``. They are found by their names, so two of one name stop the start; titles order them on the page where users
    choose. While a plugin is off, whoever set up its factor gets in by another factor or a recovery code, never without.
    """
    return ()


@hookspec()
def bezant_add_commands() -> Sequence[click.Command]:
    """Commands of ``bezant``."""
    return ()


@hookspec(on_error="omit")
def bezant_add_navigation() -> Sequence[NavItem]:
    """Entries of the side navigation; shown to whoever has the permission."""
    return ()


# --- before something is done: an exception refuses it ------------------------------------------------------------------------


@hookspec()
def bezant_object_to_travel() -> Sequence[str]:
    """Why business time must not be moved here, in sentences for people: a gateway is live, say.

    Called before a rehearsal begins, before business time is moved, and when a travel begins or goes on, inside or outside a unit
    of work. One objection of any plugin refuses it.
    """
    return ()


# --- while pages are made: outside any unit of work; a failing plugin's piece is left out and logged -----------------------


@hookspec(on_error="omit")
def bezant_link_records(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Where records are shown. Called with every reference of a page at once; answer those of your own types only."""
    return {}


@hookspec()
def bezant_list_legal_entities() -> Sequence[LegalEntityRef]:
    """Every legal entity that the principal may know of, archived ones too: users and keys can be limited to them. Called where the
    limit of one is shown or given, inside the unit of work that gives it; an exception stops that."""
    return ()


@hookspec(on_error="omit")
def bezant_add_account_panels(account_id: UUID) -> Sequence[Panel]:
    """Parts of an account's page, sorted by ``order``."""
    return ()


@hookspec(on_error="omit")
def bezant_add_account_events(account_id: UUID, limit: int) -> Sequence[TimelineEntry]:
    """The newest entries of an account's timeline, at most ``limit``; merged by time."""
    return ()


@hookspec(on_error="omit")
def bezant_add_dashboard_cards() -> Sequence[Card]:
    """Cards of the dashboard, sorted by ``order``."""
    return ()


@hookspec(on_error="omit")
def bezant_search(text: str, limit: int) -> Sequence[SearchHit]:
    """Records that match by number, name, e-mail or external id (prefix) or by exact amount, which the principal may see."""
    return ()


@hookspec(on_error="omit")
def bezant_check_health() -> Sequence[HealthCheck]:
    """The state of the plugin's parts, for the health page and ``/health``. Must be quick and read only."""
    return ()
