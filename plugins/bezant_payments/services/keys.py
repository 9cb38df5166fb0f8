"""The caller's own keys: each belongs to one account for ever, and a repeat never moves money twice."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError

from bezant.sdk.db import session
from bezant.sdk.services import system_time
from bezant.sdk.values import Conflict, Invalid
from bezant_payments.contracts import NewPayment, Operation, PaymentInfo, TransactionState
from bezant_payments.domain.operations import FREED, IN_DOUBT
from bezant_payments.services.loading import get_payment
from bezant_payments.services.reconciling import settle
from bezant_payments.services.store import PAYMENTS, TRANSACTIONS

S = TransactionState


@dataclass(frozen=True, slots=True)
class Used:
    """The newest transaction with a key."""

    transaction_id: UUID
    payment_id: UUID
    asked_minor: int


def find(key: str, account_id: UUID, operation: Operation) -> Used | None:
    """The newest transaction with a key. Raises ``Conflict`` where the key belongs to another account, ``Invalid`` where it was used for
    another operation, or is no key."""
    if not key:
        return None
    if len(key) > 255 or not key.isprintable():
        raise Invalid.field("key", "not_a_key", "A key has at most 255 printable characters.")
    joined = TRANSACTIONS.join(PAYMENTS, PAYMENTS.c.id == TRANSACTIONS.c.payment_id)
    newest = select(
        TRANSACTIONS.c.id, TRANSACTIONS.c.payment_id, TRANSACTIONS.c.operation, TRANSACTIONS.c.asked_minor, PAYMENTS.c.account_id
    )
    row = session.execute(
        newest.select_from(joined).where(TRANSACTIONS.c.key == key).order_by(TRANSACTIONS.c.id.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return None
    if row.account_id != account_id:
        raise Conflict("This key belongs to a payment of another account; take another key.", code="key_of_other_account")
    if row.operation != operation:
        raise Invalid.field("key", "key_reused", f"This key was used for a {row.operation}; take a new key for a new operation.")
    return Used(row.id, row.payment_id, row.asked_minor)


def check_same(payment: PaymentInfo, new: NewPayment) -> None:
    """Raises ``Invalid`` where a repeat asks for something else than the first call."""
    amount = new.amount_minor is None or new.amount_minor == payment.amount_minor
    currency = new.currency is None or new.currency == payment.currency
    items = set(new.item_ids) >= {target.item_id for target in payment.targets}
    if not (amount and currency and items):
        raise Invalid.field("key", "key_reused", "This key was used for another amount or other items; take a new key.")


def answer(used: Used) -> PaymentInfo | None:
    """What a repeat gets: the same payment (``replayed`` after a success); ``None`` where the attempt ended without money.

    Raises ``Conflict`` while the attempt is being made, or its outcome stays unknown.
    """
    _refuse_while_called(used)
    if _state(used) not in (S.SUCCEEDED, S.HELD, *FREED):
        settle([used.transaction_id])
    state = _state(used)
    if state in IN_DOUBT:
        raise Conflict("What became of the attempt with this key is not known yet; repeat later.", code="outcome_unknown")
    if state in FREED:
        return None
    return replace(get_payment(used.payment_id), replayed=state is S.SUCCEEDED)


def taken_meanwhile(error: IntegrityError) -> Exception:
    """What a caller is told whose key or items somebody else took at the same moment; any other violation is passed on."""
    text = str(error.orig)
    if "live_key" in text:
        return Conflict("Another request with this key is running; repeat in a moment.", code="key_in_use")
    if "live_item_id" in text:
        return Conflict("Another attempt for one of these items has just begun; wait for it.", code="attempt_under_way")
    return error


def _refuse_while_called(used: Used) -> None:
    row = _row(used)
    if row.state == S.STARTED and row.leased_until is not None and row.leased_until > system_time():
        raise Conflict("The first request with this key is still running; repeat in a moment.", code="key_in_use")


def _state(used: Used) -> TransactionState:
    return TransactionState(_row(used).state)


def _row(used: Used) -> Row[Any]:
    columns = (TRANSACTIONS.c.state, TRANSACTIONS.c.leased_until)
    return session.execute(select(*columns).where(TRANSACTIONS.c.id == used.transaction_id)).one()
