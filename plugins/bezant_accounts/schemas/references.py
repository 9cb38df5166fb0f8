"""References to accounts in addresses and bodies."""

from typing import Any

from bezant_accounts.contracts import AccountInfo
from bezant_accounts.services import account_id_of, get_account


def account(reference: str) -> AccountInfo:
    """The account that ``reference`` means. Raises ``NotFound``."""
    return get_account(account_id_of(reference, ""))


def with_parent(body: dict[str, Any]) -> dict[str, Any]:
    """The body of an account with its parent as an id."""
    parent = body.get("parent_id")
    return body | {"parent_id": account_id_of(parent, "parent_id")} if parent else body
