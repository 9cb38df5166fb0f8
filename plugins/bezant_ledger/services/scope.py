"""What the principal may see of the books: staff may be narrowed to legal entities, portal people to accounts."""

from typing import Any

from sqlalchemy import ColumnElement, false

from bezant.sdk.db import ids_in
from bezant.sdk.services import principal


def in_scope(legal_entity_id: ColumnElement[Any], account_id: ColumnElement[Any] | None = None) -> list[ColumnElement[bool]]:
    """Conditions that leave what the principal may see; what is of no account is not for those who see accounts only."""
    who, conditions = principal(), list[ColumnElement[bool]]()
    if who.legal_entity_ids is not None:
        conditions.append(ids_in(legal_entity_id, who.legal_entity_ids))
    if who.account_ids is not None:
        conditions.append(ids_in(account_id, who.account_ids) if account_id is not None else false())
    return conditions
