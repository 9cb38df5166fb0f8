"""Amounts are kept with all decimals of their currency."""

from typing import Any

from bezant.money import Money

from . import Answer, Given
from ._currencies import further_currencies


def answer(given: Given, asked: Any) -> Answer:
    """``{currency, amounts}`` → ``stored``."""
    with further_currencies():
        return {"stored": [Money.parse(text, given["currency"]).major for text in given["amounts"]]}
