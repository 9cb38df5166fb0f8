"""Which credit pays which invoice, when documents are issued."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

OwnerKey = tuple[UUID, UUID, str]
"""Legal entity, payer, currency: credit pays only what has the same."""


@dataclass(slots=True)
class Purse:
    """A credit item and what is left of it. ``corrects`` is the open item of the invoice that it corrects, paid before older ones."""

    item_id: UUID
    owner: OwnerKey
    left_minor: int
    corrects: UUID | None = None


@dataclass(slots=True)
class Debt:
    """A receivable item and what is left of it."""

    item_id: UUID
    owner: OwnerKey
    due_on: date
    left_minor: int


@dataclass(frozen=True, slots=True)
class Payment:
    """So much of a credit item pays a receivable item."""

    credit_item_id: UUID
    item_id: UUID
    amount_minor: int


def settle(
    new_credits: Sequence[Purse], old_credits: Sequence[Purse], new_debts: Sequence[Debt], old_debts: Sequence[Debt]
) -> list[Payment]:
    """What is set off when documents are issued; purses and debts count down.

    Credit of this run pays the invoices of this run, then earlier credit does; what is left of this run's credit pays ``old_debts``: the
    invoice that it corrects, then the oldest due. Leave ``old_debts`` empty where credit waits for the next invoice.
    """
    payments = list(_pay(new_credits, new_debts))
    payments += _pay(old_credits, new_debts)
    by_item = {debt.item_id: debt for debt in old_debts}
    for purse in new_credits:
        if purse.corrects in by_item:
            payments += _pay([purse], [by_item[purse.corrects]])
    payments += _pay(new_credits, old_debts)
    return payments


def _pay(purses: Iterable[Purse], debts: Iterable[Debt]) -> Iterable[Payment]:
    """Each purse in turn pays the oldest due of its owner's debts."""
    by_owner: dict[OwnerKey, list[Debt]] = {}
    for debt in sorted(debts, key=lambda d: d.due_on):
        by_owner.setdefault(debt.owner, []).append(debt)
    for purse in purses:
        for debt in by_owner.get(purse.owner, ()):
            amount = min(purse.left_minor, debt.left_minor)
            if amount > 0:
                purse.left_minor -= amount
                debt.left_minor -= amount
                yield Payment(purse.item_id, debt.item_id, amount)
