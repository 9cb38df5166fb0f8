"""How payments are doing: what failed, what waits, what a person has to look at."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select, true

from bezant.sdk.db import in_scope, session
from bezant.sdk.services import now, query, system_time
from bezant_payments.contracts import PaymentState, TransactionState
from bezant_payments.services.store import PAYMENTS, TRANSACTIONS

S = TransactionState


@dataclass(frozen=True, slots=True)
class Trouble:
    """Numbers of payments that failed in the last 30 days, are not final, and need somebody to look; and of overdue look-ups."""

    failed: int
    open: int
    attention: int
    overdue: int


@query("payments.payment.view")
def trouble() -> Trouble:
    """How payments within reach are doing, by four counts over indexed columns."""
    return _counts(in_scope(PAYMENTS), in_scope(TRANSACTIONS))


def counts() -> Trouble:
    """The same of all payments, for the health page, which has nobody signed in."""
    return _counts(true(), true())


def _counts(payments: ColumnElement[bool], transactions: ColumnElement[bool]) -> Trouble:
    failed = select(func.count()).where(PAYMENTS.c.state == PaymentState.FAILED, PAYMENTS.c.created_at > now() - timedelta(days=30))
    open_states = (PaymentState.STARTED, PaymentState.PENDING, PaymentState.UNKNOWN)
    waiting = select(func.count()).where(PAYMENTS.c.state.in_(open_states))
    flagged = select(func.count()).where(TRANSACTIONS.c.flagged_at.is_not(None))
    late = or_(
        TRANSACTIONS.c.next_check_at < now() - timedelta(hours=1),
        (TRANSACTIONS.c.state == S.STARTED) & (TRANSACTIONS.c.leased_until < system_time() - timedelta(hours=1)),
    )
    overdue = select(func.count()).where(late)
    statements = (failed.where(payments), waiting.where(payments), flagged.where(transactions), overdue.where(transactions))
    return Trouble(*(int(session.scalar(statement) or 0) for statement in statements))
