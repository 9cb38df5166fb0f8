"""What a gateway's answer makes of a transaction, and of its payment."""

from collections.abc import Mapping
from typing import Any

from bezant.gateways.values import Answer as GatewayAnswer
from bezant.gateways.values import Outcome
from bezant.money import Money
from bezant_payments.contracts import TransactionState
from bezant_payments.domain.outcomes import resolve

from . import Answer, Given

S = TransactionState

ASKED = Money(1000, "USD")
ANSWERS: Mapping[str, Outcome] = {
    "PROCESSED": Outcome.SUCCEEDED,
    "PENDING": Outcome.PENDING,
    "ERROR": Outcome.DECLINED,
    "CANCELED": Outcome.NOT_ATTEMPTED,
    "UNDEFINED": Outcome.UNKNOWN,
}
"""Whatever else there is (nothing, an exception, time running out) is unknown."""
STATUSES: Mapping[TransactionState, tuple[str, str]] = {
    S.SUCCEEDED: ("SUCCESS", "SUCCESS"),
    S.PENDING: ("PENDING", "PENDING"),
    S.DECLINED: ("PAYMENT_FAILURE", "FAILED"),
    S.NOT_ATTEMPTED: ("PLUGIN_FAILURE", "ERRORED"),
    S.UNKNOWN: ("UNKNOWN", "ERRORED"),
}
"""A transaction's state there, and the last word of its payment's."""
PREFIXES = {"AUTHORIZE": "AUTH"}


def answer(given: Given, asked: Any) -> Answer:
    """``{gateway_answer, operation}`` → ``transaction_status`` and ``payment_state``."""
    outcome = ANSWERS.get(str(given.get("gateway_answer")), Outcome.UNKNOWN)
    status, word = STATUSES[resolve(S.STARTED, ASKED, GatewayAnswer(outcome)).state]
    operation = given.get("operation") or "PURCHASE"
    return {"transaction_status": status, "payment_state": f"{PREFIXES.get(operation, operation)}_{word}"}
