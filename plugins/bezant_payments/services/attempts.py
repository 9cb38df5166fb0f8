"""The first of the three steps: attempts are written, many with a constant number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, update

from bezant.sdk.db import bulk_insert, session
from bezant.sdk.gateway import PaymentRequest
from bezant.sdk.services import now, system_time
from bezant.sdk.values import Money, new_id
from bezant_accounts.services import load_legal_entities, take_numbers
from bezant_payments.contracts import Operation, PaymentState, TargetInfo, TransactionState
from bezant_payments.models import Payment, Target, Transaction
from bezant_payments.services.calling import Call
from bezant_payments.services.configuration import LEASE
from bezant_payments.services.store import PAYMENTS, TARGETS

AUTOMATIC, MANUAL, RECEIPT = "automatic", "manual", "receipt"
"""Where a payment comes from: collected by the platform, asked for by somebody, money that came in by itself."""


@dataclass(frozen=True, slots=True)
class Planned:
    """An attempt to be written. With ``payment_id`` it is a further attempt of a payment that has failed so far."""

    account_id: UUID
    legal_entity_id: UUID
    gateway: str
    money: Money
    origin: str
    targets: tuple[TargetInfo, ...] = ()
    numbers: tuple[str, ...] = ()
    method_id: UUID | None = None
    method_token: str = ""
    key: str = ""
    description: str = ""
    return_url: str = ""
    payment_id: UUID | None = None
    value_on: date | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A written attempt, and the call that it stands for."""

    transaction_id: UUID
    payment_id: UUID
    call: Call


def write_attempts(planned: Sequence[Planned]) -> list[Attempt]:
    """Writes attempts, in the unit of work of whoever calls; whoever calls commits it, then makes the calls."""
    at = now()
    made = [(plan, plan.payment_id or new_id(), new_id()) for plan in planned]
    fresh = [(plan, payment_id) for plan, payment_id, _ in made if plan.payment_id is None]
    again = [(plan, payment_id) for plan, payment_id, _ in made if plan.payment_id is not None]
    numbers = _take_numbers([plan for plan, _ in fresh], at)
    bulk_insert(Payment, [_payment_row(plan, id, number, at) for (plan, id), number in zip(fresh, numbers, strict=True)])
    _renew(again)
    bulk_insert(Transaction, [_transaction_row(plan, payment_id, id, at) for plan, payment_id, id in made])
    bulk_insert(Target, [row for plan, id in fresh for row in _target_rows(plan, id)])
    return [Attempt(id, payment_id, _call(plan, id)) for plan, payment_id, id in made]


def local_days(legal_entity_ids: Sequence[UUID], at: datetime) -> dict[UUID, date]:
    """The day it is at each legal entity."""
    entities = load_legal_entities(set(legal_entity_ids))
    return {id: at.astimezone(ZoneInfo(entity.timezone)).date() for id, entity in entities.items()}


def _take_numbers(fresh: Sequence[Planned], at: datetime) -> list[str]:
    """A number for each, in order."""
    days = local_days([plan.legal_entity_id for plan in fresh], at) if fresh else {}
    taken: dict[UUID, list[str]] = {}
    for id in sorted(days):
        count = sum(plan.legal_entity_id == id for plan in fresh)
        taken[id] = list(reversed(take_numbers(id, "payment", days[id].year, count)))
    return [taken[plan.legal_entity_id].pop() for plan in fresh]


def _payment_row(plan: Planned, id: UUID, number: str, at: datetime) -> dict[str, Any]:
    return {
        "id": id,
        "number": number,
        "account_id": plan.account_id,
        "legal_entity_id": plan.legal_entity_id,
        "currency": plan.money.currency,
        "gateway": plan.gateway,
        "method_id": plan.method_id,
        "origin": plan.origin,
        "description": plan.description[:300],
        "created_at": at,
        "state": PaymentState.STARTED,
        "amount_minor": plan.money.minor,
        "captured_minor": 0,
        "refunded_minor": 0,
    }


def _transaction_row(plan: Planned, payment_id: UUID, id: UUID, at: datetime) -> dict[str, Any]:
    return transaction_row(
        id,
        payment_id,
        Operation.PURCHASE,
        plan.money,
        at,
        key=plan.key or id.hex,
        credit_item_id=new_id(),
        value_on=plan.value_on,
    )


def transaction_row(
    id: UUID,
    payment_id: UUID,
    operation: Operation,
    money: Money,
    at: datetime,
    *,
    key: str,
    credit_item_id: UUID,
    parent_id: UUID | None = None,
    reason: str = "",
    value_on: date | None = None,
) -> dict[str, Any]:
    """The row of an attempt that is about to be made."""
    return {
        "id": id,
        "payment_id": payment_id,
        "operation": operation,
        "asked_minor": money.minor,
        "currency": money.currency,
        "key": key,
        "live_key": key,
        "parent_id": parent_id,
        "credit_item_id": credit_item_id,
        "reason": reason[:300],
        "value_on": value_on,
        "created_at": at,
        "state": TransactionState.STARTED,
        "leased_until": system_time() + LEASE,
    }


def _target_rows(plan: Planned, payment_id: UUID) -> list[dict[str, Any]]:
    """The items of a payment. Money that came in is there: an attempt for the same item does not keep it from being booked."""
    return [
        {
            "payment_id": payment_id,
            "position": position,
            "item_id": target.item_id,
            "asked_minor": target.asked_minor,
            "live_item_id": None if plan.origin == RECEIPT else target.item_id,
        }
        for position, target in enumerate(plan.targets)
    ]


_RENEW_PAYMENT = (
    update(PAYMENTS)
    .where(PAYMENTS.c.id == bindparam("payment"))
    .values(state=PaymentState.STARTED, method_id=bindparam("method"), gateway=bindparam("by"), amount_minor=bindparam("minor"))
)
_RENEW_TARGET = (
    update(TARGETS)
    .where(TARGETS.c.payment_id == bindparam("payment"), TARGETS.c.item_id == bindparam("item"))
    .values(asked_minor=bindparam("minor"), live_item_id=TARGETS.c.item_id)
)


def _renew(again: Sequence[tuple[Planned, UUID]]) -> None:
    """Payments that failed so far get their next attempt: over what is left now, by the method of now."""
    payments = [{"payment": id, "method": p.method_id, "by": p.gateway, "minor": p.money.minor} for p, id in again]
    targets = [{"payment": id, "item": t.item_id, "minor": t.asked_minor} for p, id in again for t in p.targets]
    for statement, rows in ((_RENEW_PAYMENT, payments), (_RENEW_TARGET, targets)):
        if rows:
            session.connection().execute(statement, rows)


def _call(plan: Planned, transaction_id: UUID) -> Call:
    request = PaymentRequest(
        key=transaction_id.hex,
        amount=plan.money,
        method_token=plan.method_token,
        description=plan.description,
        account_id=plan.account_id,
        return_url=plan.return_url,
        numbers=plan.numbers,
    )
    return Call(plan.gateway, Operation.PURCHASE, request)
