"""What subscriptions contributes to the platform and to other plugins."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import click
from flask import Blueprint

from bezant.sdk.events import EventHandler
from bezant.sdk.jobs import Job, Schedule
from bezant.sdk.settings import Setting
from bezant.sdk.values import Link, SourceRef, hookimpl
from bezant.sdk.web import Card, NavItem, Panel, SearchHit
from bezant_invoicing.contracts import VoidedInvoice
from bezant_subscriptions import api, cli, services, views
from bezant_subscriptions.settings import SETTINGS
from bezant_usage.contracts import ExplanationStep, ResolvedSubject, StoredEvent, Subject

NAVIGATION = (
    NavItem("Billing", "Subscriptions", "subscriptions.subscriptions", "repeat", "subscriptions.subscription.view", 10),
    NavItem("Billing", "Billing runs", "billing_runs.runs", "player-play", "subscriptions.run.view", 80),
)
SCHEDULES = (Schedule("subscriptions.bill_due", services.bill_due, timedelta(hours=1), business=True, next_due=services.next_billing),)


@hookimpl
def bezant_add_settings() -> Sequence[Setting]:
    """Configuration keys."""
    return SETTINGS


@hookimpl
def bezant_add_event_handlers() -> Sequence[EventHandler]:
    """Reactions to domain events."""
    return (services.note_late_usage,)


@hookimpl
def bezant_add_jobs() -> Sequence[Job]:
    """Background jobs."""
    return (services.bill_due, services.carry_out_run)


@hookimpl
def bezant_add_schedules() -> Sequence[Schedule]:
    """Billing by the clock."""
    return SCHEDULES


@hookimpl
def bezant_add_navigation() -> Sequence[NavItem]:
    """Entries of the navigation."""
    return NAVIGATION


@hookimpl
def bezant_add_views() -> Sequence[Blueprint]:
    """Pages."""
    return (views.blueprint, views.runs_blueprint)


@hookimpl
def bezant_add_api() -> Sequence[Blueprint]:
    """REST resources."""
    return api.BLUEPRINTS


@hookimpl
def bezant_add_commands() -> Sequence[click.Command]:
    """Commands."""
    return (cli.bill,)


@hookimpl
def bezant_link_records(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Where subscriptions and billing runs are shown."""
    return views.link_records(refs)


@hookimpl
def bezant_add_account_panels(account_id: UUID) -> Sequence[Panel]:
    """An account's subscriptions."""
    return views.account_panels(account_id)


@hookimpl
def bezant_add_dashboard_cards() -> Sequence[Card]:
    """The last billing run."""
    return views.dashboard_cards()


@hookimpl
def bezant_search(text: str, limit: int) -> Sequence[SearchHit]:
    """Subscriptions by external id."""
    return views.search(text, limit)


@hookimpl
def bezant_record_voided(invoices: Sequence[VoidedInvoice]) -> None:
    """What voided invoices covered is due again."""
    services.free_voided(invoices)


@hookimpl
def bezant_resolve_subjects(subjects: Sequence[Subject]) -> Mapping[Subject, ResolvedSubject]:
    """Subscriptions by the external ids that events name."""
    return services.resolve_subjects(subjects)


@hookimpl
def bezant_explain_events(events: Sequence[StoredEvent]) -> Mapping[int, tuple[ExplanationStep, ...]]:
    """Whether an event was billed."""
    return services.explain_events(events)
