"""A page of a plugin's own making, for what no component fits."""

from typing import Any

from flask import render_template


def page(template: str, *, title: str, **context: Any) -> str:
    """Renders a template that extends ``bezant/base.html`` and fills its block ``content``."""
    return render_template(template, title=title, **context)
