"""Bezant: a billing platform made of plugins. The platform itself knows no customer and no invoice."""

__version__ = "0.1.0"
