"""What is to be issued, and the input of one-off invoices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from bezant.sdk.values import SourceRef, like

INVOICE = "invoicing.invoice"
CREDIT_NOTE = "invoicing.credit_note"
"""Types of the source references by which the ledger and others name these documents."""

LineKind = Literal["recurring", "usage", "commitment", "one_time", "manual"]
CreditKind = Literal["correction", "goodwill", "void"]
InvoiceState = Literal["draft", "open", "partly_paid", "overdue", "paid", "voided", "uncollectible"]


@dataclass(frozen=True, kw_only=True)
class DraftLine:
    """One line to be billed, before discount and tax.

    ``amount_minor`` is the line's one rounded amount, ``amount_exact`` the same in major units before rounding (``None``: it is exact).
    ``[service_from, service_to)`` is what it pays for, ``[period_from, period_to)`` the grid period that encloses it, with
    ``days_used / days_period`` the fraction. ``charge_key`` and ``price_key`` are the biller's own keys (reconciliation reads
    them back), the codes are for people, filters and coupons. ``explanation`` is kept as JSON: why this amount.
    ``fixed`` marks what a person typed over a draft's computed line.
    """

    id: UUID
    kind: LineKind
    description: str
    amount_minor: int
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    amount_exact: Decimal | None = None
    charge_code: str = ""
    plan_code: str = ""
    metric_code: str = ""
    subscription_id: UUID | None = None
    charge_key: str = ""
    price_key: str = ""
    service_from: date | None = None
    service_to: date | None = None
    period_from: date | None = None
    period_to: date | None = None
    days_used: int | None = None
    days_period: int | None = None
    tax_category: str = ""
    explanation: Mapping[str, object] | None = None
    discountable: bool = True
    fixed: bool = False


@dataclass(frozen=True, kw_only=True)
class DraftInvoice:
    """An invoice to be issued. Without ``due_on`` the account's payment terms count from ``issued_on``, a day of the legal entity.

    ``source`` is what made it (a subscription's run, a ticket); ``with_pending_charges`` adds what waits for the account's next
    invoice in this currency. ``pattern`` is set by ``alike`` only: what is made from a copy with other fields has none.
    """

    id: UUID
    account_id: UUID
    legal_entity_id: UUID
    currency: str
    issued_on: date
    lines: tuple[DraftLine, ...]
    due_on: date | None = None
    source: SourceRef | None = None
    purchase_order: str = ""
    notes: str = ""
    with_pending_charges: bool = True
    pattern: "DraftInvoice | None" = field(default=None, init=False, repr=False, compare=False)

    def alike(self, id: UUID, account_id: UUID, lines: tuple[DraftLine, ...]) -> "DraftInvoice":
        """The same invoice for another account: it differs in these ids and in the ids and subscriptions of its lines, in nothing
        else. What is alike on a page is priced once."""
        return like(self, id=id, account_id=account_id, lines=lines, pattern=self)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLine:
    """What is given back of one invoice line, before its share of discount and tax is taken back.

    A correction names the span ``[from_on, to_on)`` that is no longer billed and frees it; goodwill has no span and only lowers
    what is left on the line. ``void`` is made by ``void_invoice`` alone.
    """

    line_id: UUID
    amount_minor: int
    kind: CreditKind = "correction"
    from_on: date | None = None
    to_on: date | None = None
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftCreditNote:
    """A credit note to be issued against one invoice. ``reason`` is printed. A line may be named more than once."""

    id: UUID
    invoice_id: UUID
    issued_on: date
    lines: tuple[CreditLine, ...]
    reason: str = ""
    source: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """Input of one line of a one-off invoice: quantity times unit price (major units, exact), rounded once."""

    description: str
    unit_price: Decimal
    quantity: Decimal = Decimal(1)
    tax_category: str = ""
    charge_code: str = ""
    service_from: date | None = None
    service_to: date | None = None
    discountable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEdit:
    """What a person types over a line of a draft; ``None`` leaves it. Without a unit price the computed one is kept."""

    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvoice:
    """Input of ``create_draft``. What is ``None`` is taken from the account: its currency, its terms, today at its legal entity."""

    account_id: UUID
    lines: tuple[NewLine, ...]
    currency: str | None = None
    issued_on: date | None = None
    due_on: date | None = None
    purchase_order: str = ""
    notes: str = ""
    with_pending_charges: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEdit:
    """Input of ``edit_draft``; ``None`` leaves a field as it is. ``lines`` replace all lines."""

    issued_on: date | None = None
    due_on: date | None = None
    purchase_order: str | None = None
    notes: str | None = None
    lines: tuple[NewLine, ...] | None = None

    @property
    def changed(self) -> str:
        """Names of the fields that are given, with commas."""
        return ",".join(name for name in self.__slots__ if getattr(self, name) is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPendingCharge:
    """Input of ``add_pending_charge``: what is to be added to the account's next invoice."""

    account_id: UUID
    line: NewLine
    currency: str | None = None
