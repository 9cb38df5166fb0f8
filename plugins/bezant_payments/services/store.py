"""Rows as values, and values as rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any, cast
from uuid import UUID

from sqlalchemy import RowMapping, Table, select

from bezant.sdk.db import ids_in, session
from bezant.sdk.values import NextAction
from bezant_payments.contracts import MethodInfo, Operation, PaymentInfo, PaymentState, TargetInfo, TransactionInfo, TransactionState
from bezant_payments.domain.operations import OPEN, Step
from bezant_payments.models import Method, Payment, Target, Transaction

PAYMENTS, TRANSACTIONS = cast(Table, Payment.__table__), cast(Table, Transaction.__table__)
TARGETS, METHODS = cast(Table, Target.__table__), cast(Table, Method.__table__)

_PAYMENT = tuple(f.name for f in fields(PaymentInfo) if f.name not in ("state", "transactions", "targets", "replayed"))
_TRANSACTION = tuple(f.name for f in fields(TransactionInfo) if f.name not in ("operation", "state", "next_action"))
_METHOD = tuple(f.name for f in fields(MethodInfo))


def read_payments(ids: Collection[UUID]) -> dict[UUID, PaymentInfo]:
    """Payments with their transactions and targets, with three queries."""
    if not ids:
        return {}
    transactions = read_transactions(ids)
    targets: dict[UUID, list[TargetInfo]] = {}
    found = select(TARGETS).where(ids_in(TARGETS.c.payment_id, ids)).order_by(TARGETS.c.payment_id, TARGETS.c.position)
    for row in session.execute(found):
        targets.setdefault(row.payment_id, []).append(TargetInfo(row.item_id, row.asked_minor))
    rows = session.execute(select(PAYMENTS).where(ids_in(PAYMENTS.c.id, ids))).mappings()
    return {row["id"]: _payment(row, transactions.get(row["id"], ()), targets.get(row["id"], ())) for row in rows}


def read_transactions(payment_ids: Collection[UUID]) -> dict[UUID, list[TransactionInfo]]:
    """The transactions of payments, oldest first."""
    found: dict[UUID, list[TransactionInfo]] = {}
    statement = select(TRANSACTIONS).where(ids_in(TRANSACTIONS.c.payment_id, payment_ids)).order_by(TRANSACTIONS.c.id)
    for row in session.execute(statement).mappings():
        found.setdefault(row["payment_id"], []).append(transaction_info(row))
    return found


def transaction_info(row: RowMapping) -> TransactionInfo:
    """A transaction's row as others may see it."""
    action = row["next_action"]
    return TransactionInfo(
        **{name: row[name] for name in _TRANSACTION},
        operation=Operation(row["operation"]),
        state=TransactionState(row["state"]),
        next_action=NextAction(**action) if action else None,
    )


def method_info(row: RowMapping | Mapping[str, Any]) -> MethodInfo:
    """A payment method's row as others may see it."""
    return MethodInfo(**{name: row[name] for name in _METHOD})


def steps_of(transactions: Sequence[TransactionInfo]) -> list[Step]:
    """Transactions as the sums see them."""
    return [
        Step(t.operation, t.state, t.asked_minor if t.state in OPEN or t.processed_minor is None else t.processed_minor, t.key)
        for t in transactions
    ]


def _payment(row: RowMapping, transactions: Sequence[TransactionInfo], targets: Sequence[TargetInfo]) -> PaymentInfo:
    return PaymentInfo(
        **{name: row[name] for name in _PAYMENT},
        state=PaymentState(row["state"]),
        transactions=tuple(transactions),
        targets=tuple(targets),
    )
