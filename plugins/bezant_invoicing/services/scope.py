"""Which documents the principal may know of: those of its legal entities and accounts."""

from sqlalchemy import ColumnElement, FromClause, select, true

from bezant.sdk.db import selectable
from bezant.sdk.services import principal
from bezant_accounts.contracts import ACCOUNTS
from bezant_accounts.services.scope import in_scope


def visible(table: FromClause) -> ColumnElement[bool]:
    """The condition for rows of a table with an ``account_id``; what does not meet it does not exist for the principal."""
    who = principal()
    if who.legal_entity_ids is None and who.account_ids is None:
        return true()
    accounts = selectable(ACCOUNTS)
    return table.c.account_id.in_(select(accounts.c.id).where(in_scope(accounts)))
