"""What bank transfers contribute."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import click
from flask import Blueprint

from bezant.sdk.events import EventHandler
from bezant.sdk.gateway import Gateway
from bezant.sdk.values import Link, SourceRef, hookimpl
from bezant.sdk.web import NavItem, Panel
from bezant_gateway_bank_transfer import api, cli, jobs, services, views


@hookimpl
def bezant_register_gateways() -> Sequence[Gateway]:
    """Money that comes in by itself."""
    return (services.BankTransferGateway(),)


@hookimpl
def bezant_add_event_handlers() -> Sequence[EventHandler]:
    """Whatever can be quoted is known."""
    return jobs.HANDLERS


@hookimpl
def bezant_add_api() -> Sequence[Blueprint]:
    """REST resources."""
    return (api.blueprint,)


@hookimpl
def bezant_add_views() -> Sequence[Blueprint]:
    """Pages."""
    return (views.blueprint,)


@hookimpl
def bezant_add_navigation() -> Sequence[NavItem]:
    """Entries of the navigation."""
    return views.NAVIGATION


@hookimpl
def bezant_link_records(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Where transfers are shown."""
    return views.link_transfers(refs)


@hookimpl
def bezant_add_account_panels(account_id: UUID) -> Sequence[Panel]:
    """What to quote."""
    return views.account_panels(account_id)


@hookimpl
def bezant_add_commands() -> Sequence[click.Command]:
    """Commands."""
    return (cli.bank_transfer,)
