"""Making the application: the boot order and nothing else. No database access happens here."""

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask

from bezant import clock, hooks, hookspecs, logs, money
from bezant.api.setup import init_api
from bezant.auth.context import install_grants
from bezant.auth.setup import init_auth
from bezant.core_parts import CORE_JOBS, CORE_SCHEDULES, CORE_SECOND_FACTORS
from bezant.db.engine import engine_options, parse_url, prepare
from bezant.db.model import db
from bezant.hooks import each
from bezant.platform import Platform, install
from bezant.plugins.discovery import discover
from bezant.plugins.manager import PluginManager
from bezant.settings import CORE_SETTINGS, Config, data_dir, read_layers
from bezant.stored import stored_settings, travelled
from bezant.web.setup import init_web

T = TypeVar("T")

SQLITE_FILE = "bezant.db"
SECRET_FILE = "secret-key"


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The application of this deployment. ``overrides`` are flat configuration values that win over every file.

    Raises ``ConfigurationError`` where the configuration is wrong or a required plugin does not load.
    """
    config = Config(read_layers(overrides), stored=stored_settings)
    config.declare(CORE_SETTINGS)
    logs.configure(config["log.format"], config["log.level"])
    money.use_currencies(money.FurtherCurrency.parse(str(text), "money.currencies") for text in config["money.currencies"])
    plugins = _load_plugins(config)
    _declare_plugin_settings(config, plugins)
    app = Flask("bezant", static_folder=None, template_folder=None)
    platform = Platform(config, plugins)
    install(app, platform)
    _configure_flask(app, config)
    _open_database(app, config)
    clock.travel_by(travelled)
    init_auth(app)
    init_web(app)
    init_api(app)
    _register(platform)
    return app


def _load_plugins(config: Config) -> PluginManager:
    plugins = PluginManager(discover(), config["plugins.enabled"], config["plugins.required"])
    plugins.load()
    hooks.install(plugins)
    install_grants({m.package: m.grants for m in plugins.active()})
    return plugins


def _declare_plugin_settings(config: Config, plugins: PluginManager) -> None:
    config.declare(_all(each(hookspecs.bezant_add_settings)))
    inactive = [info.name for info in plugins.infos() if info.name not in plugins.order]
    config.check_unknown(ignored_sections=inactive)


def _configure_flask(app: Flask, config: Config) -> None:
    secure = bool(config["server.secure_cookies"])
    app.config.update(
        SECRET_KEY=config["server.secret_key"] or _own_secret_key(),
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="__Host-bezant" if secure else "bezant",
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
    )


def _own_secret_key() -> str:
    """The key that was made at the first start, readable by this user alone."""
    path = data_dir() / SECRET_FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text().strip()


def _open_database(app: Flask, config: Config) -> None:
    url = parse_url(config["database.url"] or default_database_url(data_dir()))
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def default_database_url(folder: Path) -> str:
    """The embedded database in a data directory."""
    return f"sqlite:///{folder / SQLITE_FILE}"


def _register(platform: Platform) -> None:
    platform.add_second_factors(CORE_SECOND_FACTORS)
    platform.add_second_factors(_all(each(hookspecs.bezant_add_second_factors)))
    platform.add_jobs(CORE_JOBS)
    platform.add_schedules(CORE_SCHEDULES)
    platform.add_jobs(_all(each(hookspecs.bezant_add_jobs)))
    platform.add_schedules(_all(each(hookspecs.bezant_add_schedules)))
    platform.add_handlers(_all(each(hookspecs.bezant_add_event_handlers)))


def _all(contributions: Iterable[hooks.Contribution[Iterable[T]]]) -> list[T]:
    return [item for contribution in contributions for item in contribution.value]
