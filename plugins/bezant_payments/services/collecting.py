"""Automatic collection: open items are planned as they are opened, and collected page by page from their payers' default methods."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.exc import IntegrityError

from bezant.sdk.db import ids_in, in_reach, in_scope, insert_into, session, unit_of_work
from bezant.sdk.jobs import enqueue, job, progress
from bezant.sdk.services import audit, now, query, setting, use_case
from bezant.sdk.values import Money
from bezant_accounts.services import active_holds, load_accounts
from bezant_ledger import services as ledger
from bezant_ledger.contracts import OPEN_ITEMS, OpenItemInfo
from bezant_payments.contracts import CollectionReport, MethodInfo, Operation, TargetInfo
from bezant_payments.domain.collecting import Decision, Usable, decide
from bezant_payments.domain.due import collected_at
from bezant_payments.models import Collection as CollectionModel
from bezant_payments.services import retrying
from bezant_payments.services.attempts import AUTOMATIC, Attempt, Planned, write_attempts
from bezant_payments.services.calling import make_calls, refuse_inside_transaction
from bezant_payments.services.configuration import page_size, parallel_calls
from bezant_payments.services.methods import default_methods
from bezant_payments.services.outcomes import Told, record_outcomes
from bezant_payments.services.registry import gateways
from bezant_payments.services.retrying import COLLECTIONS
from bezant_payments.services.store import PAYMENTS, TARGETS

_DECIDED = (
    update(COLLECTIONS)
    .where(COLLECTIONS.c.item_id == bindparam("item"))
    .values({name: bindparam(f"new_{name}") for name in ("state", "run_at", "payment_id", "reason")})
)


@use_case("payments.collection.run")
def plan_collections(item_ids: Collection[UUID], *, again: bool = False) -> int:
    """Plans the collection of open items whose payer has a default method of a gateway that collects by itself; how many.

    With ``again`` items whose collection had ended are planned anew, and all of them at once. Four statements at most.
    """
    when = setting("payments.collect")
    items = ledger.open_items(item_ids=item_ids, kind="receivable") if item_ids and (again or when != "never") else []
    payers = default_methods({item.payer_id for item in items}) if items else {}
    automatic = _usable()
    wanted = [item for item in items if item.payer_id in payers and payers[item.payer_id].gateway in automatic]
    if not wanted:
        return 0
    at = now().replace(microsecond=0)  # due at once, whichever process looks
    days = {} if again or when == "issue" else load_accounts({item.payer_id for item in wanted})
    rows = [_row(item, at if not days else collected_at(item, days[item.payer_id].timezone, at)) for item in wanted]
    statement = insert_into(CollectionModel)
    if again:
        renewed = {"state": "planned", "run_at": at, "tries": 0, "unreached": 0, "reason": ""}
        statement = statement.on_conflict_do_update(index_elements=["item_id"], set_=renewed, where=COLLECTIONS.c.state != "attempted")
    else:
        statement = statement.on_conflict_do_nothing(index_elements=["item_id"])
    session.execute(statement, rows)
    return len(rows)


@use_case("payments.collection.run")
def stop_collections(item_ids: Collection[UUID]) -> int:
    """Takes planned collections of open items back; how many."""
    mine = in_reach(OPEN_ITEMS, item_ids)
    stopped = retrying.stop(mine)
    for id in mine:
        audit("payments.collection.stopped", "ledger.open_item", id)
    return stopped


@query("payments.collection.run", whole=True)
def collect_due(advance: Callable[[int], object] = lambda _count: None) -> CollectionReport:
    """Collects everything that is due; call it outside any unit of work. Safe to repeat and to run several times at once.

    A page is written and committed, its gateway calls are made (some at a time), its outcomes are booked together: the number of
    statements depends on the pages alone. ``advance`` is told how many items each page was done with.
    """
    refuse_inside_transaction()
    attempts, skipped, states = 0, 0, Counter[str]()
    while True:
        page = _start_page()
        if page is None:
            return CollectionReport(attempts, dict(states), skipped)
        answers = make_calls([attempt.call for attempt in page.attempts], parallel_calls())
        told = [Told(attempt.transaction_id, answer, "call") for attempt, answer in zip(page.attempts, answers, strict=True)]
        states.update(record_outcomes(told).values())
        attempts += len(page.attempts)
        skipped += page.skipped
        advance(len(page.attempts) + page.skipped)


@query("payments.collection.run")
def next_collection() -> datetime | None:
    """When the next planned collection falls due, business time."""
    found: datetime | None = session.scalar(
        select(func.min(COLLECTIONS.c.run_at)).where(COLLECTIONS.c.state == "planned", in_scope(COLLECTIONS))
    )
    return found


@use_case("payments.collection.run")
def collect_items(item_ids: Collection[UUID]) -> int:
    """Has open items collected now, also those whose collection had ended; how many will be. A job makes the attempts."""
    planned = plan_collections(item_ids, again=True)
    if planned:
        for id in in_reach(OPEN_ITEMS, item_ids):
            audit("payments.collection.asked", "ledger.open_item", id)
        enqueue(collect, unique="collect")
    return planned


@job("payments.collect", title="Collect open items")
def collect() -> Mapping[str, Any]:
    """Collects what is due. Safe to repeat: what a crash left is reconciled, never charged again."""
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress(done, done, "items collected")

    return asdict(collect_due(advance))


@dataclass(frozen=True, slots=True)
class _Page:
    attempts: list[Attempt]
    skipped: int


def _start_page() -> _Page | None:
    """Claims the next due items and writes their attempts; tried again where somebody else began an attempt for one of them."""
    for left in (2, 1, 0):
        try:
            with unit_of_work():
                return _write_page()
        except IntegrityError:
            if not left:
                raise
    raise AssertionError("unreachable")


def _write_page() -> _Page | None:
    at = now()
    due = select(COLLECTIONS).where(COLLECTIONS.c.state == "planned", COLLECTIONS.c.run_at <= at)
    rows = session.execute(
        due.order_by(COLLECTIONS.c.run_at, COLLECTIONS.c.item_id).limit(page_size()).with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return None
    items, methods, decisions = _decide(rows, at)
    chosen = [row for row in rows if decisions[row.item_id].minor > 0]
    failed = _failed_before([row.payment_id for row in chosen if row.payment_id is not None])
    planned = [
        _plan(items[r.item_id], methods[r.account_id], decisions[r.item_id], r.payment_id if r.payment_id in failed else None)
        for r in chosen
    ]
    attempts = write_attempts(planned)
    payments = {row.item_id: attempt.payment_id for row, attempt in zip(chosen, attempts, strict=True)}
    session.connection().execute(_DECIDED, [_decided(row, decisions[row.item_id], payments.get(row.item_id)) for row in rows])
    return _Page(attempts, len(rows) - len(attempts))


def _decide(rows: Sequence[Row[Any]], at: datetime) -> tuple[dict[UUID, OpenItemInfo], dict[UUID, MethodInfo], dict[UUID, Decision]]:
    ids, payers = [row.item_id for row in rows], {row.account_id for row in rows}
    items = {item.id: item for item in ledger.open_items(item_ids=ids)}
    methods, holds, usable = (
        default_methods(payers),
        active_holds(payers | {item.account_id for item in items.values()}, "collection"),
        _usable(),
    )
    live = set(session.scalars(select(TARGETS.c.live_item_id).where(ids_in(TARGETS.c.live_item_id, ids))))
    decisions = {}
    for row in rows:
        item, method = items.get(row.item_id), methods.get(row.account_id)
        mine = (
            holds[row.account_id] if item is None or item.account_id == row.account_id else holds[row.account_id] + holds[item.account_id]
        )
        decisions[row.item_id] = decide(item, method, usable.get(method.gateway) if method else None, mine, live, at)
    return items, methods, decisions


def _usable() -> Mapping[str, Usable]:
    """Gateways that collect by themselves."""
    infos = (gateway.info for gateway in gateways().values())
    return {info.key: Usable(info.currencies) for info in infos if info.automatic and Operation.PURCHASE in info.capabilities}


def _failed_before(payment_ids: Collection[UUID]) -> set[UUID]:
    """Payments that may get a further attempt: nothing came of them so far."""
    if not payment_ids:
        return set()
    return set(session.scalars(select(PAYMENTS.c.id).where(ids_in(PAYMENTS.c.id, payment_ids), PAYMENTS.c.state == "failed")))


def _plan(item: OpenItemInfo, method: MethodInfo, decision: Decision, payment_id: UUID | None) -> Planned:
    return Planned(
        account_id=item.payer_id,
        legal_entity_id=item.legal_entity_id,
        gateway=method.gateway,
        money=Money(decision.minor, item.currency),
        origin=AUTOMATIC,
        targets=(TargetInfo(item.id, decision.minor),),
        numbers=(item.source.number,),
        method_id=method.id,
        method_token=method.token,
        description=item.source.number,
        payment_id=payment_id,
    )


def _decided(row: Row[Any], decision: Decision, payment_id: UUID | None) -> dict[str, Any]:
    state = "attempted" if payment_id else "planned" if decision.again_at else "done" if decision.reason == "settled" else "stopped"
    return {
        "item": row.item_id,
        "new_state": state,
        "new_run_at": decision.again_at or row.run_at,
        "new_payment_id": payment_id or row.payment_id,
        "new_reason": decision.reason,
    }


def _row(item: OpenItemInfo, run_at: datetime) -> dict[str, Any]:
    return {"item_id": item.id, "account_id": item.payer_id, "state": "planned", "run_at": run_at, "tries": 0, "unreached": 0, "reason": ""}
