"""Ids in addresses and bodies: our UUID, or ``external:<your id>``."""

from collections.abc import Callable
from uuid import UUID

from bezant.errors import Invalid, NotFound

EXTERNAL = "external:"


def resolve_id(reference: str, find: Callable[[str], UUID | None], *, what: str = "resource", field: str = "") -> UUID:
    """The id that a reference means. ``find`` looks an external id up and answers None where there is none.

    In an address (no ``field``) an unknown one raises ``NotFound``; in a body ``Invalid`` naming the field.
    """
    if reference.startswith(EXTERNAL):
        found = find(reference.removeprefix(EXTERNAL))
        if found is None:
            raise _unknown(what, reference, field)
        return found
    try:
        return UUID(reference)
    except ValueError:
        raise _unknown(what, reference, field) from None


def _unknown(what: str, reference: str, field: str) -> Exception:
    message = f"There is no {what} {reference!r}; give its id, or {EXTERNAL}<your id>."
    return Invalid.field(field, "unknown_reference", message) if field else NotFound(message)
