"""Seals: a chain of SHA-256 hashes per legal entity over everything that was posted.

An entry's digest covers every column of it and of its postings; a seal's hash covers the seal before it and the digests of its
entries in id order. So an edited, removed, added or reordered row changes a hash that is already written down.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any
from uuid import UUID

GENESIS = "0" * 64
"""What stands for the seal before the first."""

ENTRY_PARTS = ("id", "date", "legal_entity_id", "currency", "source_type", "source_id", "source_number", "description", "reverses_id")
POSTING_PARTS = ("id", "ledger_account", "account_id", "payer_id", "item_id", "due_on", "amount_minor")


def entry_digest(entry: Mapping[str, Any], postings: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 (hex) of an entry row with its posting rows, which must be in id order."""
    return digest(_entry_parts(entry), map(_posting_parts, postings))


def digest(entry: Sequence[Any], postings: Iterable[Sequence[Any]]) -> str:
    """The same of the parts above, in their order.

    What is hashed is text: a line of the entry's ids, day and currency, a line with the lengths of its three texts, these texts, and
    a line for each posting. Ids are hex, days are ISO dates, what is missing is ``None``; lengths keep texts apart.
    """
    id, day, legal_entity_id, currency, source_type, source_id, source_number, description, reverses_id = entry
    lines = [
        f"{id.hex} {day} {legal_entity_id.hex} {currency} {source_id.hex} {reverses_id and reverses_id.hex}\n",
        f"{len(source_type)} {len(source_number)} {len(description)}\n{source_type}{source_number}{description}\n",
    ]
    lines += [
        f"{id.hex} {account and account.hex} {payer and payer.hex} {item and item.hex} {due_on} {amount} {ledger_account}\n"
        for id, ledger_account, account, payer, item, due_on, amount in postings
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


_entry_parts, _posting_parts = itemgetter(*ENTRY_PARTS), itemgetter(*POSTING_PARTS)


def seal_hash(legal_entity_id: UUID, number: int, previous: str, digests: Iterable[str]) -> str:
    """SHA-256 (hex) of a seal: its place in the chain, the hash before it and the digests of its entries, a line each."""
    hashed = hashlib.sha256(f"{legal_entity_id.hex}\n{number}\n{previous}\n".encode())
    for digest in digests:
        hashed.update(f"{digest}\n".encode())
    return hashed.hexdigest()
