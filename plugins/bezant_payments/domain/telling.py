"""Which domain events a change of a transaction is told by."""

from bezant.sdk.values import Answer, DomainEvent
from bezant_payments.contracts import (
    Operation,
    PaymentFailed,
    PaymentInfo,
    PaymentPending,
    PaymentRefunded,
    PaymentSucceeded,
    RefundFailed,
    TransactionFlagged,
    TransactionInfo,
    TransactionState,
)
from bezant_payments.domain.operations import FREED
from bezant_payments.domain.outcomes import Resolution

S = TransactionState


def tell(payment: PaymentInfo, before: TransactionInfo, resolution: Resolution, answer: Answer) -> list[DomainEvent]:
    """The events of one change; none while the outcome is unknown."""
    who = (payment.id, payment.account_id, before.id)
    refund, state, processed = before.operation is Operation.REFUND, resolution.state, resolution.processed
    if state is S.HELD:
        return [TransactionFlagged(*who, "held")]
    if state is S.PENDING:
        return [PaymentPending(*who)]
    if state is S.SUCCEEDED and processed is not None:
        kind = PaymentRefunded if refund else PaymentSucceeded
        return [kind(*who, processed.minor, processed.currency)]
    if state in FREED:
        return [RefundFailed(*who, answer.reason_code) if refund else PaymentFailed(*who, answer.reason_code, answer.hard)]
    return []
