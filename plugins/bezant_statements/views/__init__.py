"""Pages, and parts of the pages of others."""

from bezant_statements.views.pages import blueprint
from bezant_statements.views.parts import account_panels, dashboard_cards, link_statements, search

__all__ = ["account_panels", "blueprint", "dashboard_cards", "link_statements", "search"]
