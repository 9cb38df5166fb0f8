"""Files for the browser: found through the theme's layers, addressed by content, never by time."""

import hashlib
from functools import cache

from flask import Flask, Response, abort, current_app, request, url_for
from markupsafe import Markup
from werkzeug.security import safe_join

from bezant.web.permissions import public
from bezant.web.themes import Themes, current_themes

YEAR = 31_536_000
_MIME = {
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
    "png": "image/png",
    "ico": "image/x-icon",
    "txt": "text/plain",
    "json": "application/json",
    "webmanifest": "application/manifest+json",
}
_SPRITE = "vendor/icons.svg"


def icon(name: str, label: str = "") -> Markup:
    """An icon of the sprite, beside a word; alone it needs a ``label``."""
    hidden = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="i" {}><use href="{}#{}"/></svg>').format(hidden, asset_url(_SPRITE), name)


def asset_url(path: str) -> str:
    """The address of a static file, with the mark of its content, so that browsers keep it for good."""
    return url_for("bezant_assets", path=path, v=_mark(current_theme(), path))


def current_theme() -> str:
    """The name of the deployment's theme."""
    return str(current_app.config["BEZANT_THEME"])


def install(app: Flask, theme: str) -> None:
    """Serves ``/static/…`` and ``/theme.css``."""
    app.config["BEZANT_THEME"] = theme
    app.add_url_rule("/static/<path:path>", "bezant_assets", serve)
    app.add_url_rule("/theme.css", "bezant_theme_css", theme_css)


@public("style sheets, scripts and fonts, which the sign-in page needs")
def serve(path: str) -> Response:
    """One file; kept for a year where its address carries the mark of its content."""
    content, mark = _read(current_theme(), path)
    if content is None:
        abort(404)
    response = Response(content, mimetype=_MIME.get(path.rpartition(".")[2], "application/octet-stream"))
    response.cache_control.public = True
    response.cache_control.max_age = YEAR if request.args.get("v") == mark else 300
    response.set_etag(mark)
    response.make_conditional(request)
    return response


@public("the colours of the sign-in page")
def theme_css() -> Response:
    """The theme's tokens as custom properties, then the ``theme.css`` of each layer, parents first."""
    response = Response(theme_sheet(current_themes(), current_theme()), mimetype="text/css")
    response.cache_control.public = True
    response.cache_control.max_age = 300
    response.add_etag()
    response.make_conditional(request)
    return response


def theme_sheet(themes: Themes, name: str) -> str:
    """``[tokens.web]`` as custom properties (``dark-ink`` is ``--bz-ink`` in the dark), and the layers' own sheets."""
    tokens = themes.tokens(name, "web")
    light = "".join(f"--bz-{key}:{value};" for key, value in tokens.items() if not key.startswith("dark-"))
    dark = "".join(f"--bz-{key.removeprefix('dark-')}:{value};" for key, value in tokens.items() if key.startswith("dark-"))
    layers = [layer.static("theme.css") for layer in reversed(themes.layers(name))]
    sheets = [sheet.read_text(encoding="utf-8") for sheet in layers if sheet.is_file()]
    return "\n".join([f":root,[data-bs-theme=light]{{{light}}}", f"[data-bs-theme=dark]{{{dark}}}", *sheets])


def _mark(theme: str, path: str) -> str:
    return (_stamp if current_app.debug else _kept_stamp)(theme, path)


def _read(theme: str, path: str) -> tuple[bytes | None, str]:
    if safe_join("/", path) is None:
        return None, ""
    found = current_themes().static(theme, path)
    if found is None:
        return None, ""
    content = found.read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:16]


def _stamp(theme: str, path: str) -> str:
    return _read(theme, path)[1]


_kept_stamp = cache(_stamp)
