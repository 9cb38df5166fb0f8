"""Which operations may follow the last successful one of a payment."""

from typing import Any

from bezant_payments.contracts import Operation
from bezant_payments.domain.operations import allowed_next

from . import Answer, Given

OPERATIONS = {name: Operation[name] for name in ("AUTHORIZE", "CAPTURE", "CHARGEBACK", "CREDIT", "PURCHASE", "REFUND", "VOID")}
LAST = {**OPERATIONS, "NONE": None, "CHARGEBACK_REVERSED": Operation.CHARGEBACK_REVERSAL}
"""A reversed chargeback is no operation of its own there; here it is one, and may follow where a chargeback was."""
MACHINES = {"default": "standard", "permissive": "permissive"}


def answer(given: Given, asked: Any) -> Answer:
    """``{machine, last_successful_operation}`` → ``allowed`` and ``forbidden``."""
    allowed = allowed_next(LAST[given["last_successful_operation"] or "NONE"], MACHINES[given.get("machine") or "default"])
    named = {name for name, operation in OPERATIONS.items() if operation in allowed}
    return {"allowed": sorted(named), "forbidden": sorted(OPERATIONS.keys() - named)}
