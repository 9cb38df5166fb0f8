"""Statement runs: all accounts, a page at a time, each page in one transaction with the mark of how far the run got.

A run that is killed goes on where it stopped; two that carry the same run take turns. A page that fails is repeated account by
account, and the account that fails is parked with the reason.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, update

from bezant.sdk.db import bulk_insert, in_scope, session, unit_of_work
from bezant.sdk.events import post_events
from bezant.sdk.jobs import enqueue, job, progress
from bezant.sdk.services import audit, check, now, principal, query, use_case
from bezant.sdk.values import BillingError, Invalid, NotFound, new_id
from bezant_accounts.services import get_legal_entity
from bezant_statements.contracts import NewRun, ParkedAccount, RunFinished, RunInfo
from bezant_statements.models import Parked, Statement, StatementPdf, StatementRun
from bezant_statements.services.configuration import page_size
from bezant_statements.services.issuing import Terms, check_terms, issue_page
from bezant_statements.services.printing import statement_pdf
from bezant_statements.services.sections import ITEMS

_RUNS = StatementRun.__table__
_FIELDS = tuple(RunInfo.__dataclass_fields__)


@use_case("statements.run.create")
def create_run(new: NewRun) -> RunInfo:
    """Starts a run; a job carries it out. Raises ``Invalid``, ``NotFound`` for an unknown legal entity."""
    check_terms(new.kind, new.from_on, new.to_on)
    _check_reach(new.legal_entity_id)
    run_id = new_id()
    run = {
        "id": run_id,
        "kind": new.kind,
        "from_on": new.from_on,
        "to_on": new.to_on,
        "legal_entity_id": new.legal_entity_id,
        "skip_settled": new.skip_settled,
        "accounts": session.scalar(select(func.count()).select_from(_payers(new.legal_entity_id).subquery())),
        "created_at": now(),
    }
    bulk_insert(StatementRun, [run])
    audit("statements.run.created", "statements.run", run_id, {"kind": new.kind, "to_on": new.to_on.isoformat()})
    enqueue(carry_out_run, run_id=str(run_id), unique=str(run_id))
    return get_run(run_id)


@query("statements.run.view")
def get_run(run_id: UUID) -> RunInfo:
    """One run. Raises ``NotFound``."""
    row = session.execute(select(_RUNS).where(_RUNS.c.id == run_id, in_scope(_RUNS))).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no statement run {run_id}.")
    return RunInfo(**{name: row[name] for name in _FIELDS})


@query("statements.run.view")
def parked_accounts(run_id: UUID) -> list[ParkedAccount]:
    """The accounts that failed in a run, with the reasons."""
    table = Parked.__table__.c
    mine = select(table.account_id, table.message).where(table.run_id == run_id, in_scope(Parked))
    rows = session.execute(mine.order_by(table.id))
    return [ParkedAccount(*row) for row in rows]


def finish_run(run_id: UUID, advance: Callable[[int], None] = lambda _: None) -> RunInfo:
    """Carries a run on to its end, a transaction per page; ``advance`` is told how many accounts each page had."""
    check("statements.run.create")
    run = get_run(run_id)
    while _next_page(run_id):
        before, run = run, get_run(run_id)
        advance(run.done - before.done)
        progress(run.done, run.accounts, f"{run.issued} issued")
    return get_run(run_id)


@job("statements.carry_out_run", title="Issue statements")
def carry_out_run(run_id: str) -> dict[str, object]:
    """Carries a run on to its end; another job then prints its statements."""
    run = finish_run(UUID(run_id))
    return {"issued": run.issued, "skipped": run.skipped, "parked": run.parked}


@job("statements.print_run", title="Print the statements of a run")
def print_run(run_id: str) -> dict[str, object]:
    """Prints every statement of a run that was not printed yet."""
    waiting = _unprinted(UUID(run_id))
    for done, statement_id in enumerate(waiting, start=1):
        statement_pdf(statement_id)
        progress(done, len(waiting))
    return {"printed": len(waiting)}


def _check_reach(legal_entity_id: UUID | None) -> None:
    """A run states all accounts of a legal entity, or of all of them; the job that carries it out may do everything."""
    who = principal()
    if legal_entity_id is not None and who.account_ids is None:
        get_legal_entity(legal_entity_id)
    elif who.is_limited:
        message = "You see a part of the accounts only: name the legal entity whose accounts are stated."
        raise Invalid.field("legal_entity_id", "required", message)


def _next_page(run_id: UUID) -> bool:
    """The next page of a run; False when none is left."""
    try:
        return _issue_next(run_id, page_size())
    except BillingError:
        return _one_by_one(run_id)


def _one_by_one(run_id: UUID) -> bool:
    """As many accounts as a page has, each in a transaction of its own; what fails is parked."""
    going_on = True
    for _ in range(page_size()):
        try:
            going_on = _issue_next(run_id, 1)
        except BillingError as error:
            going_on = _park_next(run_id, error.message)
        if not going_on:
            break
    return going_on


def _issue_next(run_id: UUID, size: int) -> bool:
    with unit_of_work():
        run = _locked(run_id)
        ids = _next_ids(run, size)
        if not ids:
            return _finish(run)
        issued = issue_page(ids, Terms(run.kind, run.from_on, run.to_on, run.legal_entity_id, run.skip_settled, run.id))
        stated = len({statement.account_id for statement in issued})
        _advance(run, ids, issued=len(issued), skipped=len(ids) - stated)
    return True


def _park_next(run_id: UUID, message: str) -> bool:
    with unit_of_work():
        run = _locked(run_id)
        ids = _next_ids(run, 1)
        if ids:
            bulk_insert(Parked, [{"run_id": run.id, "account_id": ids[0], "message": message[:500]}])
            _advance(run, ids, parked=1)
    return bool(ids)


def _locked(run_id: UUID) -> Any:
    """The run as it stands, held until the commit, so that two that carry it take turns."""
    return session.execute(select(_RUNS).where(_RUNS.c.id == run_id).with_for_update()).one()


def _next_ids(run: Any, size: int) -> Sequence[UUID]:
    if run.state == "done":
        return []
    payers = _payers(run.legal_entity_id).order_by(ITEMS.c.payer_id).limit(size)
    return session.scalars(payers if run.cursor is None else payers.where(ITEMS.c.payer_id > run.cursor)).all()


def _payers(legal_entity_id: UUID | None) -> Select[Any]:
    """SQL: the accounts that ever owed or were owed anything."""
    statement = select(ITEMS.c.payer_id).distinct()
    return statement if legal_entity_id is None else statement.where(ITEMS.c.legal_entity_id == legal_entity_id)


def _advance(run: Any, ids: Sequence[UUID], *, issued: int = 0, skipped: int = 0, parked: int = 0) -> None:
    counts = {"done": len(ids), "issued": issued, "skipped": skipped, "parked": parked}
    values = {name: _RUNS.c[name] + count for name, count in counts.items()}
    session.execute(update(StatementRun).where(StatementRun.id == run.id).values(state="running", cursor=ids[-1], **values))


def _finish(run: Any) -> bool:
    if run.state != "done":
        session.execute(update(StatementRun).where(StatementRun.id == run.id).values(state="done", finished_at=now()))
        post_events([RunFinished(run.id, issued=run.issued, parked=run.parked)])
        enqueue(print_run, run_id=str(run.id), unique=str(run.id))
    return False


def _unprinted(run_id: UUID) -> list[UUID]:
    statements, pdfs = Statement.__table__.c, StatementPdf.__table__.c
    printed = select(pdfs.statement_id).where(pdfs.statement_id == statements.id).exists()
    return list(session.scalars(select(statements.id).where(statements.run_id == run_id, ~printed).order_by(statements.id)))
