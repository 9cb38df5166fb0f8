"""Short ways to say what a document consists of."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from bezant.sdk.values import SourceRef, new_id, share
from bezant_invoicing.contracts import (
    CreditLine,
    Discount,
    DraftCreditNote,
    DraftInvoice,
    DraftLine,
    IssuedInvoice,
    TaxRate,
)
from bezant_invoicing.domain.credits import CreditableInvoice
from bezant_invoicing.domain.invoices import compute_invoice

DAY = date(2013, 2, 1)
VAT = TaxRate("vat", "VAT 20 %", Decimal(20))
REDUCED = TaxRate("reduced", "VAT 7 %", Decimal(7))
CITY = TaxRate("city", "City tax 1.5 %", Decimal("1.5"))
CONTAINED = TaxRate("contained", "VAT 19 % included", Decimal(19), inclusive=True)
LEVY = TaxRate("levy", "Levy 2.5 % included", Decimal("2.5"), inclusive=True)


def line(amount: int, **other: object) -> DraftLine:
    return DraftLine(**{"id": new_id(), "kind": "manual", "description": "Work", "amount_minor": amount, **other})  # type: ignore[arg-type]


def draft(*amounts: int, lines: Sequence[DraftLine] = (), **other: object) -> DraftInvoice:
    given = {"id": new_id(), "account_id": new_id(), "legal_entity_id": new_id(), "currency": "EUR", "issued_on": DAY}
    given["lines"] = tuple(lines) or tuple(line(amount) for amount in amounts)  # type: ignore[assignment]
    return DraftInvoice(**{**given, **other})  # type: ignore[arg-type]


def discount(*amounts: int, order: int = 0) -> Discount:
    return Discount(SourceRef("coupons.redemption", new_id()), "TEN", "Ten off", amounts, tuple(Decimal(a) for a in amounts), order)


def spread(total: int, amounts: Sequence[int]) -> Discount:
    return discount(*share(total, amounts))


def invoice(amounts: Sequence[int], *, rates: Sequence[tuple[TaxRate, ...]] = (), discounted: int = 0) -> IssuedInvoice:
    discounts = [spread(discounted, amounts)] if discounted else []
    return compute_invoice(draft(*amounts), payer_id=new_id(), due_on=DAY, rates=rates, discounts=discounts)


def credit(of: CreditableInvoice, *parts: tuple[UUID, int], kind: str = "correction") -> DraftCreditNote:
    lines = tuple(CreditLine(line_id=line_id, amount_minor=amount, kind=kind) for line_id, amount in parts)  # type: ignore[arg-type]
    return DraftCreditNote(id=new_id(), invoice_id=of.id, issued_on=DAY, lines=lines, reason="Correction")
