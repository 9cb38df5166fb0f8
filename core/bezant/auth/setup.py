"""Attaching this part of the platform to an application; called once by ``create_app``, with no database access."""

from flask import Flask


def init_auth(app: Flask) -> None:
    """Registers what this part adds to the application."""
