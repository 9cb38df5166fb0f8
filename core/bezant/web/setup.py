"""Putting the web interface into the application."""

from importlib.resources import files
from pathlib import Path
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from flask import Flask, request
from flask_babel import Babel
from jinja2 import StrictUndefined

from bezant.errors import ConfigurationError
from bezant.hooks import each
from bezant.hookspecs import bezant_add_views
from bezant.platform import EXTENSION, Platform
from bezant.web import admin, assets, errors, exports, permissions, security, shell
from bezant.web.context import LANGUAGE_COOKIE, LANGUAGES, add_context
from bezant.web.themes import EXTENSION as THEMES
from bezant.web.themes import Themes


def init_web(app: Flask) -> None:
    """Themes, templates, headers, error pages, the shell, the plugins' pages."""
    platform: Platform = app.extensions[EXTENSION]
    theme = str(platform.config["theme.name"])
    own = platform.config["theme.folder"]
    plugins = {manifest.name: files(manifest.package) for manifest in platform.plugins.active()}
    app.extensions[THEMES] = Themes(own=Path(own) if own else None, plugins=plugins)
    _configure_jinja(app, theme)
    Babel(app, locale_selector=_language, default_locale=_default_language(platform), default_timezone=_time_zone(platform))
    security.install(app)
    assets.install(app, theme)
    errors.install(app)
    app.before_request(lambda: permissions.refuse_undeclared(app))
    app.register_blueprint(shell.blueprint)
    app.register_blueprint(exports.blueprint)
    app.register_blueprint(admin.blueprint)
    app.register_blueprint(admin.clock_blueprint)
    app.register_blueprint(admin.people_blueprint)
    app.register_blueprint(admin.security_blueprint)
    for answer in each(bezant_add_views):
        for blueprint in answer.value:
            app.register_blueprint(blueprint)


def _configure_jinja(app: Flask, theme: str) -> None:
    themes: Themes = app.extensions[THEMES]
    env = app.jinja_env
    env.loader = themes.loader(theme)
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    add_context(app)


def _language() -> str | None:
    """What the reader chose, else what the browser prefers among our languages."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES)


def _time_zone(platform: Platform) -> str:
    name = str(platform.config["locale.time_zone"])
    if name not in available_timezones():
        raise ConfigurationError(f"locale.time_zone: {name!r} is no time zone; write one such as Europe/Berlin.")
    return name


def _default_language(platform: Platform) -> str:
    text = str(platform.config["locale.default"])
    try:
        return str(Locale.parse(text.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return LANGUAGES[0]
