"""What a user or key sees: all legal entities, or some. The platform knows none of them; the plugin that does lists them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from bezant.auth.context import given_reach
from bezant.errors import Invalid
from bezant.hooks import each
from bezant.hookspecs import bezant_list_legal_entities
from bezant.records import LegalEntityRef

EVERYTHING = "All legal entities"


def legal_entities() -> list[LegalEntityRef]:
    """Those that the principal may know of, by code."""
    found = (entity for answer in each(bezant_list_legal_entities) for entity in answer.value)
    return sorted(found, key=lambda entity: entity.code)


def legal_entity_choices() -> list[tuple[str, str]]:
    """The same as choices of a form."""
    return [(str(entity.id), f"{entity.code} · {entity.name}") for entity in legal_entities()]


def legal_entities_coded(codes: Sequence[str]) -> tuple[UUID, ...] | None:
    """Legal entities by code; ``None``, which is all of them, where none is named. Raises ``Invalid`` for codes that there are not."""
    known = {entity.code: entity.id for entity in legal_entities()}
    unknown = sorted(set(codes) - known.keys())
    if unknown:
        raise _unknown(unknown, known)
    return tuple(known[code] for code in codes) or None


def stored_reach(asked: Iterable[UUID] | None) -> list[str] | None:
    """What is kept of the legal entities that somebody is to see: those asked for, else those of whoever asks; ``None`` are all.

    Raises ``Denied`` beyond what one sees oneself, ``Invalid`` for one that there is not.
    """
    given = given_reach(asked)
    if given is None or asked is None:
        return None if given is None else [str(id) for id in given]
    known = {entity.id: entity.code for entity in legal_entities()}
    unknown = [str(id) for id in given if id not in known]
    if unknown:
        raise _unknown(unknown, known.values())
    return [str(id) for id in given]


def reach_of(stored: Iterable[str] | None) -> frozenset[UUID] | None:
    """Stored legal entities as a principal has them."""
    return None if stored is None else frozenset(UUID(id) for id in stored)


def reach_names(stored: Iterable[str] | None) -> tuple[str, ...]:
    """Stored legal entities for people to read; what the reader may not know of is counted."""
    if stored is None:
        return (EVERYTHING,)
    names, ids = dict(legal_entity_choices()), list(stored)
    others = sum(id not in names for id in ids)
    return (*(names[id] for id in ids if id in names), *((f"{others} more",) if others else ()))


def _unknown(given: Sequence[str], known: Iterable[str]) -> Invalid:
    there_are = ", ".join(sorted(known)) or "none yet"
    return Invalid.field("legal_entity_ids", "unknown_legal_entity", f"No legal entity {', '.join(given)}; there are: {there_are}.")
