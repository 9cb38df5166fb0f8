"""Card numbers: known however they are written, refused wherever they are typed, and never repeated. Pure.

Bezant keeps no card number (PCI DSS, SAQ A): gateways take them, and give tokens.
"""

import re
from collections.abc import Mapping

from bezant.errors import Problem

REFUSAL = "This looks like a card number. Bezant takes no card numbers: let the gateway's page take it, and store its token."
"""What is said at the field; the number itself is not repeated."""

CODE = "card_number"

_DIGITS = re.compile(r"(?<![0-9A-Za-z+])(?<![0-9A-Za-z]-)[2-6](?:[ -]?[0-9]){12,18}(?![0-9A-Za-z])(?!-[0-9A-Za-z])")
"""13 to 19 digits that stand alone: ids and tokens made of letters, digits and hyphens often hold as many in a row, and so do telephone
numbers behind their plus."""


def holds_card_number(text: str) -> bool:
    """Whether 13 to 19 digits in ``text`` look like a card number (Luhn, ISO/IEC 7812-1 annex B)."""
    return len(text) > 12 and any(_luhn(re.sub(r"\D", "", found)) for found in _DIGITS.findall(text))


def mask_card_numbers(text: str) -> str:
    """``text`` with whatever looks like a card number taken out."""
    return _DIGITS.sub(lambda found: "…" if _luhn(re.sub(r"\D", "", found[0])) else found[0], text)


def check_no_card_number(texts: Mapping[str, str]) -> list[Problem]:
    """A problem for each text, by its field, that seems to hold a card number."""
    return [Problem(field, CODE, REFUSAL) for field, text in texts.items() if holds_card_number(text)]


def _luhn(digits: str) -> bool:
    doubled = [int(d) * 2 for d in digits[-2::-2]]
    return (sum(int(d) for d in digits[-1::-2]) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0
