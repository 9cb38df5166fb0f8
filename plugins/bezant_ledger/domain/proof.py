"""What must hold of sealed entries, one at a time, in the order in which they were sealed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from bezant.sdk.values import format_plain
from bezant_ledger.contracts import Difference
from bezant_ledger.domain.seals import ENTRY_PARTS, GENESIS, POSTING_PARTS, entry_digest, seal_hash

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """An entry row with its posting rows in id order."""

    entry: Row
    postings: Sequence[Row]


@dataclass(slots=True)
class Chain:
    """Walks the seals of one legal entity after the other and remembers where each chain ends."""

    seals: int = 0
    entries: int = 0
    postings: int = 0
    heads: dict[UUID, tuple[int, str]] = field(default_factory=dict)

    def check(self, seal: Row, entries: Iterable[SealedEntry]) -> Difference | None:
        """The first thing that is wrong with a seal and what is under it; call it in the order of the seals' numbers."""
        number, previous = self.heads.get(seal["legal_entity_id"], (0, GENESIS))
        where = f"seal {seal['number']} ({seal['id']})"
        if seal["number"] != number + 1:
            return Difference("seal_missing", where, f"Seal {number + 1} should come here: it was removed.")
        if seal["previous_hash"] != previous:
            return Difference("seal_broken", where, "It does not continue the seal before it: one of the two was changed.")
        digests: list[str] = []
        for sealed in entries:
            difference = check_entry(sealed)
            if difference is not None:
                return difference
            self.entries += 1
            self.postings += len(sealed.postings)
            digests.append(sealed.entry["digest"])
        if len(digests) != seal["entries"]:
            return Difference("entries_missing", where, f"It was made over {seal['entries']} entries; there are {len(digests)} now.")
        if seal_hash(seal["legal_entity_id"], seal["number"], previous, digests) != seal["hash"]:
            return Difference("seal_broken", where, "Its hash does not fit the entries under it: they were changed after sealing.")
        self.seals += 1
        self.heads[seal["legal_entity_id"]] = (seal["number"], seal["hash"])
        return None

    def check_heads(self, books: Iterable[Row]) -> Difference | None:
        """Whether every chain ends where the book of its legal entity says."""
        kept = {book["legal_entity_id"]: (book["last_seal"], book["last_hash"]) for book in books}
        for legal_entity_id in sorted(kept.keys() | self.heads.keys()):
            found, expected = self.heads.get(legal_entity_id, (0, GENESIS)), kept.get(legal_entity_id, (0, GENESIS))
            if found != expected:
                message = f"The book says that seal {expected[0]} is the last; the chain ends with seal {found[0]}, or with another hash."
                return Difference("seals_cut", f"book of legal entity {legal_entity_id}", message)
        return None


def check_entry(sealed: SealedEntry) -> Difference | None:
    """Whether an entry has two postings or more, balances, and is as it was when it was posted."""
    entry, postings = sealed.entry, sealed.postings
    where = f"entry {entry['id']} ({entry['source_number'] or entry['source_type']}, {entry['date']})"
    if len(postings) < 2:
        return Difference("too_few_postings", where, f"It has {len(postings)} postings instead of two or more.")
    total = sum(posting["amount_minor"] for posting in postings)
    if total:
        message = f"Its postings sum to {format_plain(total, entry['currency'])} {entry['currency']} instead of zero."
        return Difference("unbalanced", where, message)
    if entry_digest(entry, postings) != entry["digest"]:
        return Difference("entry_altered", where, "It is not what was sealed: the entry or one of its postings was changed.")
    return None


SEAL_COLUMNS = ("id", "legal_entity_id", "number", "previous_hash", "hash", "entries")
ENTRY_COLUMNS = (*ENTRY_PARTS, "digest")
POSTING_COLUMNS = POSTING_PARTS


def sealed(entry_rows: Iterable[Sequence[Any]], posting_rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Row, Iterator[SealedEntry]]]:
    """Seals with their entries, from two streams in the order of the chain; take each seal's entries before the next seal.

    An entry row is the columns of its seal and its own (or nothing, for a seal without entries); a posting row is the id of its
    entry and its own columns.
    """
    postings = _Postings(posting_rows)
    width = len(SEAL_COLUMNS)
    for _, of_seal in groupby(entry_rows, key=itemgetter(0)):
        first = next(of_seal)
        entries = (row[width:] for row in chain([first], of_seal) if row[width] is not None)
        yield (
            dict(zip(SEAL_COLUMNS, first, strict=False)),
            (SealedEntry(dict(zip(ENTRY_COLUMNS, entry, strict=True)), postings.of(entry[0])) for entry in entries),
        )


class _Postings:
    """A stream of postings in the order of their entries, handed out entry by entry."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._groups = ((entry_id, list(group)) for entry_id, group in groupby(rows, key=itemgetter(0)))
        self._next = next(self._groups, None)

    def of(self, entry_id: UUID) -> list[Row]:
        """The postings of an entry, none where it has lost them."""
        if self._next is None or self._next[0] != entry_id:
            return []
        rows = self._next[1]
        self._next = next(self._groups, None)
        return [dict(zip(POSTING_COLUMNS, row[1:], strict=True)) for row in rows]
