"""Plugins: what is installed, what is enabled, in which order it loads, and what became of it."""
