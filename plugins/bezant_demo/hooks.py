"""What the demonstration contributes."""

from bezant.sdk.values import hookimpl
from bezant_demo.cli import demo


@hookimpl
def bezant_add_commands():  # type: ignore[no-untyped-def]
    return [demo]
