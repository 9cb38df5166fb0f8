"""Documents as they are stored, for pages, the API and other plugins."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from bezant.sdk.values import SourceRef
from bezant_invoicing.contracts.drafts import CreditKind, DraftLine, InvoiceState
from bezant_invoicing.contracts.quotes import TaxRate


@dataclass(frozen=True, slots=True, kw_only=True)
class LineInfo:
    """A stored line: what was drafted, its parts, and what is left to credit."""

    draft: DraftLine
    discount_minor: int
    discount_exact: Decimal
    tax_minor: int
    tax_included_minor: int
    income_account: str
    rates: tuple[TaxRate, ...]
    credited_minor: int

    @property
    def left_minor(self) -> int:
        """What may still be credited."""
        return self.draft.amount_minor - self.credited_minor


@dataclass(frozen=True, slots=True)
class TaxInfo:
    """A rate with its base and tax, as stored."""

    id: UUID
    rate: TaxRate
    base_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class DiscountInfo:
    """What lowered an invoice, as stored."""

    id: UUID
    source: SourceRef
    code: str
    label: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceInfo:
    """A stored invoice or draft. ``open_minor`` is what is left to pay; ``state`` follows from it, from the due day and from today.

    ``credited_minor`` was set off against credit when it was issued.
    """

    id: UUID
    number: str
    state: InvoiceState
    account_id: UUID
    payer_id: UUID
    legal_entity_id: UUID
    currency: str
    issued_on: date
    due_on: date
    subtotal_minor: int
    discount_minor: int
    tax_minor: int
    tax_included_minor: int
    total_minor: int
    credited_minor: int
    open_minor: int
    effective_tax_percent: Decimal | None
    open_item_id: UUID | None
    source: SourceRef | None
    purchase_order: str
    notes: str
    finalized_at: datetime | None
    closed_as: str
    closed_at: datetime | None
    created_at: datetime
    version: int
    seller_id: UUID | None
    buyer_id: UUID | None
    lines: tuple[LineInfo, ...]
    discounts: tuple[DiscountInfo, ...]
    taxes: tuple[TaxInfo, ...]

    @property
    def net_minor(self) -> int:
        """What is left after discount, without any tax."""
        return self.total_minor - self.tax_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLineInfo:
    """A stored credit of an invoice line."""

    id: UUID
    line_id: UUID
    kind: CreditKind
    description: str
    from_on: date | None
    to_on: date | None
    amount_minor: int
    discount_minor: int
    tax_included_minor: int
    rates: tuple[TaxRate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNoteInfo:
    """A stored credit note. ``left_minor`` is what of its credit is not used yet."""

    id: UUID
    number: str
    kind: CreditKind
    reason: str
    invoice_id: UUID
    invoice_number: str
    invoice_issued_on: date
    account_id: UUID
    payer_id: UUID
    legal_entity_id: UUID
    currency: str
    issued_on: date
    subtotal_minor: int
    discount_minor: int
    tax_minor: int
    tax_included_minor: int
    total_minor: int
    left_minor: int
    credit_item_id: UUID | None
    source: SourceRef | None
    finalized_at: datetime
    voided_at: datetime | None
    seller_id: UUID
    buyer_id: UUID
    lines: tuple[CreditLineInfo, ...]
    taxes: tuple[TaxInfo, ...]
