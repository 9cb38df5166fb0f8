"""The PDFs: invoice, credit note, statement, reminder, from the templates of a theme. Importing it imports WeasyPrint."""

from bezant.documents import Document, Paper
from bezant.web.documents.markup import write_markup
from bezant.web.documents.pdf import style, write_pdf
from bezant.web.themes import current_themes

__all__ = ["render", "render_markup"]


def render(kind: str, document: Document, *, locale: str, paper: Paper, theme: str) -> bytes:
    """The PDF of a document; see :func:`bezant.sdk.documents.render_document`."""
    themes = current_themes()
    page = write_markup(themes, kind, document, locale=locale, paper=paper, theme=theme)
    return write_pdf(page, style(themes, theme, paper))


def render_markup(kind: str, document: Document, *, locale: str, paper: Paper, theme: str) -> str:
    """The document as HTML, as it is before layout."""
    return write_markup(current_themes(), kind, document, locale=locale, paper=paper, theme=theme)
