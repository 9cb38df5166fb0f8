"""What hooks answer: discounts, tax rates, ledger accounts."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from bezant.sdk.values import Exact, SourceRef


@dataclass(frozen=True, slots=True)
class Discount:
    """One source's discount on one invoice.

    ``amounts`` holds whole minor units per line of the invoice, in its order, ``exact`` the shares before they were made whole
    (minor units). ``order`` decides which of several discounts is taken first.
    """

    source: SourceRef
    code: str
    label: str
    amounts: tuple[int, ...]
    exact: tuple[Exact, ...]
    order: int = 0


@dataclass(frozen=True, slots=True)
class DiscountQuote:
    """All discounts of one plugin on one invoice."""

    invoice_id: UUID
    discounts: tuple[Discount, ...]


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A rate as it is printed. ``percent`` 8.875 is 8.875 %; ``inclusive``: the line's amount contains the tax.

    ``category`` is the code of EN 16931 (UNCL 5305: S standard, Z zero, E exempt, AE reverse charge, G export, O outside scope),
    ``reason`` why nothing is charged, printed with rates of zero.
    """

    code: str
    label: str
    percent: Decimal
    inclusive: bool = False
    category: str = "S"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TaxQuote:
    """The rates of one invoice: ``rates[i]`` are those of its line ``i``, ``()`` for untaxed, ``None`` where the provider has no say."""

    invoice_id: UUID
    rates: tuple[tuple[TaxRate, ...] | None, ...]


@dataclass(frozen=True, slots=True)
class LineAccounts:
    """Ledger accounts of a line: what its amount is credited to, and what its discount is debited to."""

    income: str = "revenue"
    discounts: str = "discounts"
