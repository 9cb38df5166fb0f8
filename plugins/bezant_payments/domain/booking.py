"""What money that moved means for the ledger: Dr cash, Cr unapplied cash, then allocations; refunds the other way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bezant.sdk.values import Money, SourceRef
from bezant_ledger.contracts import CASH, REFUNDS, UNAPPLIED_CASH, NewAllocation, NewEntry, NewPosting, OpenItemInfo
from bezant_payments.contracts import PAYMENT, TargetInfo


@dataclass(frozen=True, slots=True)
class Booking:
    """Money of a payment that is booked: who paid, where, when. ``credit_item_id`` becomes (or is) the id of the ledger's item."""

    entry_id: UUID
    payment_id: UUID
    number: str
    account_id: UUID
    legal_entity_id: UUID
    gateway: str
    money: Money
    day: date
    credit_item_id: UUID

    @property
    def source(self) -> SourceRef:
        """The payment as the ledger names it."""
        return SourceRef(PAYMENT, self.payment_id, self.number)


def cash_account(gateway: str) -> str:
    """The ledger account in which a gateway's money lies."""
    return f"{CASH}:{gateway[:30]}"


def receipt(booking: Booking) -> NewEntry:
    """Money came in: it is the account's credit until it is allocated."""
    return _entry(
        booking,
        f"Payment {booking.number}",
        NewPosting(cash_account(booking.gateway), booking.money.minor),
        NewPosting(UNAPPLIED_CASH, -booking.money.minor, account_id=booking.account_id, id=booking.credit_item_id),
    )


def applications(booking: Booking, targets: Sequence[TargetInfo], items: Mapping[UUID, OpenItemInfo]) -> list[NewAllocation]:
    """Which open items a receipt pays: the targets in their order, each at most what was asked for it and what is left of it.

    ``items`` are as they are now; one that was settled meanwhile takes nothing, and the money stays as credit.
    """
    left = booking.money.minor
    made = []
    for target in targets:
        item = items.get(target.item_id)
        amount = min(left, target.asked_minor, item.residual_minor) if item else 0
        if item is not None and amount > 0 and item.currency == booking.money.currency:
            made.append(NewAllocation(booking.credit_item_id, item.id, amount, max(booking.day, item.posted_on), booking.source))
            left -= amount
    return made


@dataclass(frozen=True, slots=True)
class RefundPlan:
    """Where refunded money comes from: allocations taken back (item, amount), the credit it is then taken from, and what neither has."""

    take_back: tuple[tuple[UUID, int], ...]
    from_credit: int
    uncovered: int


def plan_refund(amount: int, credit_left: int, paid: Sequence[tuple[UUID, int]]) -> RefundPlan:
    """First what lies unused, then what was allocated last. ``paid`` are the net allocations of the credit, oldest first."""
    wanted, take_back = amount - min(amount, credit_left), []
    for item_id, allocated in reversed(paid):
        taken = min(wanted, allocated)
        if taken > 0:
            take_back.append((item_id, taken))
            wanted -= taken
    return RefundPlan(tuple(take_back), amount - wanted, wanted)


def repayment(booking: Booking, plan: RefundPlan) -> NewEntry:
    """Money went back. What the payment's own credit does not have (it was moved elsewhere) is booked as a refund given."""
    postings = [NewPosting(cash_account(booking.gateway), -booking.money.minor)]
    if plan.from_credit:
        postings.append(NewPosting(UNAPPLIED_CASH, plan.from_credit, booking.account_id, item_id=booking.credit_item_id))
    if plan.uncovered:
        postings.append(NewPosting(REFUNDS, plan.uncovered, account_id=booking.account_id))
    return _entry(booking, f"Refund of {booking.number}", *postings)


def _entry(booking: Booking, description: str, *postings: NewPosting) -> NewEntry:
    return NewEntry(
        id=booking.entry_id,
        date=booking.day,
        legal_entity_id=booking.legal_entity_id,
        currency=booking.money.currency,
        source=booking.source,
        description=description,
        postings=postings,
    )
