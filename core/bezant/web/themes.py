"""Themes: what a deployment looks like, on the screen and on paper.

A theme is a folder::

    theme.toml    title, extends (the parent's name or nothing), [tokens.web], [tokens.documents], [fonts."Family"]
    templates/    page templates, named as their owners name them (``invoicing/invoice.html``)
    documents/    templates of the PDFs and their style sheets (``documents/invoice.html``, ``documents/documents.css``)
    static/       files for the browser
    locale/       <language>/LC_MESSAGES/documents.po, the words of the document templates

Whatever is asked for is looked up in the deployment's own folder, the theme, its parents, the plugins, the core; a template
may name the layer to start at (``{% extends "bezant:documents/base.html" %}``) and so refine the one it replaces.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from flask import current_app, has_app_context
from jinja2 import BaseLoader, Environment, TemplateNotFound
from jinja2.loaders import split_template_path

from bezant.errors import ConfigurationError

EXTENSION = "bezant.themes"
"""Key of the application's :class:`Themes` in ``app.extensions``."""

OWN = "own"
CORE = "core"

Tokens = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme as its ``theme.toml`` says; ``tokens`` and ``fonts`` are its own, without what it inherits.

    ``fonts`` maps a family to its weights and files: ``{"Bezant Sans": {400: "vendor/….woff2"}}``, files below ``static/``.
    """

    name: str
    title: str
    extends: str
    root: Traversable
    tokens: Mapping[str, Tokens] = field(default_factory=dict)
    fonts: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layer:
    """One place where templates and files are looked up: a theme, a plugin, the core, or the deployment's own folder."""

    name: str
    root: Traversable

    def template(self, name: str) -> Traversable:
        """Where this layer would keep a template; documents have a folder of their own beside ``templates``."""
        parts = split_template_path(name)
        return self.root.joinpath(*parts) if parts[0] == "documents" else self.root.joinpath("templates", *parts)

    def static(self, path: str) -> Traversable:
        """Where this layer would keep a file for the browser."""
        return self.root.joinpath("static", *split_template_path(path))


class Themes:
    """All themes of a deployment, and the layers that are searched for each.

    ``own`` is the deployment's folder (it may hold a ``theme.toml`` with tokens alone), ``plugins`` maps a plugin's name to its
    package's resources in plugin order, ``home`` holds one folder per theme.
    """

    def __init__(
        self, *, own: Traversable | None = None, plugins: Mapping[str, Traversable] | None = None, home: Traversable | None = None
    ) -> None:
        self._own = own
        self._plugins = dict(plugins or {})
        self._home = home

    @cached_property
    def all(self) -> dict[str, Theme]:
        """Every theme that is installed, by name."""
        home = self._home or files("bezant_themes")
        folders = (entry for entry in home.iterdir() if entry.joinpath("theme.toml").is_file())
        return {folder.name: read_theme(folder) for folder in sorted(folders, key=lambda folder: folder.name)}

    def chain(self, name: str) -> tuple[Theme, ...]:
        """The theme, its parent, and so on. Raises ``ConfigurationError`` for an unknown theme or a circle."""
        chain: list[Theme] = []
        while name:
            if any(theme.name == name for theme in chain):
                raise ConfigurationError(
                    f"theme {name!r} extends itself; remove 'extends' from one of {', '.join(theme.name for theme in chain)}."
                )
            chain.append(self._named(name))
            name = chain[-1].extends
        return tuple(chain)

    def layers(self, name: str) -> tuple[Layer, ...]:
        """Where to look, in order, under the theme ``name``."""
        own = [Layer(OWN, self._own)] if self._own else []
        themes = [Layer(theme.name, theme.root) for theme in self.chain(name)]
        plugins = [Layer(plugin, root) for plugin, root in self._plugins.items()]
        return (*own, *themes, *plugins, Layer(CORE, files("bezant.web")))

    def loader(self, name: str) -> "ThemeLoader":
        """A Jinja loader for pages and documents under the theme ``name``."""
        return ThemeLoader(self.layers(name))

    def tokens(self, name: str, section: str) -> dict[str, str]:
        """The tokens of ``section`` (``web``, ``documents``), those of the parents overridden by the child's and the deployment's."""
        return {key: value for theme in self._parents_first(name) for key, value in theme.tokens.get(section, {}).items()}

    def fonts(self, name: str) -> dict[str, dict[int, str]]:
        """The font files of a theme and its parents, by family and weight."""
        return {family: dict(faces) for theme in self._parents_first(name) for family, faces in theme.fonts.items()}

    def sheets(self, name: str, path: str) -> list[str]:
        """The texts of a style sheet in every layer that has it, the parents' first, so that a child only writes what differs."""
        found = [layer.template(path) for layer in reversed(self.layers(name))]
        return [sheet.read_text(encoding="utf-8") for sheet in found if sheet.is_file()]

    def static(self, name: str, path: str) -> Traversable | None:
        """The file for the browser that wins under the theme ``name``, or None."""
        return next((found for layer in self.layers(name) if (found := layer.static(path)).is_file()), None)

    def _named(self, name: str) -> Theme:
        if name not in self.all:
            raise ConfigurationError(f"there is no theme {name!r}; choose one of {', '.join(self.all)}.")
        return self.all[name]

    def _parents_first(self, name: str) -> Iterator[Theme]:
        yield from reversed(self.chain(name))
        if self._own and self._own.joinpath("theme.toml").is_file():
            yield read_theme(self._own)


class ThemeLoader(BaseLoader):
    """Finds templates through layers. ``layer:name`` starts the search at that layer."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = tuple(layers)

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        """See ``jinja2.BaseLoader.get_source``."""
        start, _, name = template.rpartition(":")
        for layer in self._from(start, template):
            found = layer.template(name)
            if found.is_file():
                return found.read_text(encoding="utf-8"), str(found), _up_to_date(found)
        raise TemplateNotFound(template)

    def _from(self, start: str, template: str) -> tuple[Layer, ...]:
        names = [layer.name for layer in self._layers]
        if start and start not in names:
            raise TemplateNotFound(template, f"{template!r} names the layer {start!r}; there are {', '.join(names)}")
        return self._layers[names.index(start) if start else 0 :]


def read_theme(folder: Traversable) -> Theme:
    """A theme from its folder. Raises ``ConfigurationError`` where ``theme.toml`` is missing or cannot be read."""
    try:
        table: dict[str, Any] = tomllib.loads(folder.joinpath("theme.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"theme.toml of the theme {folder.name!r} cannot be read: {error}") from error
    unknown = sorted(set(table) - {"title", "extends", "tokens", "fonts"})
    if unknown:
        raise ConfigurationError(f"theme.toml of the theme {folder.name!r} has unknown keys: {', '.join(unknown)}.")
    fonts = {family: {int(weight): path for weight, path in faces.items()} for family, faces in table.get("fonts", {}).items()}
    return Theme(folder.name, table.get("title", folder.name), table.get("extends", ""), folder, table.get("tokens", {}), fonts)


def current_themes() -> Themes:
    """The themes of the running application; outside of one, those that are installed."""
    if has_app_context() and EXTENSION in current_app.extensions:
        themes: Themes = current_app.extensions[EXTENSION]
        return themes
    return _installed


def _up_to_date(found: Traversable) -> Callable[[], bool]:
    """Tells Jinja whether a template is still as it was read; only files on disk can change."""
    if not isinstance(found, Path):
        return lambda: True
    read_at = found.stat().st_mtime_ns
    return lambda: found.is_file() and found.stat().st_mtime_ns == read_at


_installed = Themes()
