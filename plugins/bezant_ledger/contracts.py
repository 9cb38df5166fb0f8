"""What other plugins may know of the ledger: frozen values, codes, events and readable tables.

**Signs.** Postings are signed minor units: debit positive, credit negative; an entry's postings sum to zero. Open items, residuals
and allocations are positive amounts (an un-allocation is negative).

**The item rule.** Three ledger accounts keep items, so that their balance always equals what is left of their items:

=====================================  =====================================  ==========================================
posting                                on ``receivables``                     on ``unapplied_cash``, ``customer_credit``
=====================================  =====================================  ==========================================
opens an item                          debit with ``account_id``, ``due_on``  credit with ``account_id``
takes from an item (``item_id`` set)   credit: write-off, void                debit: refund, void
gives back to it (``item_id`` set)     debit: write-off undone                credit: refund undone
=====================================  =====================================  ==========================================

The item's id is the id of the posting that opened it. An allocation ties a credit item to a receivable item and is itself a journal
entry, Dr ``unapplied_cash`` or ``customer_credit``, Cr ``receivables``, both postings with ``item_id``.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from bezant.sdk.values import DomainEvent, ReadModel, SourceRef

RECEIVABLES = "receivables"
UNAPPLIED_CASH = "unapplied_cash"
CUSTOMER_CREDIT = "customer_credit"
CASH = "cash"
REVENUE = "revenue"
DEFERRED_REVENUE = "deferred_revenue"
DISCOUNTS = "discounts"
TAX_PAYABLE = "tax_payable"
FEES = "fees"
REFUNDS = "refunds"
DISPUTE_LOSSES = "dispute_losses"
WRITE_OFFS = "write_offs"
FX_GAIN_LOSS = "fx_gain_loss"
FX_CLEARING = "fx_clearing"
ROUNDING = "rounding"
"""Codes of the default chart. A code with a colon is a sub-account of what stands before it (``cash:sandbox``), opened on first use."""

ENTRIES = ReadModel(
    "ledger_entries",
    id="uuid",
    date="day",
    legal_entity_id="uuid",
    currency="text",
    source_type="text",
    source_id="uuid",
    source_number="text",
    description="text",
    posted_at="instant",
)
POSTINGS = ReadModel(
    "ledger_postings",
    id="uuid",
    entry_id="uuid",
    ledger_account="text",
    account_id="uuid",
    payer_id="uuid",
    item_id="uuid",
    due_on="day",
    amount_minor="minor",
)
OPEN_ITEMS = ReadModel(
    "ledger_open_items",
    id="uuid",
    kind="text",
    ledger_account="text",
    legal_entity_id="uuid",
    account_id="uuid",
    payer_id="uuid",
    currency="text",
    source_type="text",
    source_id="uuid",
    source_number="text",
    due_on="day",
    posted_on="day",
    amount_minor="minor",
    residual_minor="minor",
)
ALLOCATIONS = ReadModel(
    "ledger_allocations",
    id="uuid",
    entry_id="uuid",
    credit_item_id="uuid",
    item_id="uuid",
    amount_minor="minor",
    allocated_on="day",
)
"""Either item may be empty: no ``credit_item_id`` for a write-off or void, no ``item_id`` for a refund of credit."""

ItemKind = Literal["receivable", "credit"]
AccountType = Literal["asset", "liability", "equity", "income", "expense"]


@dataclass(frozen=True, slots=True)
class LedgerAccountInfo:
    """One account of the chart. ``items`` is the kind of open items it keeps; ``per_account`` says that a balance is kept per account."""

    code: str
    title: str
    type: AccountType
    items: ItemKind | None = None
    per_account: bool = False
    archived: bool = False


@dataclass(frozen=True, slots=True)
class NewPosting:
    """One side of an entry; see the item rule at the top. ``payer_id`` is who owes or owns the item: ``account_id`` where ``None``.

    ``id`` may be given by a caller who wants to know the item's id beforehand.
    """

    ledger_account: str
    amount_minor: int
    account_id: UUID | None = None
    due_on: date | None = None
    payer_id: UUID | None = None
    item_id: UUID | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A journal entry to post: ``date`` is a day of the legal entity's zone, ``id`` is the caller's (``new_id()``).

    ``moves`` says what happens when ``date`` lies in a closed period: the entry of a document (``True``) is posted on the first open
    day while the document keeps its own; any other is refused.
    """

    id: UUID
    date: date
    legal_entity_id: UUID
    currency: str
    source: SourceRef
    description: str
    postings: tuple[NewPosting, ...]
    moves: bool = True
    reverses_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class OpenItemInfo:
    """An open item; ``residual_minor`` is what is left of ``amount_minor`` (now, or on the day that was asked for).

    ``due_on`` is empty for credits. The item of a document of zero is settled from the start.
    """

    id: UUID
    kind: ItemKind
    ledger_account: str
    legal_entity_id: UUID
    account_id: UUID
    payer_id: UUID
    currency: str
    source: SourceRef
    due_on: date | None
    posted_on: date
    amount_minor: int
    residual_minor: int

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left of it."""
        return self.residual_minor == 0


@dataclass(frozen=True, slots=True)
class NewAllocation:
    """``amount_minor`` of a credit item pays a receivable item; negative takes it back. ``date`` as in ``NewEntry``; ``source`` as
    the credit item's where ``None``; ``id`` becomes the allocation's."""

    credit_item_id: UUID
    item_id: UUID
    amount_minor: int
    date: date
    source: SourceRef | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AllocationInfo:
    """An allocation as posted. ``credit_item_id`` is empty for a write-off or void, ``item_id`` for a refund of credit."""

    id: UUID
    entry_id: UUID
    credit_item_id: UUID | None
    item_id: UUID | None
    amount_minor: int
    date: date


@dataclass(frozen=True, slots=True)
class PostingInfo:
    """A posting as stored."""

    id: UUID
    ledger_account: str
    amount_minor: int
    account_id: UUID | None
    payer_id: UUID | None
    item_id: UUID | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class EntryInfo:
    """A journal entry as stored."""

    id: UUID
    date: date
    legal_entity_id: UUID
    currency: str
    source: SourceRef
    description: str
    reverses_id: UUID | None
    postings: tuple[PostingInfo, ...]


@dataclass(frozen=True, slots=True)
class BalanceInfo:
    """A balance in minor units, debit positive; ``account_id`` is empty for the whole ledger account."""

    legal_entity_id: UUID
    ledger_account: str
    account_id: UUID | None
    currency: str
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that does not hold: ``code`` is stable, ``where`` names the row, ``message`` says what and by how much."""

    code: str
    where: str
    message: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What ``verify`` went through, and the first difference it met (``None``: all is well)."""

    entries: int
    postings: int
    seals: int
    balances: int
    open_items: int
    allocations: int
    difference: Difference | None

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return self.difference is None


@dataclass(frozen=True, slots=True)
class OpenItemOpened(DomainEvent):
    """An item was opened. The aggregate is the item; ``kind`` is ``receivable`` or ``credit``."""

    type: ClassVar[str] = "ledger.open_item.opened"

    kind: str
    account_id: UUID
    payer_id: UUID
    source_type: str
    source_id: UUID


@dataclass(frozen=True, slots=True)
class OpenItemSettled(DomainEvent):
    """Nothing is left of an item: it was paid, credited, written off, or (a credit) used up."""

    type: ClassVar[str] = "ledger.open_item.settled"

    kind: str
    account_id: UUID
    payer_id: UUID
    source_type: str
    source_id: UUID


@dataclass(frozen=True, slots=True)
class OpenItemReopened(DomainEvent):
    """Something is left again of an item that was settled."""

    type: ClassVar[str] = "ledger.open_item.reopened"

    kind: str
    account_id: UUID
    payer_id: UUID
    source_type: str
    source_id: UUID
