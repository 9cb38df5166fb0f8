"""The third step, and the only place where a transaction changes: answers are weighed, kept, booked and told, many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import structlog
from sqlalchemy import bindparam, select, update

from bezant.sdk.db import bulk_insert, ids_in, session, unit_of_work
from bezant.sdk.events import post_events
from bezant.sdk.gateway import Answer
from bezant.sdk.services import now
from bezant.sdk.values import Money, NextAction, mask_card_numbers, new_id
from bezant_payments.contracts import PaymentInfo, TransactionFlagged, TransactionInfo, TransactionState
from bezant_payments.domain.ladder import Ladder, rung
from bezant_payments.domain.operations import FREED, INITIATING, OPEN, payment_state, total
from bezant_payments.domain.outcomes import Resolution, resolve
from bezant_payments.domain.telling import tell
from bezant_payments.models import OutcomeRow
from bezant_payments.services import retrying
from bezant_payments.services.configuration import checks
from bezant_payments.services.ledger import book
from bezant_payments.services.registry import gateways
from bezant_payments.services.store import PAYMENTS, TARGETS, TRANSACTIONS, read_payments, steps_of

S = TransactionState
_log = structlog.get_logger(__name__)
Source = Literal["call", "lookup", "webhook", "receipt", "person"]

_MUTABLE = (
    *("live_key", "state", "processed_minor", "processed_currency", "gateway_reference", "reason_code", "message", "hard", "next_action"),
    *("entry_id", "settled_at", "leased_until", "next_check_at", "checks", "flagged_at", "corrected_at"),
)
_CHANGE = (
    update(TRANSACTIONS).where(TRANSACTIONS.c.id == bindparam("transaction")).values({name: bindparam(f"new_{name}") for name in _MUTABLE})
)
_SUM_UP = (
    update(PAYMENTS)
    .where(PAYMENTS.c.id == bindparam("payment"))
    .values(state=bindparam("new_state"), captured_minor=bindparam("new_captured"), refunded_minor=bindparam("new_refunded"))
)


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of a transaction. ``checking`` counts as a rung of the ladder of reconciliation."""

    transaction_id: UUID
    answer: Answer
    source: Source
    checking: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A transaction before and after what was said of it."""

    told: Told
    payment: PaymentInfo
    before: TransactionInfo
    resolution: Resolution

    @property
    def moved(self) -> bool:
        """Whether the state changed."""
        return self.resolution.state is not self.before.state


def record_outcomes(told: Sequence[Told]) -> dict[UUID, TransactionState]:
    """Writes what gateways said of a page of transactions, in a unit of work of its own; gives the state of each afterwards.

    Where the page cannot be written as a whole (somebody allocated to one of its items at the same moment, one is broken), each is
    written alone; one that still fails is logged, left out, and settled by reconciliation.
    """
    try:
        with unit_of_work():
            return write_outcomes(told)
    except Exception:
        _log.exception("outcomes could not be written together; writing them one by one", count=len(told))
    states: dict[UUID, TransactionState] = {}
    for one in told:
        states |= _record_one(one)
    return states


def _record_one(told: Told) -> dict[UUID, TransactionState]:
    for left in (2, 1, 0):
        try:
            with unit_of_work():
                return write_outcomes([told])
        except Exception:
            _log.exception("outcome not written", transaction=str(told.transaction_id), tries_left=left)
    return {}


def write_outcomes(told: Sequence[Told]) -> dict[UUID, TransactionState]:
    """Weighs what was said of transactions and gives the state of each afterwards; in the unit of work of whoever calls.

    What leads nowhere (a repeat, news older than what is known) changes nothing. A success is booked in the same breath. The number
    of statements does not grow with the transactions.
    """
    if not told:
        return {}
    payments = _locked(told)
    changes = _weigh(told, payments)
    moved = [change for change in changes if change.moved]
    entries = book([(c.payment, c.before, c.resolution) for c in moved if c.resolution.state is S.SUCCEEDED])
    given_up = _write(changes, entries)
    if moved:
        _sum_up(moved)
        _free_items(moved)
        retrying.after_outcomes([(c.payment, c.before, c.resolution.state, c.told.answer.hard) for c in moved])
    post_events([event for c in moved for event in tell(c.payment, c.before, c.resolution, c.told.answer)])
    post_events([TransactionFlagged(c.payment.id, c.payment.account_id, c.before.id, "not_settled") for c in given_up])
    return {change.before.id: change.resolution.state for change in changes}


def _locked(told: Sequence[Told]) -> dict[UUID, PaymentInfo]:
    """The payments of some transactions, locked in order of id, as they are now."""
    wanted = select(TRANSACTIONS.c.payment_id).where(ids_in(TRANSACTIONS.c.id, {t.transaction_id for t in told}))
    ids = list(session.scalars(select(PAYMENTS.c.id).where(PAYMENTS.c.id.in_(wanted)).order_by(PAYMENTS.c.id).with_for_update()))
    return read_payments(ids)


def _weigh(told: Sequence[Told], payments: Mapping[UUID, PaymentInfo]) -> list[Change]:
    """The change of each transaction; of several things said of one at once the last that leads somewhere counts."""
    known = {t.id: (payment, t) for payment in payments.values() for t in payment.transactions}
    changes: dict[UUID, Change] = {}
    for one in told:
        payment, transaction = known[one.transaction_id]
        resolution = resolve(transaction.state, Money(transaction.asked_minor, transaction.currency), one.answer)
        if transaction.id not in changes or resolution.state is not transaction.state:
            changes[transaction.id] = Change(one, payment, transaction, resolution)
    return list(changes.values())


def _write(changes: Sequence[Change], entries: Mapping[UUID, UUID]) -> list[Change]:
    """Writes the transactions; gives those that are now left to a person because nobody can find out more."""
    at, ladders = now(), checks()
    patient = {key for key, gateway in gateways().items() if not gateway.info.automatic}
    rows = [_row(c, entries.get(c.before.id), at, ladders(c.resolution.state), c.payment.gateway in patient) for c in changes]
    session.connection().execute(_CHANGE, rows)
    bulk_insert(OutcomeRow, [_outcome_row(change) for change in changes if change.moved])
    flagged = [c for c, row in zip(changes, rows, strict=True) if row["new_flagged_at"] is not None and c.before.flagged_at is None]
    return [change for change in flagged if change.resolution.state is not S.HELD]


def _row(change: Change, entry_id: UUID | None, at: datetime, ladder: Ladder, patient: bool) -> dict[str, Any]:
    values = _kept(change.before) | (_moved(change, entry_id, at, ladder) if change.moved else _checked(change, at, ladder))
    if patient and values["state"] is S.PENDING:
        values |= {"next_check_at": None, "flagged_at": None}  # the payer may take weeks to transfer
    return {"transaction": change.before.id, **{f"new_{name}": values[name] for name in _MUTABLE}}


def _kept(before: TransactionInfo) -> dict[str, Any]:
    """What stays of a transaction that is only looked at."""
    return {
        "live_key": None if before.state in FREED else before.key,
        "state": before.state,
        "processed_minor": before.processed_minor,
        "processed_currency": before.processed_currency,
        "gateway_reference": before.gateway_reference,
        "reason_code": before.reason_code,
        "message": before.message,
        "hard": before.hard,
        "next_action": _action(before.next_action),
        "entry_id": before.entry_id,
        "settled_at": before.settled_at,
        "leased_until": None,
        "next_check_at": before.next_check_at,
        "checks": before.checks,
        "flagged_at": before.flagged_at,
        "corrected_at": before.corrected_at,
    }


def _checked(change: Change, at: datetime, ladder: Ladder) -> dict[str, Any]:
    """Asked again in vain: the next rung, or a person has to look."""
    before = change.before
    if not change.told.checking or before.state not in (S.UNKNOWN, S.PENDING):
        return {}
    done = before.checks + 1
    due = rung(ladder, done, at)
    return {"checks": done, "next_check_at": due, "flagged_at": before.flagged_at or (None if due else at)}


def _moved(change: Change, entry_id: UUID | None, at: datetime, ladder: Ladder) -> dict[str, Any]:
    resolution, answer, before = change.resolution, change.told.answer, change.before
    processed, final = resolution.processed, resolution.state not in OPEN
    due = None if final or resolution.state is S.HELD else rung(ladder, 0, at)
    return {
        "live_key": None if resolution.state in FREED or before.state in FREED else before.key,
        "state": resolution.state,
        "processed_minor": processed.minor if processed else None,
        "processed_currency": processed.currency if processed else None,
        "gateway_reference": (answer.reference or before.gateway_reference)[:255],
        "reason_code": answer.reason_code[:100],
        "message": _message(resolution, answer),
        "hard": answer.hard,
        "next_action": _action(answer.next_action) if not final else None,
        "entry_id": entry_id or before.entry_id,
        "settled_at": at if final else None,
        "next_check_at": due,
        "checks": 0,
        "flagged_at": None if final or due else at,
    }


def _outcome_row(change: Change) -> dict[str, Any]:
    answer, processed = change.told.answer, change.resolution.processed
    return {
        "id": new_id(),
        "transaction_id": change.before.id,
        "at": now(),
        "source": change.told.source,
        "outcome": answer.outcome,
        "state": change.resolution.state,
        "processed_minor": processed.minor if processed else None,
        "processed_currency": processed.currency if processed else None,
        "gateway_reference": answer.reference[:255],
        "reason_code": answer.reason_code[:100],
        "message": _message(change.resolution, answer),
    }


def _message(resolution: Resolution, answer: Answer) -> str:
    return mask_card_numbers(resolution.note or answer.message)[:300]


def _action(action: NextAction | None) -> dict[str, Any] | None:
    return asdict(action) | {"details": dict(action.details)} if action else None


def _sum_up(moved: Sequence[Change]) -> None:
    """Writes the state and sums of payments anew from their transactions as they are now."""
    by_id = {change.before.id: change.resolution for change in moved}
    rows = []
    for payment in {change.payment.id: change.payment for change in moved}.values():
        steps = steps_of([_after(transaction, by_id.get(transaction.id)) for transaction in payment.transactions])
        totals = total(steps)
        sums = {"new_captured": totals.captured, "new_refunded": totals.refunded}
        rows.append({"payment": payment.id, "new_state": payment_state(steps), **sums})
    session.connection().execute(_SUM_UP, rows)


def _after(transaction: TransactionInfo, resolution: Resolution | None) -> TransactionInfo:
    if resolution is None:
        return transaction
    return replace(transaction, state=resolution.state, processed_minor=resolution.processed.minor if resolution.processed else None)


def _free_items(moved: Sequence[Change]) -> None:
    """Open items whose attempt is final may be attempted again."""
    done = {c.payment.id for c in moved if c.before.operation in INITIATING and c.resolution.state not in OPEN}
    if done:
        session.execute(
            update(TARGETS).where(ids_in(TARGETS.c.payment_id, done), TARGETS.c.live_item_id.is_not(None)).values(live_item_id=None)
        )
