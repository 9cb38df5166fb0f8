"""What views return."""

from werkzeug.wrappers import Response

Answer = Response | str | tuple[str, int]
"""A response, a page, or a page with its status."""
