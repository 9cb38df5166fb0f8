"""Closing and reopening months."""

from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bezant.sdk.db import bulk_insert, check_reach, in_scope, session
from bezant.sdk.services import audit, now, query, use_case
from bezant.sdk.values import Conflict, Invalid, new_id
from bezant_accounts.contracts import LEGAL_ENTITIES
from bezant_accounts.services import get_legal_entity
from bezant_ledger.models import LedgerBook, PeriodLock
from bezant_ledger.services.sealing import lock_book


@use_case("ledger.period.close")
def close_period(legal_entity_id: UUID, through: date) -> None:
    """Closes the books of a legal entity through the last day of a month: nothing is booked there any more.

    Raises ``Invalid`` for a day that does not end a month or is still to come, ``Conflict`` where that much is closed already.
    """
    if (through + timedelta(days=1)).day != 1:
        raise Invalid.field("through", "not_a_month_end", f"Books close by the month; {through} is not the last day of one.")
    if through > today(legal_entity_id):
        raise Invalid.field("through", "in_the_future", f"{through} is still to come; close the month when it is over.")
    book = lock_book(legal_entity_id)
    if book.closed_through is not None and book.closed_through >= through:
        raise Conflict(f"The books are closed through {book.closed_through} already.", code="period_closed")
    _set(book, through)


@use_case("ledger.period.close")
def reopen_period(legal_entity_id: UUID, through: date | None) -> None:
    """Reopens months: afterwards the books are closed through ``through``, an earlier end of month, or not at all."""
    if through is not None and (through + timedelta(days=1)).day != 1:
        raise Invalid.field("through", "not_a_month_end", f"Books close by the month; {through} is not the last day of one.")
    check_reach(LEGAL_ENTITIES, [legal_entity_id], "legal entity")
    book = lock_book(legal_entity_id)
    if book.closed_through is None or (through is not None and through >= book.closed_through):
        raise Conflict("Nothing after that day is closed.", code="period_open")
    _set(book, through)


@use_case("ledger.period.close")
def set_closed_through(legal_entity_id: UUID, through: date | None) -> None:
    """Closes or reopens, whichever leaves the books closed through that day."""
    closed = closed_through(legal_entity_id)
    if through is not None and (closed is None or through > closed):
        close_period(legal_entity_id, through)
    elif through != closed:
        reopen_period(legal_entity_id, through)


@query("ledger.balance.view")
def closed_through(legal_entity_id: UUID) -> date | None:
    """The last closed day of a legal entity, ``None`` where nothing is closed."""
    own = select(LedgerBook.closed_through).where(LedgerBook.legal_entity_id == legal_entity_id)
    return session.scalar(own.where(in_scope(LedgerBook)))


def today(legal_entity_id: UUID) -> date:
    """The current business day of a legal entity. Raises ``NotFound`` where there is none."""
    entity = get_legal_entity(legal_entity_id)
    return now().astimezone(ZoneInfo(entity.timezone)).date()


def _set(book: LedgerBook, through: date | None) -> None:
    book.closed_through = through
    session.flush()
    row = {"id": new_id(), "legal_entity_id": book.legal_entity_id, "closed_through": through, "made_at": now()}
    bulk_insert(PeriodLock, [row])
    audit("ledger.period.closed", "accounts.legal_entity", book.legal_entity_id, {"through": through.isoformat() if through else None})
