"""Discounts: one after the other, each on what the earlier ones left of a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bezant.sdk.values import Exact, PluginError, round_half_away
from bezant_invoicing.contracts import Discount, DraftInvoice

_PLACES = 12


@dataclass(frozen=True, slots=True)
class Offered:
    """A discount with the plugin that offers it."""

    plugin: str
    discount: Discount


def take_discounts(draft: DraftInvoice, offers: Sequence[Offered]) -> list[Discount]:
    """The discounts that an invoice takes: in order, capped at what is left of each line, those that lower nothing left out.

    Raises ``PluginError`` for an offer that does not fit the invoice.
    """
    left = [line.amount_minor if line.discountable else 0 for line in draft.lines]
    taken = []
    for offer in sorted(offers, key=lambda o: o.discount.order):
        _check(draft, offer)
        capped = _cap(offer.discount, left)
        if any(capped.amounts):
            left = [rest - amount for rest, amount in zip(left, capped.amounts, strict=True)]
            taken.append(capped)
    return taken


def as_decimal(value: Exact) -> Decimal:
    """An exact number as a decimal of at most twelve places, as it is kept beside the whole one."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    return Decimal(round_half_away(value * 10**_PLACES)).scaleb(-_PLACES)


def exact_sum(parts: Sequence[Exact]) -> Decimal:
    """The sum of exact shares."""
    return as_decimal(sum((Fraction(part) for part in parts), Fraction(0)))


def _cap(discount: Discount, left: Sequence[int]) -> Discount:
    """Where a line has less left than offered, the discount takes what is left."""
    if all(amount <= rest for amount, rest in zip(discount.amounts, left, strict=True)):
        return discount
    amounts = tuple(min(pair) for pair in zip(discount.amounts, left, strict=True))
    exact = tuple(min(share, rest) if amount == rest else share for share, amount, rest in zip(discount.exact, amounts, left, strict=True))
    return Discount(discount.source, discount.code, discount.label, amounts, exact, discount.order)


def _check(draft: DraftInvoice, offer: Offered) -> None:
    count = len(draft.lines)
    if len(offer.discount.amounts) != count or len(offer.discount.exact) != count:
        raise PluginError(
            offer.plugin, f"discount {offer.discount.code!r} must name an amount for each of the {count} lines of invoice {draft.id}"
        )
    if any(amount < 0 for amount in offer.discount.amounts):
        raise PluginError(offer.plugin, f"discount {offer.discount.code!r} on invoice {draft.id} is negative; a discount lowers an invoice")
