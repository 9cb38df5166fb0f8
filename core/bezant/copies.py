"""Copies of frozen values in bulk."""

from typing import Any, TypeVar

T = TypeVar("T")


def like(pattern: T, /, **changes: Any) -> T:
    """A copy of a frozen dataclass with some fields changed, like ``dataclasses.replace`` but a tenth of its cost.

    For the inner loops of a page: it copies the fields as they are, those without ``init`` too, and checks nothing; the class
    must not have slots.
    """
    made: T = object.__new__(type(pattern))
    fields = made.__dict__
    fields.update(pattern.__dict__)
    fields.update(changes)
    return made
