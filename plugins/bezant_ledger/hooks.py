"""What the ledger contributes to the platform."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import click
from flask import Blueprint

from bezant.sdk.events import EventHandler
from bezant.sdk.jobs import Job, Schedule
from bezant.sdk.values import Link, SourceRef, hookimpl
from bezant.sdk.web import NavItem, Panel
from bezant_ledger import api, cli, jobs, views
from bezant_ledger.views import items, links


@hookimpl
def bezant_add_api() -> Sequence[Blueprint]:
    """REST resources."""
    return api.BLUEPRINTS


@hookimpl
def bezant_add_views() -> Sequence[Blueprint]:
    """Pages."""
    return (views.blueprint,)


@hookimpl
def bezant_add_navigation() -> Sequence[NavItem]:
    """Entries of the side navigation."""
    return views.NAVIGATION


@hookimpl
def bezant_add_commands() -> Sequence[click.Command]:
    """``bezant ledger``."""
    return (cli.ledger,)


@hookimpl
def bezant_add_jobs() -> Sequence[Job]:
    """Background jobs."""
    return jobs.JOBS


@hookimpl
def bezant_add_schedules() -> Sequence[Schedule]:
    """The daily proof."""
    return jobs.SCHEDULES


@hookimpl
def bezant_add_event_handlers() -> Sequence[EventHandler]:
    """Reactions to domain events."""
    return jobs.HANDLERS


@hookimpl
def bezant_add_account_panels(account_id: UUID) -> Sequence[Panel]:
    """Open items on an account's page."""
    return items.account_panels(account_id)


@hookimpl
def bezant_link_records(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Where journal entries and open items are shown."""
    return links.link_records(refs)
