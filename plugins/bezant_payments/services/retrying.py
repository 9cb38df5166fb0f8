"""What becomes of an automatic collection when its attempt ends: done, tried again by schedule, or given up."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, select, update

from bezant.sdk.db import ids_in, session
from bezant.sdk.services import now
from bezant_payments.contracts import PaymentInfo, TransactionInfo, TransactionState
from bezant_payments.domain.ladder import Ladder, rung
from bezant_payments.domain.operations import INITIATING, OPEN
from bezant_payments.models import Collection
from bezant_payments.services.attempts import AUTOMATIC
from bezant_payments.services.configuration import ladder

S = TransactionState
COLLECTIONS = cast(Table, Collection.__table__)

_CHANGE = (
    update(COLLECTIONS)
    .where(COLLECTIONS.c.item_id == bindparam("item"))
    .values({name: bindparam(f"new_{name}") for name in ("state", "run_at", "tries", "unreached", "reason")})
)


def after_outcomes(changes: Sequence[tuple[PaymentInfo, TransactionInfo, TransactionState, bool]]) -> None:
    """Moves the collections behind attempts that are final: (payment, attempt, its state now, declined for good)."""
    ended = {
        payment.id: (state, hard)
        for payment, transaction, state, hard in changes
        if payment.origin == AUTOMATIC and transaction.operation in INITIATING and state not in OPEN
    }
    if not ended:
        return
    at, soft, unreached = now(), ladder("payments.retries"), ladder("payments.retries_unreached")
    waiting = select(COLLECTIONS).where(ids_in(COLLECTIONS.c.payment_id, ended), COLLECTIONS.c.state == "attempted")
    rows = [_next(row, *ended[row.payment_id], at, soft, unreached) for row in session.execute(waiting)]
    if rows:
        session.connection().execute(_CHANGE, rows)


def _next(row: Any, state: TransactionState, hard: bool, at: datetime, soft: Ladder, unreached: Ladder) -> dict[str, Any]:
    again, tries, misses = None, row.tries, row.unreached
    if state is S.DECLINED and not hard:
        again, tries = rung(soft, tries, at), tries + 1
    elif state is S.NOT_ATTEMPTED and not hard:
        again, misses = rung(unreached, misses, at), misses + 1
    done = state is S.SUCCEEDED
    return {
        "item": row.item_id,
        "new_state": "done" if done else "planned" if again else "failed",
        "new_run_at": again or row.run_at,
        "new_tries": tries,
        "new_unreached": misses,
        "new_reason": "" if done else state.value,
    }


def stop(item_ids: Iterable[UUID]) -> int:
    """Takes planned collections back; how many."""
    mine = update(COLLECTIONS).where(ids_in(COLLECTIONS.c.item_id, set(item_ids)), COLLECTIONS.c.state == "planned")
    return int(session.execute(mine.values(state="stopped", reason="by_hand")).rowcount)  # type: ignore[attr-defined]
