"""Applications for tests."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import URL, event

from bezant import outbox
from bezant.app import create_app
from bezant.db import migrations
from bezant.db.engine import writing
from bezant.db.model import db
from bezant.db.triggers import install_triggers
from bezant.jobs import engine
from bezant.platform import EXTENSION, Platform
from bezant.plugins.discovery import discover
from bezant.plugins.manager import expand
from bezant.stored import forget_cache
from bezant.testing import databases

_templates: dict[tuple[str, tuple[str, ...]], Any] = {}
_folder = Path(tempfile.mkdtemp(prefix="bezant-test-"))


@contextmanager
def running_app(engine_name: str, folder: Path, plugins: Sequence[str], settings: dict[str, Any]) -> Iterator[Flask]:
    """An application on a fresh database, in its context; the database goes with it."""
    names = with_requirements(plugins)
    url = _fresh_database(engine_name, folder, names)
    app = _make_app(url, names, settings)
    with app.app_context():
        forget_cache()
        outbox.sync_cursors()
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
            engine.use(None)
            forget_cache()
    if engine_name == "postgresql":
        databases.drop_postgresql(url)


def with_requirements(names: Sequence[str]) -> tuple[str, ...]:
    """These plugins and all that they require."""
    found = discover()
    wanted, queue = set[str](), sorted(expand(names, found))
    while queue:
        name = queue.pop()
        manifest = found[name].manifest if name in found else None
        if name not in wanted:
            wanted.add(name)
            queue.extend(manifest.requires if manifest else ())
    return tuple(sorted(wanted))


@contextmanager
def collect_statements() -> Iterator[list[str]]:
    """Every statement that reaches the database meanwhile, but for those that begin and end transactions."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "SET TRANSACTION", "SAVEPOINT", "RELEASE")):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def signed_in_client(app: Flask) -> FlaskClient:
    """A browser signed in as a new administrator."""
    from bezant.auth.testing import sign_in

    browser = app.test_client()
    sign_in(app, browser)
    return browser


def api_client(app: Flask) -> FlaskClient:
    """A client that sends an API key with every permission."""
    from bezant.auth.testing import new_api_key

    caller = app.test_client()
    caller.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {new_api_key(app)}"
    return caller


def _make_app(url: URL, names: Sequence[str], settings: dict[str, Any]) -> Flask:
    values = {
        "database.url": url.render_as_string(hide_password=False),
        "plugins.enabled": list(names),
        "plugins.required": list(names),
        "server.secret_key": "test",
        **settings,
    }
    app = create_app(values)
    app.testing = True
    return app


def _fresh_database(engine_name: str, folder: Path, names: tuple[str, ...]) -> URL:
    key = (engine_name, names)
    if key not in _templates:
        _templates[key] = _make_template(engine_name, names)
    template: URL = _templates[key]
    if engine_name == "postgresql":
        return databases.create_postgresql(template.database)
    target = folder / "bezant.db"
    databases.copy_sqlite(Path(str(template.database)), target)
    return template.set(database=str(target))


def _make_template(engine_name: str, names: tuple[str, ...]) -> URL:
    url = databases.create_postgresql() if engine_name == "postgresql" else URL.create("sqlite", database=str(_new_file()))
    app = _make_app(url, names, {})
    with app.app_context():
        build_schema(app)
        db.session.remove()
        db.engine.dispose()
    return url


def build_schema(app: Flask) -> None:
    """The tables and triggers of an application: by its migrations, and directly for a plugin that has none yet."""
    platform: Platform = app.extensions[EXTENSION]
    for branch in migrations.branches(platform.plugins.active()):
        if branch.has_revisions:
            migrations.upgrade(db.engine, [branch])
            continue
        with writing(), db.engine.begin() as connection:
            db.metadata.create_all(connection, tables=branch.tables)
            install_triggers(connection, branch.tables)


def _new_file() -> Path:
    return _folder / f"template-{len(_templates)}.db"
