"""What every template knows: the navigation, the reader, the filters and the functions that draw values."""

from typing import Any

from flask import Flask, current_app, request, url_for

from bezant.auth.context import may, principal_or_none
from bezant.web import formats, show
from bezant.web.assets import asset_url, icon
from bezant.web.browsers import browser
from bezant.web.explain import why_rows
from bezant.web.listpage import count_words
from bezant.web.navigation import current_group, home_url, navigation
from bezant.web.panels import render_part
from bezant.web.qr import qr
from bezant.web.security import SYSTEM_APPEARANCE, csp_nonce

SIGN_OUT = "auth.logout"
"""Endpoint that ends the session."""

APPEARANCE_COOKIE = "bezant_appearance"
APPEARANCES = ("light", "dark")
LANGUAGE_COOKIE = "bezant_language"
LANGUAGES = ("en", "de", "fr")
"""Languages of the pages; the first is what the texts are written in."""

FILTERS = {
    "money": show.money,
    "quantity": show.quantity,
    "day": show.day,
    "instant": show.instant,
    "status": show.status,
    "show": show.show,
    "number": formats.number,
    "amount": formats.amount,
    "render_part": render_part,
    "percent": formats.percent,
    "qr": qr,
    "browser": browser,
}
"""Jinja filters: ``{{ total_minor|money(currency) }}``, ``{{ issued_on|day }}``, ``{{ "open"|status }}``, ``{{ anything|show }}``."""


def add_context(app: Flask) -> None:
    """Adds the filters, the globals and the context of every page."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        icon=icon,
        asset_url=asset_url,
        csp_nonce=csp_nonce,
        may=may,
        span=formats.span,
        distance=formats.distance,
        cell=show.cell,
        why_rows=why_rows,
        render_part=render_part,
        count_words=count_words,
        plain_cell=show.plain_cell,
    )
    app.context_processor(_context)


def chosen_appearance() -> str:
    """Light or dark, as the reader chose; kept in a cookie, so that the first paint is right. Empty until then."""
    chosen = request.cookies.get(APPEARANCE_COOKIE, "")
    return chosen if chosen in APPEARANCES else ""


def appearance() -> str:
    """Light or dark: what the reader chose, else what the system prefers, where the browser tells (others do so by script)."""
    preferred = request.headers.get(SYSTEM_APPEARANCE, "")
    return chosen_appearance() or (preferred if preferred in APPEARANCES else APPEARANCES[0])


def initials(name: str) -> str:
    """Two letters for a name or an address."""
    words = [word for word in name.partition("@")[0].replace(".", " ").replace("-", " ").split() if word]
    letters = "".join(word[0] for word in words[:2]) if len(words) > 1 else name[:2]
    return letters.upper()


def _sign_out_url() -> str:
    """Where signing out is done, once somebody registered it."""
    return url_for(SIGN_OUT) if SIGN_OUT in current_app.view_functions else ""


def _context() -> dict[str, Any]:
    who = principal_or_none()
    return {
        "appearance": appearance(),
        "follows_system": not chosen_appearance(),
        "language": str(formats.locale()).replace("_", "-"),
        "direction": formats.locale().text_direction,
        "who": who,
        "who_initials": initials(who.name) if who else "",
        "navigation": navigation if who else tuple,
        "nav_group": current_group if who else lambda: None,
        "home_url": home_url if who else lambda: "/",
        "crumbs": (),
        "sign_out_url": _sign_out_url(),
        "is_htmx": request.headers.get("HX-Request") == "true",
    }
