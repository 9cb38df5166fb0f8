"""Payment methods: a token and what people recognise it by."""

import re

from bezant.sdk.values import Problem, check_no_card_number
from bezant_payments.contracts import NewMethod

KINDS = ("card", "bank_account", "bank_transfer", "wallet", "other")


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


def label_of(new: NewMethod) -> str:
    """What people see of a method."""
    word = new.label.strip() or new.kind.replace("_", " ").capitalize()
    return f"{word} •••• {new.last4}" if new.last4 and new.last4 not in word else word
