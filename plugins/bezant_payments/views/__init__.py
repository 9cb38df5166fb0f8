"""Pages, and parts of the pages of others."""

from bezant_payments.views import gateways, methods, payments
from bezant_payments.views.blueprint import blueprint
from bezant_payments.views.parts import NAVIGATION, account_events, account_panels, dashboard_cards, link_payments, search

PAGES = (gateways, methods, payments)
"""The modules that add their pages to the blueprint."""

__all__ = ["NAVIGATION", "PAGES", "account_events", "account_panels", "blueprint", "dashboard_cards", "link_payments", "search"]
