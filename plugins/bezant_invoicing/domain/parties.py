"""Seller and buyer as a document is issued with them: what the law wants kept, word for word."""

import hashlib
import json
from dataclasses import asdict
from functools import lru_cache
from uuid import UUID

from bezant_accounts.contracts import AccountInfo, LegalEntityInfo

Snapshot = dict[str, object]

_SELLER = ("code", "name", "country", "locale", "email", "phone", "website", "tagline", "legal_text", "paper")
_BUYER = ("number", "external_id", "name", "email", "locale", "country", "region")


def seller_snapshot(entity: LegalEntityInfo) -> Snapshot:
    """Name, address, tax ids and bank of a legal entity as JSON values."""
    return {
        **{name: getattr(entity, name) for name in _SELLER},
        "address": asdict(entity.address),
        "bank": asdict(entity.bank),
        "tax_ids": [asdict(tax_id) for tax_id in entity.tax_ids],
    }


def buyer_snapshot(account: AccountInfo) -> Snapshot:
    """Name, address and tax ids of an account as JSON values."""
    return {
        **{name: getattr(account, name) for name in _BUYER},
        "address": asdict(account.address),
        "tax_ids": [asdict(tax_id) for tax_id in account.tax_ids],
    }


@lru_cache(maxsize=8192)
def seller_party(entity: LegalEntityInfo) -> tuple[UUID, Snapshot]:
    """A seller's snapshot with its id; remembered, because each page of a run has the same."""
    snapshot = seller_snapshot(entity)
    return snapshot_id(snapshot), snapshot


@lru_cache(maxsize=8192)
def buyer_party(account: AccountInfo) -> tuple[UUID, Snapshot]:
    """A buyer's snapshot with its id; remembered, because catching up bills the same accounts again and again."""
    snapshot = buyer_snapshot(account)
    return snapshot_id(snapshot), snapshot


def snapshot_id(snapshot: Snapshot) -> UUID:
    """An id made from the content: documents that say the same share one row."""
    text = json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return UUID(bytes=hashlib.sha256(text.encode()).digest()[:16])
