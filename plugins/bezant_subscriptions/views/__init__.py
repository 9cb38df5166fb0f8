"""Pages, and parts of the pages of others."""

from bezant_subscriptions.views.pages import blueprint
from bezant_subscriptions.views.parts import account_panels, dashboard_cards, link_records, search
from bezant_subscriptions.views.runs import blueprint as runs_blueprint

__all__ = ["account_panels", "blueprint", "dashboard_cards", "link_records", "runs_blueprint", "search"]
