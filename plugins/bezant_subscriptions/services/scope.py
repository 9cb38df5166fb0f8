"""Which subscriptions the principal may know of: those of its legal entities and accounts."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, select, true

from bezant.sdk.db import ids_in, selectable, session
from bezant.sdk.services import principal
from bezant_accounts.contracts import ACCOUNTS
from bezant_accounts.services.scope import in_scope


def visible(table: FromClause) -> ColumnElement[bool]:
    """The condition for rows of a table with an ``account_id``; what does not meet it does not exist for the principal."""
    if not is_scoped():
        return true()
    accounts = selectable(ACCOUNTS)
    return table.c.account_id.in_(select(accounts.c.id).where(in_scope(accounts)))


def is_scoped() -> bool:
    """Whether the principal sees a part of the accounts only."""
    who = principal()
    return who.legal_entity_ids is not None or who.account_ids is not None


def narrowed(account_ids: Collection[UUID] | None) -> Collection[UUID] | None:
    """Those of some accounts (None: of all) that the principal may know of; None still means all."""
    if not is_scoped():
        return account_ids
    accounts = selectable(ACCOUNTS)
    statement = select(accounts.c.id).where(in_scope(accounts))
    if account_ids is not None:
        statement = statement.where(ids_in(accounts.c.id, account_ids))
    return session.scalars(statement).all()
