"""Applications for tests."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import URL, event

from bezant import hooks, outbox
from bezant.app import create_app
from bezant.auth.context import install_grants
from bezant.db import migrations
from bezant.db.engine import writing
from bezant.db.model import db
from bezant.db.triggers import install_triggers
from bezant.jobs import engine
from bezant.money import FurtherCurrency, use_currencies
from bezant.platform import EXTENSION, Platform
from bezant.plugins.discovery import discover
from bezant.plugins.manager import expand
from bezant.stored import forget_cache
from bezant.testing import databases

_folder = Path(tempfile.mkdtemp(prefix="bezant-test-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)


@dataclass(slots=True)
class _Prepared:
    """An application that tests share, its database, and the template that the database is made anew from for each test."""

    app: Flask
    url: URL
    template: URL


_prepared: dict[tuple[str, tuple[str, ...], str], _Prepared] = {}


@contextmanager
def running_app(engine_name: str, plugins: Sequence[str], settings: dict[str, Any]) -> Iterator[Flask]:
    """An application on a fresh database, in its context. It is made once per engine, plugins and settings; the database per test."""
    names = with_requirements(plugins)
    key = (engine_name, names, json.dumps(settings, sort_keys=True, default=str))
    if key not in _prepared:
        _prepared[key] = _prepare(engine_name, names, settings)
    prepared = _prepared[key]
    databases.renew(prepared.url, prepared.template)
    with _as_it_was(prepared.app), prepared.app.app_context():
        outbox.sync_cursors()
        try:
            yield prepared.app
        finally:
            db.session.remove()
            db.engine.dispose()


@contextmanager
def _as_it_was(app: Flask) -> Iterator[None]:
    """Makes the application the current one, and afterwards undoes what a test changed on it."""
    platform: Platform = app.extensions[EXTENSION]
    parts: tuple[dict[str, Any], ...] = (platform.jobs, platform.schedules, platform.handlers, platform.second_factors, app.config)
    before = [dict(part) for part in parts]
    hooks.install(platform.plugins)
    use_currencies(FurtherCurrency.parse(text, "money.currencies") for text in platform.config["money.currencies"])
    install_grants({m.package: m.grants for m in platform.plugins.active()})
    forget_cache()
    try:
        yield
    finally:
        engine.use(None)
        forget_cache()
        for part, old in zip(parts, before, strict=True):
            part.clear()
            part.update(old)


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


def _prepare(engine_name: str, names: tuple[str, ...], settings: dict[str, Any]) -> _Prepared:
    url = databases.new_address(engine_name, _folder)
    databases.create(url)
    app = _make_app(url, names, settings)
    with app.app_context():
        build_schema(app)
        db.session.remove()
        db.engine.dispose()
    return _Prepared(app, url, databases.keep_as_template(url))


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
