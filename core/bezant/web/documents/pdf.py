"""From HTML to PDF by WeasyPrint.

The style sheet is parsed and its fonts are loaded once per process: made anew for each document they take three times as
long as the document. Layout is serialised by a lock, since Pango's font map is shared; who needs more takes processes.
"""

import logging
from base64 import b64encode
from functools import lru_cache
from string import Template
from threading import Lock

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from bezant.documents import Paper
from bezant.errors import ConfigurationError
from bezant.web.themes import Themes

VARIANT = "pdf/a-3a"
"""Archivable, tagged for screen readers, and able to carry the electronic invoice."""

_log = logging.getLogger(__name__)
_layout = Lock()
_FETCH = URLFetcher(allowed_protocols=["data"])  # no file, no network: a document holds all it shows


def write_pdf(markup: str, style: str) -> bytes:
    """The PDF of a page under a style sheet; the same bytes for the same input."""
    with _layout:
        sheet, fonts = _sheet(style)
        pdf: bytes = HTML(string=markup, url_fetcher=_FETCH).write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant=VARIANT)
    return pdf


@lru_cache(maxsize=64)
def style(themes: Themes, theme: str, paper: Paper) -> str:
    """The whole style sheet of a theme for a paper: fonts, then the sheets of the parents and the child, tokens filled in."""
    names = ("documents/documents.css", f"documents/{paper}.css")
    text = "\n".join(sheet for name in names for sheet in themes.sheets(theme, name))
    try:
        return _font_faces(themes, theme) + Template(text).substitute(themes.tokens(theme, "documents"))
    except (KeyError, ValueError) as error:
        raise ConfigurationError(f"the documents of theme {theme!r} need the token {error} in [tokens.documents] of theme.toml.") from error


def _font_faces(themes: Themes, theme: str) -> str:
    faces = ((family, weight, path) for family, files in themes.fonts(theme).items() for weight, path in files.items())
    return "".join(_font_face(themes, theme, family, weight, path) for family, weight, path in faces)


def _font_face(themes: Themes, theme: str, family: str, weight: int, path: str) -> str:
    """One face, its file inside the sheet. A file that is not there leaves the family to the system's fonts."""
    file = themes.static(theme, path)
    if file is None:
        _log.warning("font %s of theme %s is missing; documents are set in a font of the system", path, theme)
        return ""
    data = b64encode(file.read_bytes()).decode()
    return f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url(data:font/woff2;base64,{data}) }}\n'


@lru_cache(maxsize=16)
def _sheet(style: str) -> tuple[CSS, FontConfiguration]:
    fonts = FontConfiguration()
    return CSS(string=style, font_config=fonts, url_fetcher=_FETCH), fonts
