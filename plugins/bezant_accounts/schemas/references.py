"""References to accounts in addresses and bodies."""

from typing import Any
from uuid import UUID

from bezant.sdk.api import resolve_id
from bezant_accounts.contracts import AccountInfo
from bezant_accounts.services import find_accounts, get_account


def account_id(reference: str, field: str = "") -> UUID:
    """The id of the account that ``reference`` (id or ``external:…``) means; with ``field`` an unknown one is ``Invalid`` there."""
    return resolve_id(reference, _find, what="account", field=field)


def account(reference: str) -> AccountInfo:
    """The account that ``reference`` means. Raises ``NotFound``."""
    return get_account(account_id(reference))


def _find(external_id: str) -> UUID | None:
    found = find_accounts([external_id]).get(external_id)
    return found.id if found else None


def with_parent(body: dict[str, Any]) -> dict[str, Any]:
    """The body of an account with its parent as an id."""
    parent = body.get("parent_id")
    return body | {"parent_id": account_id(parent, "parent_id")} if parent else body
