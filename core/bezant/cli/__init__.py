"""The ``bezant`` command."""

from bezant.cli.main import main

__all__ = ["main"]
