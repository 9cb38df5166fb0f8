"""From a document's values to HTML: one Jinja environment per theme and language, kept, so that templates are compiled once."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import has_app_context
from jinja2 import Environment, StrictUndefined, pass_context
from jinja2.runtime import Context

from bezant.documents import Document, Paper
from bezant.platform import platform
from bezant.web.documents import payment
from bezant.web.documents.language import Language, parse_locale, read_words
from bezant.web.themes import Themes

_BETWEEN_TAGS = re.compile(r">\n\s*<")


def write_markup(themes: Themes, kind: str, document: Document, *, locale: str, paper: Paper, theme: str) -> str:
    """The document as HTML, without white space between tags (fewer text nodes to lay out)."""
    language, environment = _environment(themes, theme, locale)
    number = document.number or language.text("Draft")
    template = environment.get_template(f"documents/{kind}.html")
    signs = has_app_context() and platform().config["documents.amounts"] == "sign"
    page = template.render(doc=document, seller=document.seller, buyer=document.buyer, number=number, paper=paper, signs=signs)
    return _BETWEEN_TAGS.sub("><", page)


@lru_cache(maxsize=64)
def _environment(themes: Themes, theme: str, locale: str) -> tuple[Language, Environment]:
    parsed = parse_locale(locale)
    language = Language(parsed, read_words(parsed, [layer.root for layer in themes.layers(theme)]))
    environment = Environment(loader=themes.loader(theme), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(_filters(language))
    environment.globals.update(
        _=language.text,
        lang=language.tag,
        direction=language.direction,
        qr=payment.qr,
        payment_code=payment.payment_code,
        grouped_iban=payment.grouped_iban,
        return_line=payment.return_line,
        legal_lines=payment.legal_lines,
        bank_lines=payment.bank_lines,
        slip_countries=payment.SLIP_COUNTRIES,
    )
    return language, environment


def _filters(language: Language) -> dict[str, Callable[..., Any]]:
    """``money``, ``amount`` (money with its currency) and ``price`` take the currency of the document that is rendered."""

    def amount(context: Context, minor: int) -> str:
        currency = _currency(context)
        return language.amount(minor, currency) if context["signs"] else f"{language.money(minor, currency)} {currency}"

    return {
        "amount": pass_context(amount),
        "money": pass_context(lambda context, minor: language.money(minor, _currency(context))),
        "price": pass_context(lambda context, value: language.price(value, _currency(context))),
        "quantity": language.quantity,
        "percent": language.percent,
        "day": language.day,
        "day_short": language.day_short,
        "span": language.span,
    }


def _currency(context: Context) -> str:
    currency: str = context["doc"].currency
    return currency
