"""Pages of the catalog."""

from bezant_catalog.views import charges, metrics, plans, quotes
from bezant_catalog.views.blueprint import blueprint

__all__ = ["blueprint", "charges", "metrics", "plans", "quotes"]
