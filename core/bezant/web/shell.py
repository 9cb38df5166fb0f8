"""The shell's own pages: the overview, the search, light and dark, the language."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bezant import clock
from bezant.auth.context import may
from bezant.contributions import Card
from bezant.hooks import each
from bezant.hookspecs import bezant_add_dashboard_cards, bezant_search
from bezant.web.context import APPEARANCE_COOKIE, APPEARANCES, LANGUAGE_COOKIE, LANGUAGES
from bezant.web.navigation import navigation
from bezant.web.panels import FIGURE, render_part, takes_time
from bezant.web.permissions import public, requires

HITS_PER_KIND = 5
YEAR = 31_536_000
SHORTEST = 2
"""Letters that a search needs."""

blueprint = Blueprint("bezant_web", __name__)


@blueprint.get("/")
@requires("core.dashboard.view")
def dashboard() -> str:
    """The overview: cards of all plugins; those that take time come after it, or with ``?all=1`` with it."""
    places = [_Place(card, answer.plugin, i) for answer in each(bezant_add_dashboard_cards) for i, card in enumerate(answer.value)]
    shown = sorted((p for p in places if not p.card.permission or may(p.card.permission)), key=lambda p: p.card.order)
    return render_template("bezant/dashboard.html", places=shown, at_once="all" in request.args, today=clock.now().date())


@blueprint.get("/cards/<plugin>/<int:index>")
@requires("core.dashboard.view")
def card(plugin: str, index: int) -> str:
    """One card of the overview, for loading it after the page."""
    cards = [c for answer in each(bezant_add_dashboard_cards) if answer.plugin == plugin for c in answer.value]
    return render_part(cards[index]) if index < len(cards) else ""


@dataclass(frozen=True, slots=True)
class _Place:
    """A card, and where it is asked for alone."""

    card: Card
    plugin: str
    index: int

    @property
    def later(self) -> bool:
        """Whether it is loaded after the page."""
        return takes_time(self.card)

    @property
    def is_figure(self) -> bool:
        """Whether it is a single figure: those stand in a row of their own."""
        return self.card.template == FIGURE


@blueprint.get("/search")
@requires("core.dashboard.view")
def search() -> str:
    """Everything that begins with the text: a page, or for the palette its list alone."""
    text = request.args.get("q", "").strip()[:100]
    hits = [hit for answer in each(bezant_search, text=text, limit=HITS_PER_KIND) for hit in answer.value] if len(text) >= SHORTEST else []
    groups: dict[str, list[object]] = {}
    for hit in sorted(hits, key=lambda h: h.rank):
        groups.setdefault(hit.kind, []).append(hit)
    pages = [e for g in navigation() for e in g.entries if text.lower() in e.label.lower()][:8]
    template = "bezant/search_results.html" if request.headers.get("HX-Request") == "true" else "bezant/search.html"
    return render_template(template, text=text, groups=groups, pages=pages, shortest=SHORTEST)


@blueprint.post("/appearance")
@public("the sign-in page can be dark too; sets a cookie of the browser that asks")
def appearance() -> Response:
    """Light or dark, remembered by the browser."""
    chosen = request.form.get("appearance", "")
    return _remember(APPEARANCE_COOKIE, chosen if chosen in APPEARANCES else "")


@blueprint.post("/language")
@public("the sign-in page speaks every language; sets a cookie of the browser that asks")
def language() -> Response:
    """The language of the pages, remembered by the browser."""
    chosen = request.form.get("language", "")
    return _remember(LANGUAGE_COOKIE, chosen if chosen in LANGUAGES else "")


def _remember(cookie: str, value: str) -> Response:
    """Back to where the form stood, with the choice in a cookie."""
    response = redirect(local_target(request.form.get("back", "")), 303)
    if value:
        response.set_cookie(cookie, value, max_age=YEAR, samesite="Lax", secure=request.is_secure, httponly=True)
    return response


def local_target(target: str) -> str:
    """``target`` if it is an address of this site, else the start page: a ``next`` never leads elsewhere."""
    parts = urlsplit(target)
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return target if inside and "\\" not in target and "\n" not in target and "\r" not in target else url_for("bezant_web.dashboard")


def say(text: str, tone: str = "ok") -> None:
    """A message on the next page: tones ok, warn, bad."""
    flash(text, tone)
