"""What usage contributes to the platform."""

from collections.abc import Sequence
from uuid import UUID

import click
from flask import Blueprint

from bezant.sdk.settings import Setting
from bezant.sdk.values import hookimpl
from bezant.sdk.web import NavItem, Panel, SearchHit
from bezant_usage import api, cli, views
from bezant_usage.settings import SETTINGS

NAVIGATION = (NavItem("Billing", "Usage events", "usage.list_events", "activity", "usage.event.view", 40),)


@hookimpl
def bezant_add_settings() -> Sequence[Setting]:
    """Configuration keys."""
    return SETTINGS


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
    return NAVIGATION


@hookimpl
def bezant_add_account_panels(account_id: UUID) -> Sequence[Panel]:
    """What an account used this month."""
    return views.account_panel(account_id)


@hookimpl
def bezant_search(text: str, limit: int) -> Sequence[SearchHit]:
    """Events by their whole transaction id."""
    return views.search(text, limit)


@hookimpl
def bezant_add_commands() -> Sequence[click.Command]:
    """Commands."""
    return (cli.usage,)
