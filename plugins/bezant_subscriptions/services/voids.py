"""What a void frees: coverage, usage, one-time charges and commitments of its lines are to be billed again."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import case, select, update

from bezant.sdk.db import ids_in, session
from bezant.sdk.services import now
from bezant_invoicing.contracts import VoidedInvoice
from bezant_subscriptions.domain.settlement import touched
from bezant_subscriptions.models import BillingMark, CommitmentPeriod, Coverage, OneTimeBilled, UsageBilled
from bezant_subscriptions.services.store import mark_columns, mark_of, write_marks

_FIRST_DAY = {Coverage: "from_day", UsageBilled: "from_day", OneTimeBilled: "day", CommitmentPeriod: "from_day"}
"""What a void frees, and the column that says from which day."""


def free_voided(invoices: Sequence[VoidedInvoice]) -> None:
    """Closes everything that voided invoices had billed and marks it to be looked at again, inside the voiding transaction."""
    notes = {one.invoice_id: one.credit_note.id for one in invoices}
    freed: dict[UUID, date] = {}
    for model, column in _FIRST_DAY.items():
        for subscription_id, day in _close(model, column, notes):
            freed[subscription_id] = min(day, freed.get(subscription_id, day))
    if freed:
        _touch(freed)


def _close(model: Any, column: str, notes: dict[UUID, UUID]) -> list[tuple[UUID, date]]:
    table = model.__table__.c
    standing = ids_in(table.invoice_id, notes) & table.closed_by.is_(None)
    found = [(row[0], row[1]) for row in session.execute(select(table.subscription_id, table[column]).where(standing))]
    if found:
        closing = case(notes, value=table.invoice_id)
        session.execute(update(model).where(standing).values(closed_by=closing), execution_options={"synchronize_session": False})
    return found


def _touch(freed: dict[UUID, date]) -> None:
    table, at = BillingMark.__table__, now()
    statement = select(table).where(ids_in(table.c.subscription_id, freed)).order_by(table.c.subscription_id).with_for_update()
    rows = session.execute(statement).mappings().all()
    write_marks(
        [(row["subscription_id"], mark_columns(touched(mark_of(row), freed[row["subscription_id"]], at.date(), at, at))) for row in rows]
    )
