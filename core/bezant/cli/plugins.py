"""``bezant plugin`` and ``bezant hooks``: what is installed and what it contributes."""

from dataclasses import asdict
from pathlib import Path

import click

from bezant.cli.context import in_application
from bezant.cli.output import echo_json, echo_table, json_option
from bezant.errors import BillingError, NotFound


@click.group()
def plugin() -> None:
    """See which plugins are installed, enabled, or broken."""


@plugin.command("list")
@json_option
@in_application
def list_plugins(as_json: bool) -> None:
    """List every plugin with its state and, where it is not active, the reason."""
    from bezant.platform import platform

    rows = [asdict(info) for info in platform().plugins.infos()]
    echo_table(rows, ("name", "version", "distribution", "state", "reason"), as_json=as_json)


@plugin.command()
@click.argument("name")
@json_option
@in_application
def info(name: str, as_json: bool) -> None:
    """Show what plugin NAME says of itself."""
    from bezant.platform import platform

    manifest = platform().plugins.manifests.get(name)
    if manifest is None:
        raise NotFound(f"There is no plugin {name!r}; `bezant plugin list` shows all.")
    values = {**asdict(manifest), "state": platform().plugins.verdicts[name].state, "grants": sorted(manifest.grants)}
    if as_json:
        echo_json(values)
    else:
        echo_table([{"what": k, "value": v} for k, v in values.items() if v], ("what", "value"))


@plugin.command()
@in_application
def doctor() -> None:
    """Fail when a plugin that is enabled is not active."""
    from bezant.platform import platform
    from bezant.plugins.order import State

    sick = [i for i in platform().plugins.infos() if i.state not in (State.ACTIVE, State.DISABLED)]
    if sick:
        raise BillingError("; ".join(f"{i.name} is {i.state}: {i.reason}" for i in sick), code="plugins_not_active")
    click.echo("Every enabled plugin is active.")


@plugin.command()
@click.argument("name")
@click.option("--kind", type=click.Choice(["plugin"]), default="plugin", show_default=True, help="What to make.")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Folder to write into; default: here.")
def new(name: str, kind: str, into: Path) -> None:
    """Write a plugin of your own called NAME, as a package that works untouched."""
    from bezant.scaffold import render

    for path in render(name, into, kind):
        click.echo(path)


@click.group()
def hooks() -> None:
    """See the hooks that plugins can implement."""


@hooks.command("list")
@json_option
@in_application
def list_hooks(as_json: bool) -> None:
    """List every hook, where it is specified, and which plugins implement it."""
    from bezant.platform import platform

    rows = [
        {"hook": h.name, "specified_by": h.module, "on_error": h.on_error, "implemented_by": ", ".join(h.implementers)}
        for h in platform().plugins.hooks()
    ]
    echo_table(rows, ("hook", "specified_by", "on_error", "implemented_by"), as_json=as_json)
