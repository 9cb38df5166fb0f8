"""What the principal may see: staff may be narrowed to legal entities, portal people to accounts."""

from sqlalchemy import ColumnElement, FromClause, true

from bezant.sdk.db import ids_in
from bezant.sdk.services import principal


def in_scope(accounts: FromClause) -> ColumnElement[bool]:
    """The condition on a table of accounts (``id``, ``legal_entity_id``) that leaves what the principal may see."""
    who = principal()
    condition: ColumnElement[bool] = true()
    if who.legal_entity_ids is not None:
        condition &= ids_in(accounts.c.legal_entity_id, who.legal_entity_ids)
    if who.account_ids is not None:
        condition &= ids_in(accounts.c.id, who.account_ids)
    return condition


def sees_everything() -> bool:
    """Whether the principal is narrowed to nothing."""
    who = principal()
    return who.legal_entity_ids is None and who.account_ids is None


def entity_in_scope(entities: FromClause) -> ColumnElement[bool]:
    """The same on the table of legal entities."""
    allowed = principal().legal_entity_ids
    return true() if allowed is None else ids_in(entities.c.id, allowed)
