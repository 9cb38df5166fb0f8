"""What invoicing contributes to the platform."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint

from bezant.sdk.events import EventHandler
from bezant.sdk.jobs import Job
from bezant.sdk.settings import Setting
from bezant.sdk.values import Link, SourceRef, hookimpl
from bezant.sdk.web import Card, NavItem, Panel, SearchHit, TimelineEntry
from bezant_invoicing import views
from bezant_invoicing.api import BLUEPRINTS as API
from bezant_invoicing.jobs import HANDLERS, JOBS
from bezant_invoicing.settings import SETTINGS

NAVIGATION = (
    NavItem("Billing", "Invoices", "invoicing.invoices", "file-invoice", "invoicing.invoice.view", 10),
    NavItem("Billing", "Credit notes", "invoicing.credit_notes", "receipt-refund", "invoicing.credit_note.view", 20),
    NavItem("Billing", "Pending charges", "invoicing.pending_charges", "file-plus", "invoicing.pending_charge.view", 25),
)


@hookimpl
def bezant_add_settings() -> Sequence[Setting]:
    """Configuration keys."""
    return SETTINGS


@hookimpl
def bezant_add_jobs() -> Sequence[Job]:
    """Background jobs."""
    return JOBS


@hookimpl
def bezant_add_event_handlers() -> Sequence[EventHandler]:
    """Reactions to domain events."""
    return HANDLERS


@hookimpl
def bezant_add_navigation() -> Sequence[NavItem]:
    """Entries of the navigation."""
    return NAVIGATION


@hookimpl
def bezant_add_views() -> Sequence[Blueprint]:
    """Pages."""
    return (views.blueprint,)


@hookimpl
def bezant_link_records(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Where invoices and credit notes are shown."""
    return views.link_records(refs)


@hookimpl
def bezant_add_account_panels(account_id: UUID) -> Sequence[Panel]:
    """Invoices, credit notes and pending charges on an account's page."""
    return views.account_panels(account_id)


@hookimpl
def bezant_add_account_events(account_id: UUID, limit: int) -> Sequence[TimelineEntry]:
    """Invoices and credit notes in an account's timeline."""
    return views.account_events(account_id, limit)


@hookimpl
def bezant_add_dashboard_cards() -> Sequence[Card]:
    """What is open and overdue."""
    return views.dashboard_cards()


@hookimpl
def bezant_search(text: str, limit: int) -> Sequence[SearchHit]:
    """Invoices and credit notes by number or amount."""
    return views.search(text, limit)


@hookimpl
def bezant_add_api() -> Sequence[Blueprint]:
    """REST resources."""
    return API
