"""Pages of invoicing, and parts of the pages of others."""

from bezant_invoicing.views import credit_notes, invoices, pending
from bezant_invoicing.views.blueprint import blueprint
from bezant_invoicing.views.parts import account_events, account_panels, dashboard_cards, link_records, search

__all__ = [
    "account_events",
    "account_panels",
    "blueprint",
    "credit_notes",
    "dashboard_cards",
    "invoices",
    "link_records",
    "pending",
    "search",
]
