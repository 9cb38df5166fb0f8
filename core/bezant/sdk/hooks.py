"""Calling hooks: ``each(spec, …)`` returns the answers of all plugins, in plugin order."""

from bezant.hooks import Contribution, each
from bezant.hookspecs import bezant_add_account_events, bezant_add_account_panels

__all__ = ["Contribution", "bezant_add_account_events", "bezant_add_account_panels", "each"]
