"""Seller and buyer as a document is issued with them: what the law wants kept, word for word."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from bezant_accounts.contracts import AccountInfo, Address, BankDetails, LegalEntityInfo, TaxId

Snapshot = dict[str, object]

_SELLER = ("code", "name", "country", "locale", "email", "phone", "website", "tagline", "legal_text", "paper")
_BUYER = ("number", "external_id", "name", "email", "locale", "country", "region")


def seller_snapshot(entity: LegalEntityInfo) -> Snapshot:
    """Name, address, tax ids and bank of a legal entity as JSON values."""
    return {
        **{name: getattr(entity, name) for name in _SELLER},
        "address": _fields(entity.address),
        "bank": _fields(entity.bank),
        "tax_ids": [_fields(tax_id) for tax_id in entity.tax_ids],
    }


def buyer_snapshot(account: AccountInfo) -> Snapshot:
    """Name, address and tax ids of an account as JSON values."""
    return {
        **{name: getattr(account, name) for name in _BUYER},
        "address": _fields(account.address),
        "tax_ids": [_fields(tax_id) for tax_id in account.tax_ids],
    }


@dataclass(frozen=True, slots=True)
class KeptSeller:
    """A seller as a document was issued with it; prints like a legal entity."""

    name: str
    country: str
    address: Address
    tax_ids: tuple[TaxId, ...]
    email: str
    phone: str
    website: str
    tagline: str
    legal_text: str
    bank: BankDetails
    paper: str


@dataclass(frozen=True, slots=True)
class KeptBuyer:
    """A buyer as a document was issued with it; prints like an account."""

    name: str
    number: str
    external_id: str | None
    address: Address
    locale: str
    tax_ids: tuple[TaxId, ...]


def kept_seller(snapshot: Mapping[str, Any]) -> KeptSeller:
    """A seller from its snapshot."""
    plain = {name: snapshot[name] for name in ("name", "country", "email", "phone", "website", "tagline", "legal_text", "paper")}
    address, bank = Address(**snapshot["address"]), BankDetails(**snapshot["bank"])
    return KeptSeller(**plain, address=address, bank=bank, tax_ids=_tax_ids(snapshot))


def kept_buyer(snapshot: Mapping[str, Any]) -> KeptBuyer:
    """A buyer from its snapshot."""
    plain = {name: snapshot[name] for name in ("name", "number", "external_id", "locale")}
    return KeptBuyer(**plain, address=Address(**snapshot["address"]), tax_ids=_tax_ids(snapshot))


def _tax_ids(snapshot: Mapping[str, Any]) -> tuple[TaxId, ...]:
    return tuple(TaxId(**one) for one in snapshot["tax_ids"])


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


def _fields(value: Any) -> Snapshot:
    """The fields of a flat value, a tenth of the cost of ``asdict``, which looks for values within values."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def snapshot_id(snapshot: Snapshot) -> UUID:
    """An id made from the content: documents that say the same share one row."""
    text = json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return UUID(bytes=hashlib.sha256(text.encode()).digest()[:16])
