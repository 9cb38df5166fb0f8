"""The group of all commands: the platform's own and those of the enabled plugins."""

import sys
from collections.abc import Sequence

import click

from bezant import __version__
from bezant.cli import clock, configuration, database, people, plugins, servers, work
from bezant.cli.context import application, in_application
from bezant.errors import BillingError, ConfigurationError

EXIT_FAILED, EXIT_CONFIGURATION = 1, 2
"""What was asked could not be done; the deployment is set up wrongly."""


class CommandGroup(click.Group):
    """Commands of the platform and of plugins. The application is made when a command needs it, once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_plugin_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or _plugin_commands(ctx).get(cmd_name)


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bezant")
def cli() -> None:
    """Bezant: a billing platform made of plugins."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point. Errors are told in one line; exit codes: 1 could not be done, 2 set up or called wrongly."""
    try:
        code = cli.main(args=list(arguments) if arguments is not None else None, prog_name="bezant", standalone_mode=False)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except ConfigurationError as error:
        _tell(error)
        sys.exit(EXIT_CONFIGURATION)
    except BillingError as error:
        _tell(error)
        sys.exit(EXIT_FAILED)
    except Exception as error:
        if not _tell_database(error):
            raise
        sys.exit(EXIT_FAILED)
    if isinstance(code, int):  # what a command gave to `context.exit`
        sys.exit(code)


def _tell(error: BillingError) -> None:
    click.secho(f"{error.title}: {error.message}", fg="red", err=True)
    for problem in error.problems:
        if problem.message not in error.message:
            click.echo(f"  {problem.field}: {problem.message}", err=True)


def _tell_database(error: Exception) -> bool:
    """Says in one line that the database cannot be used; whether that is what went wrong."""
    from sqlalchemy.exc import OperationalError

    if not isinstance(error, OperationalError):
        return False
    reason = (str(error.orig).splitlines() or ["no reason was given"])[0]
    click.secho(f"The database cannot be used: {reason}", fg="red", err=True)
    return True


def _plugin_commands(ctx: click.Context) -> dict[str, click.Command]:
    from bezant.hooks import each
    from bezant.hookspecs import bezant_add_commands

    with ctx.scope(cleanup=False):
        application()
    return {str(c.name): _in_application(c) for answer in each(bezant_add_commands) for c in answer.value}


def _in_application(command: click.Command) -> click.Command:
    """The command and all below it, each run inside the application context."""
    if isinstance(command, click.Group):
        for child in command.commands.values():
            _in_application(child)
    elif command.callback is not None and command not in _wrapped:
        command.callback = in_application(command.callback)
        _wrapped.add(command)
    return command


_wrapped: set[click.Command] = set()

for group in (
    database.db,
    plugins.plugin,
    plugins.hooks,
    configuration.config,
    people.user,
    people.api_key,
    work.jobs,
    work.events,
    clock.clock_group,
):
    cli.add_command(group)
for command in (servers.run, servers.web, servers.worker):
    cli.add_command(command)
