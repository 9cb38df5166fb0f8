"""Pages of the catalog."""

from bezant_catalog.views import charges, links, metrics, plans, quotes
from bezant_catalog.views.blueprint import blueprint

__all__ = ["blueprint", "charges", "links", "metrics", "plans", "quotes"]
