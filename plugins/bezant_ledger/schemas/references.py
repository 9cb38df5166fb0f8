"""References to accounts in bodies and addresses."""

from typing import Any
from uuid import UUID

from bezant.sdk.api import resolve_id
from bezant.sdk.values import SourceRef, new_id
from bezant_accounts.services import find_accounts
from bezant_ledger.contracts import NewEntry, NewPosting

MANUAL = "ledger.manual"
"""Type of the source of entries that somebody typed."""


def account_id(reference: str, field: str = "") -> UUID:
    """The id of the account that ``reference`` (id or ``external:…``) means; with ``field`` an unknown one is ``Invalid`` there."""

    def find(external_id: str) -> UUID | None:
        found = find_accounts([external_id]).get(external_id)
        return found.id if found else None

    return resolve_id(reference, find, what="account", field=field)


def new_entry(body: dict[str, Any]) -> NewEntry:
    """The journal entry that a body describes; its source is itself."""
    id = new_id()
    postings = tuple(_posting(posting, index) for index, posting in enumerate(body["postings"]))
    source = SourceRef(MANUAL, id, body["number"])
    return NewEntry(id, body["date"], body["legal_entity_id"], body["currency"], source, body["description"], postings, moves=False)


def _posting(body: dict[str, Any], index: int) -> NewPosting:
    reference = body.get("account_id")
    owner = account_id(reference, f"postings.{index}.account_id") if reference else None
    return NewPosting(body["ledger_account"], body["amount_minor"], owner, body.get("due_on"), item_id=body.get("item_id"))
