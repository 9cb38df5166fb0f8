"""Seals: a chain of SHA-256 hashes per legal entity over everything that was posted.

An entry's digest covers every column of it and of its postings; a seal's hash covers the seal before it and the digests of its
entries in id order. So an edited, removed, added or reordered row changes a hash that is already written down.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

GENESIS = "0" * 64
"""What stands for the seal before the first."""

ENTRY_PARTS = ("id", "date", "legal_entity_id", "currency", "source_type", "source_id", "source_number", "description", "reverses_id")
POSTING_PARTS = ("id", "ledger_account", "account_id", "payer_id", "item_id", "due_on", "amount_minor")


def entry_digest(entry: Mapping[str, Any], postings: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 (hex) of an entry row with its posting rows, which must be in id order.

    What is hashed is a JSON list of the parts above, then one list per posting; ids as hex, days as ISO dates.
    """
    parts: list[Any] = [_plain(entry[name]) for name in ENTRY_PARTS]
    parts.extend([_plain(posting[name]) for name in POSTING_PARTS] for posting in postings)
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()


def seal_hash(legal_entity_id: UUID, number: int, previous: str, digests: Iterable[str]) -> str:
    """SHA-256 (hex) of a seal: its place in the chain, the hash before it and the digests of its entries, a line each."""
    hashed = hashlib.sha256(f"{legal_entity_id.hex}\n{number}\n{previous}\n".encode())
    for digest in digests:
        hashed.update(f"{digest}\n".encode())
    return hashed.hexdigest()


def _plain(value: Any) -> Any:
    if value is None or value.__class__ is str or value.__class__ is int:
        return value
    return value.hex if value.__class__ is UUID else value.isoformat()
