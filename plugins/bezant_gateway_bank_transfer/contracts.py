"""What others may know of bank transfers."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from bezant.sdk.values import DomainEvent

KEY = "bank_transfer"
"""The gateway's key; its money lies in the ledger account ``cash:bank_transfer``."""

TRANSFER = "gateway_bank_transfer.transfer"
"""Type of a reference to a transfer."""


class TransferState(StrEnum):
    """Whether it is known whose money it is."""

    MATCHED = "matched"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """Input of ``record_transfers``: money that came in on ``received_on``.

    ``bank_reference`` is the bank's own and unique; recording it again changes nothing. ``text`` is what the payer wrote: references
    in it say whose money it is. With ``account_id`` (and ``item_ids``) somebody knows better.
    """

    received_on: date
    amount_minor: int
    currency: str
    bank_reference: str
    text: str = ""
    payer_name: str = ""
    account_id: UUID | None = None
    item_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class TransferInfo:
    """A transfer that came in; ``payment_id`` is the payment that it became as soon as it was known whose it is."""

    id: UUID
    received_on: date
    amount_minor: int
    currency: str
    bank_reference: str
    text: str
    payer_name: str
    state: TransferState
    account_id: UUID | None
    payment_id: UUID | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Instructions:
    """How to pay by transfer: what to quote, to whom, how much; no amount where an account pays on account."""

    reference: str
    holder: str
    bank: str
    iban: str
    bic: str
    account: str
    routing: str
    amount_minor: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class TransferUnmatched(DomainEvent):
    """Money came in and nobody knows whose it is."""

    type: ClassVar[str] = "gateway_bank_transfer.transfer.unmatched"


@dataclass(frozen=True, slots=True)
class TransferMatched(DomainEvent):
    """A transfer became a payment of an account."""

    type: ClassVar[str] = "gateway_bank_transfer.transfer.matched"

    account_id: UUID
    payment_id: UUID
