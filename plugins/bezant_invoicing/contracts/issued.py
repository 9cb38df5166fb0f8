"""What came of drafts: documents as they were issued, or as they would be."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from bezant.sdk.values import SourceRef
from bezant_invoicing.contracts.drafts import CreditKind, CreditLine, DraftLine
from bezant_invoicing.contracts.quotes import Discount, LineAccounts, TaxRate


@dataclass(frozen=True)
class IssuedLine:
    """A line with its parts. ``tax_minor`` is all tax on it, ``tax_included_minor`` the part that its amount contains.

    Net = amount − discount − included tax.
    """

    draft: DraftLine
    discount_minor: int
    discount_exact: Decimal
    tax_minor: int
    tax_included_minor: int
    accounts: LineAccounts


@dataclass(frozen=True, slots=True)
class IssuedDiscount:
    """A discount as applied: per line whole minor units and exact shares."""

    id: UUID
    discount: Discount
    amount_minor: int


@dataclass(frozen=True)
class IssuedTax:
    """One rate of an invoice: base (net of the tax itself) and the tax, rounded once.

    ``lines`` are the indices of the lines it applies to, ``shares`` its parts on them, in the same order.
    """

    id: UUID
    rate: TaxRate
    base_minor: int
    tax_minor: int
    lines: tuple[int, ...]
    shares: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class IssuedInvoice:
    """An invoice as issued, or as it would be (then without number and open item).

    ``subtotal_minor − discount_minor + (tax_minor − tax_included_minor) = total_minor``; ``credited_minor`` of it was set off
    against credit in the same transaction, so that ``due_minor`` is left to pay. ``pattern`` is the invoice of the page that this one
    is like in all but ids, number and parties.
    """

    id: UUID
    number: str
    account_id: UUID
    payer_id: UUID
    legal_entity_id: UUID
    currency: str
    issued_on: date
    due_on: date
    source: SourceRef | None
    lines: tuple[IssuedLine, ...]
    discounts: tuple[IssuedDiscount, ...]
    taxes: tuple[IssuedTax, ...]
    subtotal_minor: int
    discount_minor: int
    tax_minor: int
    tax_included_minor: int
    total_minor: int
    credited_minor: int = 0
    open_item_id: UUID | None = None
    pattern: "IssuedInvoice | None" = field(default=None, init=False, repr=False, compare=False)

    @property
    def net_minor(self) -> int:
        """What the lines come to after discount, without any tax."""
        return self.total_minor - self.tax_minor

    @property
    def due_minor(self) -> int:
        """What is left to pay right after issuing."""
        return self.total_minor - self.credited_minor


@dataclass(frozen=True, slots=True)
class IssuedCreditLine:
    """A credited part of a line: ``discount_minor`` is the discount taken back, ``tax_included_minor`` the tax contained in the rest."""

    id: UUID
    draft: CreditLine
    discount_minor: int
    tax_included_minor: int


@dataclass(frozen=True, slots=True)
class IssuedCreditTax:
    """Tax given back at one rate of the invoice (``tax_id``)."""

    tax_id: UUID
    rate: TaxRate
    base_minor: int
    tax_minor: int


@dataclass(frozen=True, kw_only=True)
class IssuedCreditNote:
    """A credit note as issued, or as it would be. All amounts are positive: what the account gets back."""

    id: UUID
    number: str
    kind: CreditKind
    reason: str
    invoice_id: UUID
    account_id: UUID
    payer_id: UUID
    legal_entity_id: UUID
    currency: str
    issued_on: date
    source: SourceRef | None
    lines: tuple[IssuedCreditLine, ...]
    taxes: tuple[IssuedCreditTax, ...]
    subtotal_minor: int
    discount_minor: int
    tax_minor: int
    tax_included_minor: int
    total_minor: int
    credit_item_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class IssuedPage:
    """What ``issue_page`` issued, in the order asked for."""

    invoices: tuple[IssuedInvoice, ...] = ()
    credit_notes: tuple[IssuedCreditNote, ...] = ()


@dataclass(frozen=True, slots=True)
class VoidedInvoice:
    """An invoice that was voided: its lines no longer bill anything. ``credit_note`` is the one that voids it."""

    invoice_id: UUID
    account_id: UUID
    credit_note: IssuedCreditNote


@dataclass(frozen=True, slots=True)
class LineBalance:
    """What is left on a finalized line: ``left_minor = amount_minor − Σ credits`` of credit notes that were not voided."""

    line_id: UUID
    invoice_id: UUID
    amount_minor: int
    left_minor: int
