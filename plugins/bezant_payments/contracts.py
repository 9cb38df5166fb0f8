"""What other plugins may know of payments: frozen values, events, the hook that brings gateways, readable tables.

**Words.** A *payment* belongs to the account that pays and has *transactions*: a purchase, then refunds. A transaction is one
attempt at a gateway; it asks for an amount and, when it succeeds, says what was processed. *Targets* are the open items that a
payment is for. A *payment method* is a gateway's token with what people recognise it by; card numbers never come here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from bezant.sdk.values import DomainEvent, Gateway, NextAction, ReadModel, hookspec

PAYMENT = "payments.payment"
"""Type of a source reference to a payment."""

PAYMENTS = ReadModel(
    "payments_payments",
    id="uuid",
    number="text",
    account_id="uuid",
    legal_entity_id="uuid",
    currency="text",
    gateway="text",
    method_id="uuid",
    origin="text",
    state="text",
    amount_minor="minor",
    captured_minor="minor",
    refunded_minor="minor",
    created_at="instant",
)
METHODS = ReadModel(
    "payments_methods",
    id="uuid",
    account_id="uuid",
    gateway="text",
    kind="text",
    label="text",
    is_default="boolean",
    archived="boolean",
)
"""Readable for joins and lists."""


class Operation(StrEnum):
    """What a transaction does."""

    AUTHORIZE = "authorize"
    CAPTURE = "capture"
    PURCHASE = "purchase"
    VOID = "void"
    REFUND = "refund"
    CREDIT = "credit"
    CHARGEBACK = "chargeback"
    CHARGEBACK_REVERSAL = "chargeback_reversal"


class TransactionState(StrEnum):
    """Where a transaction stands. ``STARTED``: written, and the gateway is being called (or was, when the process died)."""

    STARTED = "started"
    PENDING = "pending"
    UNKNOWN = "unknown"
    HELD = "held"  # money moved, but more than asked or in another currency: a person decides
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    NOT_ATTEMPTED = "not_attempted"


class PaymentState(StrEnum):
    """What people want to know of a payment, derived from its transactions."""

    STARTED = "started"
    PENDING = "pending"
    UNKNOWN = "unknown"
    HELD = "held"
    FAILED = "failed"
    SUCCEEDED = "succeeded"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class MethodInfo:
    """A payment method. ``token`` is the gateway's; ``label`` is what people see (``Visa •••• 4242``), ``kind`` card, bank_account, …"""

    id: UUID
    account_id: UUID
    gateway: str
    token: str
    kind: str
    label: str
    last4: str
    expires_on: date | None
    is_default: bool
    archived: bool
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class NewMethod:
    """Input of ``add_method``. The first method of an account becomes its default whatever is said; ``expires_on`` is the last day."""

    account_id: UUID
    gateway: str
    token: str
    kind: str = "card"
    label: str = ""
    last4: str = ""
    expires_on: date | None = None
    make_default: bool = False
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class TransactionInfo:
    """One attempt. Amounts are positive minor units; ``processed_minor`` is set when it succeeded or is held.

    ``parent_id`` is the transaction that a refund gives back, ``credit_item_id`` the ledger's item of the money.
    ``checks`` counts how often the gateway was asked again, ``next_check_at`` is when it is asked next, ``flagged_at`` when the
    platform gave up and left it to a person; ``entry_id`` is the journal entry of its money.
    """

    id: UUID
    payment_id: UUID
    parent_id: UUID | None
    credit_item_id: UUID
    operation: Operation
    state: TransactionState
    key: str
    asked_minor: int
    currency: str
    processed_minor: int | None
    processed_currency: str | None
    gateway_reference: str
    reason_code: str
    message: str
    hard: bool
    next_action: NextAction | None
    entry_id: UUID | None
    value_on: date | None
    created_at: datetime
    settled_at: datetime | None
    checks: int
    next_check_at: datetime | None
    flagged_at: datetime | None
    corrected_at: datetime | None
    leased_until: datetime | None


@dataclass(frozen=True, slots=True)
class TargetInfo:
    """An open item that a payment is for, and how much of it was asked."""

    item_id: UUID
    asked_minor: int


@dataclass(frozen=True, slots=True)
class PaymentInfo:
    """A payment with its transactions, oldest first, and its targets in the order in which they are paid.

    ``amount_minor`` was asked, ``captured_minor`` came in, ``refunded_minor`` went back. ``replayed`` is set on the answer to a
    request whose own key had succeeded before.
    """

    id: UUID
    number: str
    account_id: UUID
    legal_entity_id: UUID
    currency: str
    gateway: str
    method_id: UUID | None
    origin: str
    state: PaymentState
    amount_minor: int
    captured_minor: int
    refunded_minor: int
    description: str
    created_at: datetime
    transactions: tuple[TransactionInfo, ...] = ()
    targets: tuple[TargetInfo, ...] = ()
    replayed: bool = False

    @property
    def refundable_minor(self) -> int:
        """What came in and has not gone back."""
        return self.captured_minor - self.refunded_minor


@dataclass(frozen=True, slots=True)
class NewPayment:
    """Input of ``create_payment``: take money from a method (the account's default where ``None``).

    ``item_ids`` are the open items to pay, in that order; without them the money stays as credit of the account.
    ``amount_minor`` is what the items have left where ``None``. ``key`` is the caller's own: it belongs to one account for ever; a
    repeat after success gives the same payment, and after a decline tries again.
    """

    account_id: UUID
    amount_minor: int | None = None
    currency: str | None = None
    item_ids: tuple[UUID, ...] = ()
    method_id: UUID | None = None
    key: str = ""
    description: str = ""
    return_url: str = ""


@dataclass(frozen=True, slots=True)
class NewRefund:
    """Input of ``refund_payment``; the whole rest where ``amount_minor`` is ``None``. ``key`` as in ``NewPayment``."""

    payment_id: UUID
    amount_minor: int | None = None
    key: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """Input of ``record_receipts``: money that came in by itself (a bank transfer) on ``received_on``.

    ``reference`` is the bank's own and unique per gateway: recording it twice books it once. ``item_ids`` are paid in that order,
    then what is left stays as credit, or with ``oldest_first`` pays whatever else the account owes.
    """

    account_id: UUID
    gateway: str
    reference: str
    amount_minor: int
    currency: str
    received_on: date
    item_ids: tuple[UUID, ...] = ()
    oldest_first: bool = True
    description: str = ""
    legal_entity_id: UUID | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CollectionReport:
    """What a run of collection or reconciliation did: attempts by the state they ended in, and items that were passed over."""

    attempts: int = 0
    states: dict[str, int] = field(default_factory=dict)
    skipped: int = 0


@hookspec(on_error="omit")
def bezant_register_gateways() -> Sequence[Gateway]:
    """The gateways of a plugin. Called once per application, when a gateway is first needed; two of the same key stop the second.

    A gateway is used from several threads at once, always outside a unit of work. An exception leaves the plugin's gateways out.
    """
    return ()


@dataclass(frozen=True, slots=True)
class PaymentSucceeded(DomainEvent):
    """Money came in. The aggregate is the payment; ``amount_minor`` is what was processed."""

    type: ClassVar[str] = "payments.payment.succeeded"

    account_id: UUID
    transaction_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class PaymentFailed(DomainEvent):
    """An attempt ended without money: declined (``hard``: not to be tried again), or it never reached the processor."""

    type: ClassVar[str] = "payments.payment.failed"

    account_id: UUID
    transaction_id: UUID
    reason_code: str
    hard: bool


@dataclass(frozen=True, slots=True)
class PaymentPending(DomainEvent):
    """An attempt is accepted and not final yet."""

    type: ClassVar[str] = "payments.payment.pending"

    account_id: UUID
    transaction_id: UUID


@dataclass(frozen=True, slots=True)
class PaymentRefunded(DomainEvent):
    """Money went back."""

    type: ClassVar[str] = "payments.payment.refunded"

    account_id: UUID
    transaction_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class RefundFailed(DomainEvent):
    """A refund ended without money going back."""

    type: ClassVar[str] = "payments.refund.failed"

    account_id: UUID
    transaction_id: UUID
    reason_code: str


@dataclass(frozen=True, slots=True)
class PaymentCorrected(DomainEvent):
    """A person took back what had been booked as a success."""

    type: ClassVar[str] = "payments.payment.corrected"

    account_id: UUID
    transaction_id: UUID


@dataclass(frozen=True, slots=True)
class TransactionFlagged(DomainEvent):
    """The platform cannot find out, or may not decide, what became of a transaction: a person has to look. ``reason`` says why."""

    type: ClassVar[str] = "payments.transaction.flagged"

    account_id: UUID
    transaction_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class MethodAdded(DomainEvent):
    """An account got a payment method; the aggregate is the method."""

    type: ClassVar[str] = "payments.method.added"

    account_id: UUID


@dataclass(frozen=True, slots=True)
class MethodRemoved(DomainEvent):
    """A payment method is used no more."""

    type: ClassVar[str] = "payments.method.removed"

    account_id: UUID
