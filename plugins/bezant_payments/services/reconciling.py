"""Settling what is open: gateways are asked what became of attempts, by a schedule, on demand, and after a crash."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, update

from bezant.sdk.db import ids_in, in_scope, session, unit_of_work
from bezant.sdk.gateway import Answer, LookupRequest, Outcome
from bezant.sdk.services import now, query, system_time
from bezant_payments.contracts import CollectionReport, TransactionState
from bezant_payments.services.calling import Question, ask, refuse_inside_transaction
from bezant_payments.services.configuration import LEASE, page_size, parallel_calls
from bezant_payments.services.outcomes import Told, record_outcomes
from bezant_payments.services.store import PAYMENTS, TRANSACTIONS

S = TransactionState
_T = TRANSACTIONS.c


@dataclass(frozen=True, slots=True)
class _Open:
    """An attempt that is asked about."""

    id: UUID
    state: TransactionState
    question: Question


@query("payments.reconciliation.run", whole=True)
def reconcile(advance: Callable[[int], object] = lambda _count: None) -> CollectionReport:
    """Asks about every attempt that is due: unknown and pending ones by their ladders, and those that a crash left behind.

    Each page is claimed, asked about outside any transaction, and written. ``advance`` is told of each page's size.
    """
    refuse_inside_transaction()
    attempts, states = 0, Counter[str]()
    while claimed := _claim(_due(), page_size()):
        ended = _settle(claimed, checking=True)
        attempts += len(claimed)
        states.update(ended.values())
        advance(len(claimed))
    return CollectionReport(attempts, dict(states))


@query("payments.reconciliation.run")
def next_check() -> datetime | None:
    """When the next gateway is to be asked again what became of an attempt, business time."""
    found: datetime | None = session.scalar(
        select(func.min(_T.next_check_at)).where(_T.state.in_((S.UNKNOWN, S.PENDING)), in_scope(TRANSACTIONS))
    )
    return found


def settle(transaction_ids: Collection[UUID]) -> None:
    """Asks at once about those of some transactions that are open and not just being called; their ladders stay as they are."""
    refuse_inside_transaction()
    if transaction_ids:
        _settle(_claim(and_(ids_in(_T.id, transaction_ids), _open()), len(transaction_ids)), checking=False)


@query("payments.payment.view")
def settle_payment(payment_id: UUID) -> None:
    """Asks at once about the open attempts of a payment."""
    settle(list(session.scalars(select(_T.id).where(_T.payment_id == payment_id, in_scope(TRANSACTIONS)))))


def _open() -> Any:
    """Attempts that may be asked about: nobody is calling or asking at this moment."""
    free = or_(_T.leased_until.is_(None), _T.leased_until < system_time())
    return and_(_T.state.in_((S.STARTED, S.UNKNOWN, S.PENDING)), free)


def _due() -> Any:
    return and_(_open(), or_(_T.state == S.STARTED, _T.next_check_at <= now()))


def _claim(condition: Any, limit: int) -> list[_Open]:
    """Takes attempts under a lease, so that nobody else asks about them meanwhile."""
    joined = TRANSACTIONS.join(PAYMENTS, PAYMENTS.c.id == _T.payment_id)
    wanted = select(_T.id, _T.state, _T.gateway_reference, PAYMENTS.c.gateway).select_from(joined).where(condition)
    with unit_of_work():
        rows = session.execute(wanted.order_by(_T.id).limit(limit).with_for_update(of=TRANSACTIONS, skip_locked=True)).all()
        if rows:
            lease = update(TRANSACTIONS).where(ids_in(_T.id, [row.id for row in rows]))
            session.execute(lease.values(leased_until=system_time() + LEASE))
    return [_Open(r.id, S(r.state), Question(r.gateway, LookupRequest(r.id.hex, r.gateway_reference))) for r in rows]


def _settle(claimed: Sequence[_Open], *, checking: bool) -> dict[UUID, TransactionState]:
    if not claimed:
        return {}
    answers = ask([one.question for one in claimed], parallel_calls())
    told = [
        Told(one.id, answer if checking else _careful(one, answer), "lookup", checking)
        for one, answer in zip(claimed, answers, strict=True)
    ]
    return record_outcomes(told)


def _careful(one: _Open, answer: Answer) -> Answer:
    """Right after a time-out the request may still be on its way: only a later check believes that it never arrived."""
    unsure = one.state is S.UNKNOWN and answer.outcome is Outcome.NOT_ATTEMPTED
    return replace(answer, outcome=Outcome.UNKNOWN) if unsure else answer
