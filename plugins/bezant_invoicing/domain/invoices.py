"""An invoice from its draft: lines → discounts → tax → amount due. Every part adds up to its whole."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from bezant.sdk.values import like, new_id
from bezant_invoicing.contracts import Discount, DraftInvoice, IssuedDiscount, IssuedInvoice, IssuedLine, IssuedTax, LineAccounts
from bezant_invoicing.domain.discounts import exact_sum
from bezant_invoicing.domain.taxes import Rates, Tax, compute_taxes

_ZERO = Decimal(0)
_PLAIN = LineAccounts()


def compute_invoice(
    draft: DraftInvoice,
    *,
    payer_id: UUID,
    due_on: date,
    discounts: Sequence[Discount] = (),
    rates: Sequence[Rates] = (),
    accounts: Mapping[UUID, LineAccounts] | None = None,
) -> IssuedInvoice:
    """The invoice as it would be issued, without number; what will be its open item has its id already.

    ``discounts`` fit the draft (see ``take_discounts``), ``rates`` name those of each line (none at all: untaxed), ``accounts`` the
    ledger accounts of lines that have others than the default.
    """
    gross = [line.amount_minor for line in draft.lines]
    discounted = _discount_per_line(discounts, len(gross))
    nets = [amount - discount for amount, discount in zip(gross, discounted, strict=True)] if discounts else gross
    taxes = compute_taxes(nets, rates) if rates else []
    tax, included = _tax_per_line(taxes, len(gross))
    exact = _exact_per_line(discounts, len(gross))
    chosen = accounts or {}
    lines = tuple(
        IssuedLine(line, discounted[i], exact[i], tax[i], included[i], chosen.get(line.id, _PLAIN)) for i, line in enumerate(draft.lines)
    )
    subtotal, discount, tax_sum, included_sum = sum(gross), sum(discounted), sum(tax), sum(included)
    total = subtotal - discount + tax_sum - included_sum
    return IssuedInvoice(
        id=draft.id,
        number="",
        account_id=draft.account_id,
        payer_id=payer_id,
        legal_entity_id=draft.legal_entity_id,
        currency=draft.currency,
        issued_on=draft.issued_on,
        due_on=due_on,
        source=draft.source,
        lines=lines,
        discounts=tuple(IssuedDiscount(new_id(), d, sum(d.amounts)) for d in discounts),
        taxes=tuple(IssuedTax(new_id(), t.rate, t.base_minor, t.tax_minor, t.lines, t.shares) for t in taxes),
        subtotal_minor=subtotal,
        discount_minor=discount,
        tax_minor=tax_sum,
        tax_included_minor=included_sum,
        total_minor=total,
        open_item_id=new_id() if total else None,
    )


def invoice_alike(pattern: IssuedInvoice, draft: DraftInvoice, payer_id: UUID) -> IssuedInvoice:
    """The invoice of a draft that is like the pattern's: the same amounts under other ids."""
    return like(
        pattern,
        id=draft.id,
        account_id=draft.account_id,
        payer_id=payer_id,
        lines=tuple([like(line, draft=own) for line, own in zip(pattern.lines, draft.lines, strict=True)]),
        taxes=tuple([like(tax, id=new_id()) for tax in pattern.taxes]),
        open_item_id=new_id() if pattern.total_minor else None,
        pattern=pattern,
    )


def due_day(issued_on: date, terms_days: int) -> date:
    """The day an invoice is due by payment terms of so many days."""
    return issued_on + timedelta(days=terms_days)


def _discount_per_line(discounts: Sequence[Discount], count: int) -> list[int]:
    if not discounts:
        return [0] * count
    return [sum(d.amounts[i] for d in discounts) for i in range(count)]


def _exact_per_line(discounts: Sequence[Discount], count: int) -> list[Decimal]:
    if not discounts:
        return [_ZERO] * count
    return [exact_sum([d.exact[i] for d in discounts]) for i in range(count)]


def _tax_per_line(taxes: Sequence[Tax], count: int) -> tuple[list[int], list[int]]:
    """All tax per line, and the part of it that the line's amount contains."""
    tax, included = [0] * count, [0] * count
    for one in taxes:
        for line, part in zip(one.lines, one.shares, strict=True):
            tax[line] += part
            if one.rate.inclusive:
                included[line] += part
    return tax, included
