"""What the catalog contributes to the platform."""

from collections.abc import Sequence

import click
from flask import Blueprint

from bezant.sdk.values import hookimpl
from bezant_catalog.api import BLUEPRINTS
from bezant_catalog.cli import catalog


@hookimpl
def bezant_add_api() -> Sequence[Blueprint]:
    """REST resources."""
    return BLUEPRINTS


@hookimpl
def bezant_add_commands() -> Sequence[click.Command]:
    """Commands."""
    return (catalog,)
