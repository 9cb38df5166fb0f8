"""Usage that comes in after its time was billed: noted on the mark, billed with the next billing date."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import ids_in, session
from bezant.sdk.events import handles
from bezant.sdk.services import now
from bezant.sdk.values import DomainEvent
from bezant_subscriptions.models import BillingMark
from bezant_subscriptions.services.store import write_marks
from bezant_usage.contracts import UsageReceived


@handles(UsageReceived)
def note_late_usage(events: Sequence[DomainEvent]) -> None:
    """Marks the subscriptions whose billed time usage has come in for; one that has ended is looked at by the next run."""
    earliest: dict[UUID, datetime] = {}
    for event in events:
        assert isinstance(event, UsageReceived)
        earliest[event.aggregate_id] = min(event.earliest, earliest.get(event.aggregate_id, event.earliest))
    table = BillingMark.__table__
    statement = select(table).where(ids_in(table.c.account_id, earliest), table.c.usage_billed_to.is_not(None))
    rows = session.execute(statement.order_by(table.c.subscription_id).with_for_update()).mappings().all()
    late = [row for row in rows if earliest[row["account_id"]] < row["usage_billed_to"]]
    write_marks([(row["subscription_id"], _noted(row, earliest[row["account_id"]])) for row in late])


def _noted(row: Any, earliest: datetime) -> dict[str, Any]:
    at = now()
    return {
        "usage_from": min(earliest, row["usage_from"] or earliest),
        "next_due_on": row["next_due_on"] or at.date(),
        "next_due_at": row["next_due_at"] or at,
    }
