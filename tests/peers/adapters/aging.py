"""Aging: how old what is owed is on a day."""

import re
from datetime import date
from typing import Any

from bezant.money import parse_plain, to_major
from bezant_statements.domain.aging import age, days_past_due

from . import Answer, Given

CURRENCY = "EUR"


def answer(given: Given, asked: Any) -> Answer:
    """``{as_of, open_items[{due, open}]}`` → ``days_past_due``, ``buckets`` by label, ``total``; the labels asked for say the edges."""
    as_of, items = date.fromisoformat(given["as_of"]), given["open_items"]
    currency = given.get("currency") or CURRENCY
    open_minor = [(date.fromisoformat(item["due"]), parse_plain(item["open"], currency)) for item in items]
    labels = list(asked.get("buckets") or ())
    owed, credits = [pair for pair in open_minor if pair[1] > 0], [minor for _, minor in open_minor if minor < 0]
    found = age(owed, sum(credits), as_of, _edges(given, labels))
    amounts = [to_major(bucket.amount_minor, currency) for bucket in found.buckets]
    return {
        "days_past_due": [days_past_due(due, as_of) for due, _ in open_minor],
        "buckets": dict(zip(labels, amounts, strict=False)),
        "total": to_major(found.balance_minor, currency),
        "past_due": to_major(found.past_due_minor, currency),
    }


def _edges(given: Given, labels: list[str]) -> tuple[int, ...]:
    """Last days of the buckets: said, or read from labels such as ``31-60``."""
    said = given.get("edges") or [int(found[1]) for label in labels if (found := re.search(r"\d+\D+(\d+)", label))]
    return tuple(int(edge) for edge in said) or (30, 60, 90)
