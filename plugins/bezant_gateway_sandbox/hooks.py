"""What the sandbox contributes."""

from collections.abc import Sequence

import click

from bezant.sdk.gateway import Gateway
from bezant.sdk.settings import Setting
from bezant.sdk.values import hookimpl
from bezant_gateway_sandbox import cli, services
from bezant_gateway_sandbox.settings import SETTINGS


@hookimpl
def bezant_add_settings() -> Sequence[Setting]:
    """Configuration keys."""
    return SETTINGS


@hookimpl
def bezant_register_gateways() -> Sequence[Gateway]:
    """The sandbox."""
    return (services.configured(),)


@hookimpl
def bezant_add_commands() -> Sequence[click.Command]:
    """Commands."""
    return (cli.sandbox,)
