"""Which rates a line carries. The arithmetic of tax is invoicing's.

Place of taxation: the buyer's country where rates are known for it (or for everywhere); within the EU else the seller's. A buyer
with a VAT id in another member state than the seller owes the tax itself (Article 196 of Directive 2006/112/EC).
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bezant.sdk.values import Problem
from bezant_invoicing.contracts import TaxRate
from bezant_tax_rates.contracts import ANY, Buyer, NewRate, Rate

_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU = frozenset(_MEMBERS.split())
"""Member states of the European Union."""

REVERSE_CHARGE = TaxRate(
    code="reverse-charge",
    label="Reverse charge",
    percent=Decimal(0),
    category="AE",
    reason="Reverse charge: VAT is due from the customer (Article 196 of Directive 2006/112/EC).",
)
EXEMPT = TaxRate(code="exempt", label="Exempt", percent=Decimal(0), category="E", reason="The customer is exempt from this tax.")

MOST_PERCENT = Decimal(1000)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_COUNTRY = re.compile(r"([A-Z]{2})?")


def check_rate(rate: NewRate) -> list[Problem]:
    """Everything that is wrong with a rate."""
    tests = (
        (bool(_CODE.fullmatch(rate.code)), "code", "bad_code", "A code has up to 64 letters, digits, dots, hyphens and underscores."),
        (bool(_CODE.fullmatch(rate.tax)), "tax", "bad_code", "Say which tax it is, such as vat or sales_tax."),
        (bool(rate.label.strip()), "label", "required", "The label stands on invoices: write one."),
        (0 <= rate.percent <= MOST_PERCENT, "percent", "out_of_range", f"A rate is between 0 and {MOST_PERCENT} per cent."),
        (bool(_COUNTRY.fullmatch(rate.country)), "country", "bad_country", "Write a country code of two capitals such as US, or nothing."),
        (not rate.region or bool(rate.country), "region", "no_country", "A region needs its country."),
        (not _ends_early(rate), "valid_to", "not_after_start", "The rate would end before it begins."),
        (rate.percent != 0 or rate.category != "S", "category", "not_standard", "A rate of zero is zero-rated, exempt or out of scope."),
    )
    return [Problem(field, code, message) for sound, field, code, message in tests if not sound]


def choose_rates(rates: Sequence[Rate], tax_category: str, buyer: Buyer, seller_country: str, on: date) -> tuple[TaxRate, ...]:
    """The rates of a line of that category, issued on that day; empty where it is untaxed.

    Of one tax the most specific rate applies: category before region before country. Rates of different taxes all apply.
    """
    valid = [rate for rate in rates if _holds(rate, on) and rate.tax_category in (ANY, tax_category)]
    if _owes_itself(buyer, seller_country):
        reversed_taxes = {rate.tax for rate in _matching(valid, seller_country, ANY) if rate.reverse_charge}
        others = [_printed(rate) for rate in _matching(valid, buyer.country, buyer.region) if rate.tax not in reversed_taxes]
        return _exempted((*((REVERSE_CHARGE,) if reversed_taxes else ()), *others), buyer)
    found = _matching(valid, buyer.country or seller_country, buyer.region)
    if not found and buyer.country in EU and seller_country in EU:
        found = _matching(valid, seller_country, ANY)
    return _exempted(tuple(_printed(rate) for rate in found), buyer)


def _ends_early(rate: NewRate) -> bool:
    return rate.valid_from is not None and rate.valid_to is not None and rate.valid_to <= rate.valid_from


def _holds(rate: Rate, on: date) -> bool:
    return (rate.valid_from is None or rate.valid_from <= on) and (rate.valid_to is None or on < rate.valid_to)


def _owes_itself(buyer: Buyer, seller_country: str) -> bool:
    return seller_country in EU and buyer.vat_country in EU and buyer.vat_country != seller_country and buyer.country != seller_country


def _matching(rates: Sequence[Rate], country: str, region: str) -> list[Rate]:
    """The most specific rate of each tax at a place, in order of the taxes' names."""
    here = [rate for rate in rates if rate.country in (ANY, country) and rate.region in (ANY, region)]
    best: dict[str, Rate] = {}
    for rate in sorted(here, key=lambda one: (one.tax, _specificity(one), one.valid_from or date.min, one.code)):
        best[rate.tax] = rate
    return list(best.values())


def _specificity(rate: Rate) -> tuple[bool, bool, bool]:
    return rate.tax_category != ANY, rate.region != ANY, rate.country != ANY


def _printed(rate: Rate) -> TaxRate:
    return TaxRate(rate.code, rate.label, rate.percent, rate.inclusive, rate.category, rate.reason)


def _exempted(rates: tuple[TaxRate, ...], buyer: Buyer) -> tuple[TaxRate, ...]:
    """One row of zero per cent says why an exempt buyer pays none; where nothing is taxed nothing needs saying."""
    if not buyer.exempt:
        return rates
    return (EXEMPT,) if any(rate.percent for rate in rates) else ()
