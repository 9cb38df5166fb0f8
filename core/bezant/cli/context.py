"""The application behind a command line, made once and only by commands that need it."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import click
from flask import Flask

from bezant.errors import ConfigurationError

P = ParamSpec("P")
R = TypeVar("R")


def application() -> Flask:
    """The application of the running command line."""
    from bezant.app import create_app

    root = click.get_current_context().find_root()
    if not isinstance(root.obj, Flask):
        root.obj = create_app()
    made: Flask = root.obj
    return made


def in_application(callback: Callable[P, R]) -> Callable[P, R]:
    """The callback of a command, run by the system inside the application context."""

    @functools.wraps(callback)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        from bezant.auth.context import SYSTEM, acting_as

        with application().app_context(), acting_as(SYSTEM), _tables_wanted():
            return callback(*args, **kwargs)

    return run


@contextmanager
def _tables_wanted() -> Iterator[None]:
    """Says in one line that the tables are missing."""
    from sqlalchemy.exc import DBAPIError

    from bezant.db.engine import lacks_table

    try:
        yield
    except DBAPIError as error:
        if not lacks_table(error):
            raise
        raise ConfigurationError("the database has no tables for this yet. Run `bezant db upgrade`.") from error
