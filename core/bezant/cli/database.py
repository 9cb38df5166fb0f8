"""``bezant db``: the schema. The application never migrates itself; this does."""

from dataclasses import asdict

import click

from bezant.cli.context import in_application
from bezant.cli.output import echo_table, json_option
from bezant.errors import BillingError


@click.group()
def db() -> None:
    """Create and change the tables."""


@db.command()
@in_application
def upgrade() -> None:
    """Bring the tables of the platform and of every enabled plugin up to date."""
    from bezant.installation import upgrade_database

    upgrade_database(lambda branch: click.echo(f"{branch.name} …", err=True))
    click.echo("The database is up to date.")


@db.command()
@json_option
@in_application
def status(as_json: bool) -> None:
    """Show how far the tables of each plugin are."""
    from bezant.installation import database_status

    rows = [
        {**asdict(s), "state": "up to date" if s.up_to_date else "behind", "missing": ", ".join((*s.missing_tables, *s.missing_triggers))}
        for s in database_status()
    ]
    echo_table(rows, ("name", "state", "current", "head", "missing"), as_json=as_json)


@db.command()
@in_application
def check() -> None:
    """Fail unless every table and trigger is there and every migration has run."""
    from bezant.installation import database_status

    behind = [s.name for s in database_status() if not s.up_to_date]
    if behind:
        raise BillingError(f"not up to date: {', '.join(behind)}; run `bezant db upgrade`", code="database_behind")
    click.echo("The database is up to date.")


@db.command()
@click.argument("plugin")
@click.option("-m", "--message", required=True, help="What the change does.")
@in_application
def revision(plugin: str, message: str) -> None:
    """Write a migration for PLUGIN (or core) from the difference between its models and an up-to-date database."""
    from bezant.installation import new_revision

    click.echo(new_revision(plugin, message))


@db.command()
@click.argument("plugin")
@click.option("--yes", is_flag=True, help="Do not ask.")
@in_application
def purge(plugin: str, yes: bool) -> None:
    """Drop the tables of PLUGIN with all their data. Disable it first; there is no way back."""
    from bezant.installation import purge_plugin

    if not yes:
        click.confirm(f"Drop every table of {plugin} with all its data?", abort=True)
    purge_plugin(plugin)
    click.echo(f"The tables of {plugin} are gone.")
