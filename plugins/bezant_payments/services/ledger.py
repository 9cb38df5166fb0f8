"""What succeeded is booked: receipts and their allocations for a whole page together, refunds one by one (they are few)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from bezant.sdk.services import now
from bezant.sdk.values import Money, new_id
from bezant_ledger import services as ledger
from bezant_ledger.contracts import CUSTOMER_CREDIT, NewAllocation
from bezant_payments.contracts import Operation, PaymentInfo, TransactionInfo
from bezant_payments.domain.booking import Booking, applications, plan_refund, receipt, repayment
from bezant_payments.domain.outcomes import Resolution
from bezant_payments.services.attempts import local_days

Success = tuple[PaymentInfo, TransactionInfo, Resolution]


def book(successes: Sequence[Success]) -> dict[UUID, UUID]:
    """Posts what succeeded; gives the journal entry of each transaction. Dated today at the legal entity, or on the day it came in."""
    if not successes:
        return {}
    days = local_days([payment.legal_entity_id for payment, _, _ in successes], now())
    bookings = [(p, t, _booking(p, t, r.processed, days)) for p, t, r in successes if r.processed is not None]
    _book_receipts([(p, b) for p, t, b in bookings if t.operation is not Operation.REFUND])
    for _, transaction, booking in bookings:
        if transaction.operation is Operation.REFUND:
            _book_refund(booking)
    return {transaction.id: booking.entry_id for _, transaction, booking in bookings}


def _booking(payment: PaymentInfo, transaction: TransactionInfo, money: Money | None, days: dict[UUID, date]) -> Booking:
    return Booking(
        entry_id=new_id(),
        payment_id=payment.id,
        number=payment.number,
        account_id=payment.account_id,
        legal_entity_id=payment.legal_entity_id,
        gateway=payment.gateway,
        money=money or Money(transaction.asked_minor, transaction.currency),
        day=transaction.value_on or days[payment.legal_entity_id],
        credit_item_id=transaction.credit_item_id,
    )


def _book_receipts(receipts: Sequence[tuple[PaymentInfo, Booking]]) -> None:
    if not receipts:
        return
    ledger.post([receipt(booking) for _, booking in receipts])
    wanted = {target.item_id for payment, _ in receipts for target in payment.targets}
    items = {item.id: item for item in ledger.open_items(item_ids=wanted)} if wanted else {}
    allocations: list[NewAllocation] = []
    for payment, booking in receipts:
        made = applications(booking, payment.targets, items)
        allocations += made
        for one in made:
            left = items[one.item_id].residual_minor - one.amount_minor
            items[one.item_id] = replace(items[one.item_id], residual_minor=left)
    if allocations:
        ledger.allocate(allocations)


def _book_refund(booking: Booking) -> None:
    """Takes allocations back as far as needed, lets other credit of the payer cover what that re-opens, and posts the money."""
    credit = next(iter(ledger.open_items(item_ids=[booking.credit_item_id])), None)
    paid: dict[UUID, int] = {}
    for allocation in ledger.load_allocations([booking.credit_item_id]):
        if allocation.item_id is not None:
            paid[allocation.item_id] = paid.get(allocation.item_id, 0) + allocation.amount_minor
    plan = plan_refund(
        booking.money.minor, credit.residual_minor if credit else 0, [(id, minor) for id, minor in paid.items() if minor > 0]
    )
    if plan.take_back:
        ledger.allocate([NewAllocation(booking.credit_item_id, id, -minor, booking.day, booking.source) for id, minor in plan.take_back])
    ledger.post([repayment(booking, plan)])
    _cover([id for id, _ in plan.take_back], booking)


def _cover(item_ids: Sequence[UUID], booking: Booking) -> None:
    """A credit note that led to the refund pays what the refund re-opened."""
    if not item_ids:
        return
    credits = ledger.open_items(payer_ids=[booking.account_id], legal_entity_id=booking.legal_entity_id, kind="credit")
    for credit in credits:
        if credit.ledger_account == CUSTOMER_CREDIT and credit.currency == booking.money.currency:
            ledger.allocate_oldest_first(credit.id, item_ids, booking.day)
