"""Finding the events that corrections and deletions name."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import json_rows, session
from bezant_usage.models import UsageEvent


class Target(NamedTuple):
    """An event that another wants to replace; ``replaced_by`` is the transaction id of the one that already did."""

    id: int
    account_id: UUID
    at: datetime
    replaced_by: str | None


def find_targets(names: Collection[tuple[str, str]]) -> dict[tuple[str, str], Target]:
    """Events by source and transaction id, with one query; those that there are not are left out."""
    if not names:
        return {}
    wanted = json_rows([{"source": source, "transaction_id": name} for source, name in set(names)], source="text", transaction_id="text")
    event = UsageEvent.__table__
    replacing = event.alias("replacing")
    statement = (
        select(event.c.source, event.c.transaction_id, event.c.id, event.c.account_id, event.c.at, replacing.c.transaction_id.label("by"))
        .join(wanted, (event.c.source == wanted.c.source) & (event.c.transaction_id == wanted.c.transaction_id))
        .outerjoin(replacing, replacing.c.replaces_id == event.c.id)
    )
    return {(row.source, row.transaction_id): Target(row.id, row.account_id, row.at, row.by) for row in session.execute(statement)}
