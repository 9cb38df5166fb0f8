"""Taxes: which rate a line carries, and what an invoice comes to."""

from typing import Any
from uuid import uuid4

from bezant_invoicing.contracts import TaxRate
from bezant_invoicing.domain.taxes import compute_taxes, effective_percent
from bezant_tax_rates.contracts import ANY, Buyer, Rate
from bezant_tax_rates.domain import choose_rates

from . import Answer, Given
from ._documents import ANY_DAY, make_document
from ._metrics import number

LEVEL = "_rate_percent"
COUNTRY, REGION = "FR", "HOME"
PLACES = {"default": (ANY, ANY), "billing_entity": (COUNTRY, ANY), "customer": (COUNTRY, REGION)}
"""Levels that are about who pays: rates of a place, here one with a single customer in it. All others are about what is paid."""
OWN = {"usage": "charge", "fixed": "fixed_charge", "fixed_charge": "fixed_charge", "add_on": "add_on", "commitment": "commitment"}
"""The level of a line's own rate, by its kind; lines of a plan without one take the plan's tax category."""


def answer(given: Given, asked: Any) -> Answer:
    """Lines with their rates → tax and total, or ``<level>_rate_percent`` for a line → its tax."""
    if "line_amount_minor" in given:
        rates = _chosen(given)
        taxes = compute_taxes([given["line_amount_minor"]], [rates])
        return {"tax_minor": sum(tax.tax_minor for tax in taxes), "tax_rates_percent": [rate.percent for rate in rates]}
    coupons = given.get("coupons_in_order_applied") or ()
    invoice = make_document(given["invoice_lines"], given["currency"], given.get("tax_rates_percent") or {}, coupons).invoice
    return {
        "subtotal_minor": invoice.net_minor,
        "coupons_total_minor": invoice.discount_minor,
        "tax_minor": invoice.tax_minor,
        "line_tax_minor": [line.tax_minor for line in invoice.lines],
        "total_minor": invoice.total_minor,
        "invoice_tax_rate_percent": effective_percent(invoice.net_minor, invoice.tax_minor),
    }


def _chosen(given: Given) -> tuple[TaxRate, ...]:
    percents = {key.removesuffix(LEVEL): value for key, value in given.items() if key.endswith(LEVEL) and value is not None}
    levels = (OWN.get(given.get("line_kind") or ""), "plan")
    category = next((level for level in levels if level in percents), None) or "standard"
    rates = [_rate(level, percent) for level, percent in percents.items()]
    return choose_rates(rates, category, Buyer(COUNTRY, REGION), COUNTRY, ANY_DAY)


def _rate(level: str, percent: Any) -> Rate:
    country, region = PLACES.get(level, (ANY, ANY))
    category = ANY if level in PLACES else level
    return Rate(uuid4(), level, level, number(percent), "vat", country, region, category, False, False, "S", "", None, None)
