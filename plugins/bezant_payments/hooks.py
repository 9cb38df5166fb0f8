"""What payments contribute to the platform."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import click
from flask import Blueprint

from bezant.sdk.events import EventHandler
from bezant.sdk.jobs import Job, Schedule
from bezant.sdk.settings import Setting
from bezant.sdk.values import Link, SourceRef, hookimpl
from bezant.sdk.web import Card, HealthCheck, NavItem, Panel, SearchHit, TimelineEntry
from bezant_payments import api, cli, jobs, services, views
from bezant_payments.settings import SETTINGS


@hookimpl
def bezant_add_settings() -> Sequence[Setting]:
    """Configuration keys."""
    return SETTINGS


@hookimpl
def bezant_add_jobs() -> Sequence[Job]:
    """Background jobs."""
    return jobs.JOBS


@hookimpl
def bezant_add_event_handlers() -> Sequence[EventHandler]:
    """Open items are collected."""
    return jobs.HANDLERS


@hookimpl
def bezant_add_schedules() -> Sequence[Schedule]:
    """Collection and reconciliation by the clock."""
    return jobs.SCHEDULES


@hookimpl
def bezant_object_to_travel() -> Sequence[str]:
    """Business time stands while a gateway is live."""
    return services.travel_objections()


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
    """Entries of the navigation."""
    return views.NAVIGATION


@hookimpl
def bezant_add_commands() -> Sequence[click.Command]:
    """Commands."""
    return (cli.payments,)


@hookimpl
def bezant_link_records(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Where payments are shown."""
    return views.link_payments(refs)


@hookimpl
def bezant_add_account_panels(account_id: UUID) -> Sequence[Panel]:
    """Methods and payments on an account's page."""
    return views.account_panels(account_id)


@hookimpl
def bezant_add_account_events(account_id: UUID, limit: int) -> Sequence[TimelineEntry]:
    """Payments in an account's timeline."""
    return views.account_events(account_id, limit)


@hookimpl
def bezant_add_dashboard_cards() -> Sequence[Card]:
    """What failed."""
    return views.dashboard_cards()


@hookimpl
def bezant_search(text: str, limit: int) -> Sequence[SearchHit]:
    """Payments found."""
    return views.search(text, limit)


@hookimpl
def bezant_check_health() -> Sequence[HealthCheck]:
    """Whether attempts are settled in time, and what waits for a person."""
    counts = services.counts()
    late = counts.overdue > 0
    checks = [
        HealthCheck(
            "Reconciliation of payments", "warn" if late else "ok", f"{counts.overdue} look-ups are overdue by an hour" if late else ""
        )
    ]
    if counts.attention:
        checks.append(HealthCheck("Payments to look at", "warn", f"{counts.attention} need a person: see Payments, Needs attention."))
    return checks
