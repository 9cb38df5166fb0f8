"""What coupons contribute."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint

from bezant.sdk.values import hookimpl
from bezant.sdk.web import NavItem, Panel
from bezant_coupons import api, services, views
from bezant_invoicing.contracts import DiscountQuote, DraftInvoice

NAVIGATION = (NavItem("Catalog", "Coupons", "coupons.coupons", "discount", "coupons.coupon.view", 40),)


@hookimpl
def bezant_add_api() -> Sequence[Blueprint]:
    """REST resources."""
    return api.BLUEPRINTS


@hookimpl
def bezant_add_views() -> Sequence[Blueprint]:
    """Pages."""
    return (views.blueprint,)


@hookimpl
def bezant_add_navigation() -> Sequence[NavItem]:
    """Entries of the side navigation."""
    return NAVIGATION


@hookimpl
def bezant_add_account_panels(account_id: UUID) -> Sequence[Panel]:
    """What an account redeemed."""
    return views.account_panel(account_id)


@hookimpl
def bezant_discount_invoices(drafts: Sequence[DraftInvoice]) -> Sequence[DiscountQuote]:
    """Coupons on a page of invoices."""
    return services.discount_invoices(drafts)
