"""Amounts of an invoice as people of a country read them."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from bezant.web.documents.language import Language, parse_locale

from .. import comparing
from . import Answer, Given
from ._currencies import further_currencies, money


def answer(given: Given, asked: Any) -> Answer:
    """``{locale, currency, charged, paid}`` → ``charged``, ``paid`` and ``balance``."""
    language, currency = Language(parse_locale(given["locale"]), {}), given["currency"]
    with further_currencies():
        charged, paid = money(given["charged"], currency), money(given.get("paid") or "0", currency)
        amounts = {"charged": charged, "paid": paid, "balance": charged - paid}
        return {name: language.amount(one.minor, currency) for name, one in amounts.items()}


def differences(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> Iterator[str]:
    """Spaces may be no-break ones, signs may be wide or narrow: both texts are compared in normal form."""
    yield from comparing.differences(_normal(expected), _normal(actual))


def _normal(texts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: unicodedata.normalize("NFKC", text) if isinstance(text, str) else text for name, text in texts.items()}
