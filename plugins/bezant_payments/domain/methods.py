"""Payment methods: a token and what people recognise it by. Card numbers are refused wherever they are typed."""

import re

from bezant.sdk.values import Problem
from bezant_payments.contracts import NewMethod

KINDS = ("card", "bank_account", "bank_transfer", "wallet", "other")

_DIGITS = re.compile(r"(?<![0-9A-Za-z])(?<![0-9A-Za-z]-)[2-6](?:[ -]?[0-9]){12,18}(?![0-9A-Za-z])(?!-[0-9A-Za-z])")
"""13 to 19 digits that stand alone: ids and tokens made of letters, digits and hyphens often hold as many in a row."""


def holds_card_number(text: str) -> bool:
    """Whether 13 to 19 digits in ``text`` look like a card number (Luhn, ISO/IEC 7812-1 annex B)."""
    return any(_luhn(re.sub(r"\D", "", found)) for found in _DIGITS.findall(text))


def mask_card_numbers(text: str) -> str:
    """``text`` with whatever looks like a card number taken out; for what a processor tells."""
    return _DIGITS.sub(lambda found: "…" if _luhn(re.sub(r"\D", "", found[0])) else found[0], text)


def _luhn(digits: str) -> bool:
    doubled = [int(d) * 2 for d in digits[-2::-2]]
    return (sum(int(d) for d in digits[-1::-2]) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0


def check_method(new: NewMethod) -> list[Problem]:
    """What is wrong with a new method, but for its gateway and account."""
    problems = []
    if not new.token or len(new.token) > 255:
        problems.append(Problem("token", "length", "A token has 1 to 255 characters; take the one that the gateway gave."))
    if new.kind not in KINDS:
        problems.append(Problem("kind", "not_a_choice", f"{new.kind!r} is no kind of payment method; choose one of {', '.join(KINDS)}."))
    if new.last4 and not re.fullmatch(r"[0-9A-Za-z]{1,4}", new.last4):
        problems.append(Problem("last4", "not_last4", "Give the last 2 to 4 characters only."))
    return problems + check_no_card_number({"token": new.token, "label": new.label})


def check_no_card_number(texts: dict[str, str]) -> list[Problem]:
    """A problem for each text that seems to hold a card number; the number itself is not repeated."""
    message = "This looks like a card number. Bezant takes no card numbers: let the gateway's page take it, and store its token."
    return [Problem(field, "card_number", message) for field, text in texts.items() if holds_card_number(text)]


def label_of(new: NewMethod) -> str:
    """What people see of a method."""
    word = new.label.strip() or new.kind.replace("_", " ").capitalize()
    return f"{word} •••• {new.last4}" if new.last4 and new.last4 not in word else word
