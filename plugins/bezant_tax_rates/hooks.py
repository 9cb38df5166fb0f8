"""What tax rates contribute."""

from collections.abc import Sequence

from flask import Blueprint

from bezant.sdk.values import hookimpl
from bezant.sdk.web import NavItem
from bezant_invoicing.contracts import DraftInvoice, TaxQuote
from bezant_tax_rates import api, services, views

NAVIGATION = (NavItem("Catalog", "Tax rates", "tax_rates.rates", "percentage", "tax_rates.rate.view", 50),)


@hookimpl
def bezant_add_api() -> Sequence[Blueprint]:
    """REST resources."""
    return (api.blueprint,)


@hookimpl
def bezant_add_views() -> Sequence[Blueprint]:
    """Pages."""
    return (views.blueprint,)


@hookimpl
def bezant_add_navigation() -> Sequence[NavItem]:
    """Entries of the side navigation."""
    return NAVIGATION


@hookimpl
def bezant_quote_taxes(drafts: Sequence[DraftInvoice]) -> Sequence[TaxQuote]:
    """Rates for a page of invoices."""
    return services.quote_taxes(drafts)
