"""Giving money back to where it came from: as many parts as one likes, together never more than came in."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bezant.sdk.db import bulk_insert, session
from bezant.sdk.gateway import PaymentRequest
from bezant.sdk.services import audit, now, query, setting, use_case
from bezant.sdk.values import Conflict, Invalid, Money, check_no_card_number, new_id
from bezant_payments.contracts import NewRefund, Operation, PaymentInfo, TransactionInfo, TransactionState
from bezant_payments.domain.operations import check_next, total
from bezant_payments.models import Transaction
from bezant_payments.services import keys
from bezant_payments.services.attempts import Attempt, transaction_row
from bezant_payments.services.calling import Call, make_calls, offline_refusal, refuse_inside_transaction
from bezant_payments.services.loading import get_payment
from bezant_payments.services.outcomes import Told, record_outcomes
from bezant_payments.services.reconciling import settle
from bezant_payments.services.registry import gateways
from bezant_payments.services.store import PAYMENTS, steps_of


@query("payments.payment.refund")
def refund_payment(new: NewRefund) -> PaymentInfo:
    """Gives money of a payment back through its gateway; call it outside any unit of work.

    Σ refunds ≤ what came in, checked under a lock of the payment; refunds under way count. What the money had paid is open again,
    unless other credit of the payer (a credit note's) covers it. Raises ``Invalid``, ``NotFound``, ``Conflict``.
    """
    refuse_inside_transaction()
    payment = get_payment(new.payment_id)
    earlier = keys.find(new.key, payment.account_id, Operation.REFUND)
    if earlier is not None:
        if earlier.payment_id != payment.id:
            raise Invalid.field("key", "key_reused", "This key was used for a refund of another payment; take a new key.")
        if new.amount_minor not in (None, earlier.asked_minor):
            raise Invalid.field("key", "key_reused", "This key was used for a refund of another amount; take a new key.")
        done = keys.answer(earlier)
        if done is not None:
            return done
    settle([transaction.id for transaction in payment.transactions])
    attempt = _start(new)
    [answer] = make_calls([attempt.call], 1)
    record_outcomes([Told(attempt.transaction_id, answer, "call")])
    return get_payment(payment.id)


def _start(new: NewRefund) -> Attempt:
    try:
        return _write_attempt(new)
    except IntegrityError as error:
        raise keys.taken_meanwhile(error) from error


@use_case("payments.payment.refund")
def _write_attempt(new: NewRefund) -> Attempt:
    session.execute(select(PAYMENTS.c.id).where(PAYMENTS.c.id == new.payment_id).with_for_update())
    payment = get_payment(new.payment_id)
    money, parent = _check(new, payment), _refunded(payment)
    id = new_id()
    row = transaction_row(
        id,
        payment.id,
        Operation.REFUND,
        money,
        now(),
        key=new.key or id.hex,
        credit_item_id=parent.credit_item_id,
        parent_id=parent.id,
        reason=new.reason,
    )
    bulk_insert(Transaction, [row])
    audit("payments.refund.created", "payments.payment", payment.id, {"amount": money.minor, "currency": money.currency})
    return Attempt(id, payment.id, _call(payment, parent, id, money, new.reason))


def _check(new: NewRefund, payment: PaymentInfo) -> Money:
    steps = steps_of(payment.transactions)
    minor = total(steps).refundable if new.amount_minor is None else new.amount_minor
    problem = check_next(steps, Operation.REFUND, minor, payment.currency, str(setting("payments.operations")))
    if problem is not None and problem.code != "too_much":
        raise Conflict(problem.message, code=problem.code)
    problems = [problem] if problem else []
    problems += check_no_card_number({"reason": new.reason})
    if problems:
        raise Invalid(problems=problems)
    if minor <= 0:
        raise Invalid.field(
            "amount", "not_positive", "Nothing is left to refund." if new.amount_minor is None else "Refund more than zero."
        )
    refused = offline_refusal(gateways().get(payment.gateway), Operation.REFUND, payment.currency)
    if refused is not None:
        raise Invalid.field("", refused.reason_code, f"{refused.message} Give the money back by hand and record that in the ledger.")
    return Money(minor, payment.currency)


def _refunded(payment: PaymentInfo) -> TransactionInfo:
    """The transaction whose money goes back: the last that brought any."""
    came = [t for t in payment.transactions if t.operation is not Operation.REFUND and t.state is TransactionState.SUCCEEDED]
    return came[-1]


def _call(payment: PaymentInfo, parent: TransactionInfo, id: UUID, money: Money, reason: str) -> Call:
    request = PaymentRequest(
        key=id.hex,
        amount=money,
        method_token="",
        description=reason or f"Refund of {payment.number}",
        account_id=payment.account_id,
        parent_reference=parent.gateway_reference,
        numbers=(payment.number,),
    )
    return Call(payment.gateway, Operation.REFUND, request)
