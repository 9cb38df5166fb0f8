"""``bezant bank-transfer``: references from the time before the plugin was enabled."""

import click

from bezant_gateway_bank_transfer import services


@click.group(name="bank-transfer")
def bank_transfer() -> None:
    """References that payers quote."""


@bank_transfer.command()
def index() -> None:
    """Make every open item and account known by its reference, also those older than this plugin."""
    click.echo(f"{services.index_references()} references are known.")
