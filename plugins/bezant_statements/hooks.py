"""What statements contribute to the platform."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import click
from flask import Blueprint

from bezant.sdk.jobs import Job
from bezant.sdk.settings import Setting
from bezant.sdk.values import Link, SourceRef, hookimpl
from bezant.sdk.web import Card, NavItem, Panel, SearchHit
from bezant_statements import api, cli, services, views
from bezant_statements.settings import SETTINGS

NAVIGATION = (
    NavItem("Money", "Statements", "statements.list_statements", "report", "statements.statement.view", 60),
    NavItem("Money", "Statement runs", "statements.list_runs", "stack-2", "statements.run.view", 61),
    NavItem("Reports", "Aging", "statements.aging_report", "calendar-stats", "statements.aging.view", 10),
)


@hookimpl
def bezant_add_settings() -> Sequence[Setting]:
    """Configuration keys."""
    return SETTINGS


@hookimpl
def bezant_add_jobs() -> Sequence[Job]:
    """Background jobs."""
    return (services.carry_out_run, services.print_run, services.print_statement)


@hookimpl
def bezant_add_navigation() -> Sequence[NavItem]:
    """Entries of the navigation."""
    return NAVIGATION


@hookimpl
def bezant_add_views() -> Sequence[Blueprint]:
    """Pages."""
    return (views.blueprint,)


@hookimpl
def bezant_add_api() -> Sequence[Blueprint]:
    """REST resources."""
    return api.BLUEPRINTS


@hookimpl
def bezant_add_commands() -> Sequence[click.Command]:
    """Commands."""
    return (cli.statement,)


@hookimpl
def bezant_link_records(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Where statements are shown."""
    return views.link_statements(refs)


@hookimpl
def bezant_add_account_panels(account_id: UUID) -> Sequence[Panel]:
    """Aging and statements on an account's page."""
    return views.account_panels(account_id)


@hookimpl
def bezant_add_dashboard_cards() -> Sequence[Card]:
    """What is owed, by age."""
    return views.dashboard_cards()


@hookimpl
def bezant_search(text: str, limit: int) -> Sequence[SearchHit]:
    """Statements by number or balance."""
    return views.search(text, limit)
