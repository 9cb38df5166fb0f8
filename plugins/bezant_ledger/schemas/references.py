"""Journal entries as bodies describe them."""

from typing import Any

from bezant.sdk.values import SourceRef, new_id
from bezant_accounts.services import account_id_of
from bezant_ledger.contracts import NewEntry, NewPosting

MANUAL = "ledger.manual"
"""Type of the source of entries that somebody typed."""


def new_entry(body: dict[str, Any]) -> NewEntry:
    """The journal entry that a body describes; its source is itself."""
    id = new_id()
    postings = tuple(_posting(posting, index) for index, posting in enumerate(body["postings"]))
    source = SourceRef(MANUAL, id, body["number"])
    return NewEntry(id, body["date"], body["legal_entity_id"], body["currency"], source, body["description"], postings, moves=False)


def _posting(body: dict[str, Any], index: int) -> NewPosting:
    reference = body.get("account_id")
    owner = account_id_of(reference, f"postings.{index}.account_id") if reference else None
    return NewPosting(body["ledger_account"], body["amount_minor"], owner, body.get("due_on"), item_id=body.get("item_id"))
