"""Calling hooks: ``each(spec, …)`` returns the answers of all plugins, in plugin order."""

from bezant.hooks import Contribution, each

__all__ = ["Contribution", "each"]
