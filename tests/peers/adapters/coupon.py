"""Coupons: what each takes off an invoice, line by line, and what is left of it."""

from fractions import Fraction
from typing import Any

from ..comparing import Near
from . import Answer, Given
from ._documents import exact_discounts, make_document

FIFTH_DECIMAL = Fraction(2, 10**5)
"""The other system keeps shares to five decimals."""


def answer(given: Given, asked: Any) -> Answer:
    """``{currency, invoice_lines, coupons_in_order_applied, tax_rates_percent}`` → discounts, states, totals."""
    made = make_document(given["invoice_lines"], given["currency"], given.get("tax_rates_percent") or {}, given["coupons_in_order_applied"])
    invoice = made.invoice
    return {
        "coupon_amounts_minor": made.coupons,
        "coupon_states": made.states,
        "line_discounts_minor": [Near(Fraction(share), FIFTH_DECIMAL) for share in exact_discounts(invoice)],
        "line_tax_minor": [line.tax_minor for line in invoice.lines],
        "coupons_total_minor": invoice.discount_minor,
        "subtotal_minor": invoice.net_minor,
        "subtotal_after_coupons_minor": invoice.net_minor,
        "tax_minor": invoice.tax_minor,
        "total_minor": invoice.total_minor,
    }
