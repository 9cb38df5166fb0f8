"""What coupons contribute."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint

from bezant.sdk.values import Link, SourceRef, hookimpl
from bezant.sdk.web import NavItem, Panel, SearchHit
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


@hookimpl
def bezant_link_records(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Where redeemed coupons are shown."""
    return views.link_records(refs)


@hookimpl
def bezant_search(text: str, limit: int) -> Sequence[SearchHit]:
    """Coupons by code and name."""
    return views.search(text, limit)
