"""What only a person can say of an attempt: what became of one that is held or cannot be found out, and that a success was none."""

from uuid import UUID

from sqlalchemy import select, update

from bezant.sdk.db import bulk_insert, in_scope, session
from bezant.sdk.events import post_events
from bezant.sdk.gateway import Answer, Outcome
from bezant.sdk.services import audit, now, system_time, use_case
from bezant.sdk.values import Conflict, Invalid, Money, NotFound, check_no_card_number, new_id
from bezant_ledger import services as ledger
from bezant_payments.contracts import Operation, PaymentCorrected, PaymentInfo, PaymentState, TransactionInfo, TransactionState
from bezant_payments.models import OutcomeRow
from bezant_payments.services.loading import get_payment
from bezant_payments.services.outcomes import Told, write_outcomes
from bezant_payments.services.store import PAYMENTS, TRANSACTIONS

S = TransactionState


@use_case("payments.payment.settle")
def settle_by_hand(transaction_id: UUID, *, succeeded: bool, amount_minor: int | None = None, note: str = "") -> PaymentInfo:
    """Says what became of an attempt that is not final, or held: it brought ``amount_minor`` (what was asked where ``None``), or nothing.

    A success is booked. Raises ``Conflict`` for one that has succeeded already; take that back by ``take_back_success``.
    """
    payment, transaction = _lock(transaction_id, note)
    if transaction.state is S.SUCCEEDED:
        raise Conflict("This attempt has succeeded; take the success back if it was none.", code="succeeded")
    if transaction.state is S.STARTED and transaction.leased_until is not None and transaction.leased_until > system_time():
        raise Conflict("The gateway is being called at this moment; look again in a minute.", code="in_progress")
    minor = transaction.asked_minor if amount_minor is None else amount_minor
    if not 0 < minor <= transaction.asked_minor:
        raise Invalid.field("amount", "out_of_range", "An amount above zero, and at most what was asked, can be booked.")
    if transaction.state is S.HELD:
        _reopen(transaction)
    outcome = Outcome.SUCCEEDED if succeeded else Outcome.DECLINED
    answer = Answer(
        outcome, processed=Money(minor, payment.currency) if succeeded else None, reason_code="by_hand", message=note, hard=True
    )
    write_outcomes([Told(transaction_id, answer, "person")])
    audit("payments.transaction.settled", "payments.transaction", transaction_id, {"outcome": outcome.value, "amount": minor})
    return get_payment(payment.id)


@use_case("payments.payment.settle")
def take_back_success(transaction_id: UUID, note: str = "") -> PaymentInfo:
    """Says that a success was none: its booking is reversed, what it had paid is open again, and is not collected automatically.

    Raises ``Conflict`` where it did not succeed, or was refunded in part.
    """
    payment, transaction = _lock(transaction_id, note)
    if transaction.state is not S.SUCCEEDED or transaction.operation is Operation.REFUND or transaction.entry_id is None:
        raise Conflict("Only money that was booked as having come in can be taken back.", code="not_succeeded")
    if any(t.operation is Operation.REFUND and t.state not in (S.DECLINED, S.NOT_ATTEMPTED) for t in payment.transactions):
        raise Conflict("Some of this payment was refunded, or is being refunded; it was a success.", code="refunded")
    ledger.deallocate(transaction.credit_item_id)
    ledger.reverse(transaction.entry_id)
    at = now()
    values = {"state": S.DECLINED, "live_key": None, "processed_minor": None, "processed_currency": None, "corrected_at": at}
    session.execute(
        update(TRANSACTIONS)
        .where(TRANSACTIONS.c.id == transaction_id)
        .values(reason_code="by_hand", message=note[:300], hard=True, **values)
    )
    left = payment.captured_minor - (transaction.processed_minor or 0)
    state = PaymentState.SUCCEEDED if left else PaymentState.FAILED
    session.execute(update(PAYMENTS).where(PAYMENTS.c.id == payment.id).values(state=state, captured_minor=left))
    bulk_insert(OutcomeRow, [_outcome_row(transaction, note)])
    post_events([PaymentCorrected(payment.id, payment.account_id, transaction_id)])
    audit("payments.transaction.taken_back", "payments.transaction", transaction_id, {"payment_id": str(payment.id)})
    return get_payment(payment.id)


def _lock(transaction_id: UUID, note: str) -> tuple[PaymentInfo, TransactionInfo]:
    problems = check_no_card_number({"note": note})
    if problems:
        raise Invalid(problems=problems)
    wanted = select(TRANSACTIONS.c.payment_id).where(TRANSACTIONS.c.id == transaction_id, in_scope(TRANSACTIONS))
    payment_id = session.scalar(select(PAYMENTS.c.id).where(PAYMENTS.c.id.in_(wanted)).with_for_update())
    if payment_id is None:
        raise NotFound(f"There is no transaction {transaction_id}.")
    payment = get_payment(payment_id)
    return payment, next(t for t in payment.transactions if t.id == transaction_id)


def _reopen(transaction: TransactionInfo) -> None:
    """Lets a person decide what no answer of a gateway may change."""
    values = {"state": S.UNKNOWN, "processed_minor": None, "processed_currency": None}
    session.execute(update(TRANSACTIONS).where(TRANSACTIONS.c.id == transaction.id).values(**values))


def _outcome_row(transaction: TransactionInfo, note: str) -> dict[str, object]:
    return {
        "id": new_id(),
        "transaction_id": transaction.id,
        "at": now(),
        "source": "person",
        "outcome": Outcome.DECLINED,
        "state": S.DECLINED,
        "processed_minor": None,
        "processed_currency": None,
        "gateway_reference": transaction.gateway_reference,
        "reason_code": "by_hand",
        "message": note[:300],
    }
