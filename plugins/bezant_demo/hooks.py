"""What the demonstration contributes."""

from collections.abc import Sequence

import click

from bezant.sdk.values import hookimpl
from bezant_demo.cli import demo


@hookimpl
def bezant_add_commands() -> Sequence[click.Command]:
    """``bezant demo``."""
    return (demo,)
