"""The billing run: waves of billing dates, pages of accounts, one transaction a page; it can be killed at any moment and started again.

Everything that a run needs to know stands in the marks, so a second run at the same time, or one after a crash, bills what is left
and nothing else. A page that fails is repeated account by account; an account that fails alone is parked with an explanation.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from uuid import UUID

import structlog
from sqlalchemy import func, select

from bezant.sdk.db import in_scope, session, unit_of_work
from bezant.sdk.jobs import enqueue, job, progress
from bezant.sdk.services import now, query, setting, use_case, without_collector
from bezant.sdk.values import BillingError
from bezant_subscriptions.contracts import CatchUp, RunInfo
from bezant_subscriptions.models import BillingMark
from bezant_subscriptions.services.computing import Computed, Horizon, Trouble, compute, trouble_of
from bezant_subscriptions.services.loading import Loaded, load_page
from bezant_subscriptions.services.reading import read_run_info, within_reach
from bezant_subscriptions.services.running import Figures, Run, begin, create_run, end, new_run, note, park, read_run, unpark
from bezant_subscriptions.services.validation import check_horizon
from bezant_subscriptions.services.writing import write

START = "subscriptions.run.start"

_log = structlog.get_logger(__name__)
_mark = BillingMark.__table__.c


@query(START)
def run_billing(
    through: date | None = None,
    account_ids: Collection[UUID] | None = None,
    page_size: int | None = None,
    *,
    trigger: str = "service",
    catch_up: CatchUp | None = None,
    watch: Callable[[RunInfo], None] | None = None,
) -> RunInfo:
    """Bills everything that is due through a local day of each account; without one, everything that is due by now.

    ``account_ids`` narrows it. Must be called outside a unit of work: every page is a transaction of its own. ``watch`` is told
    the figures after each page.
    """
    run = _prepared(through, account_ids, page_size, catch_up, watch)
    with unit_of_work():
        create_run(run, trigger, "running")
    return _carry_out(run)


@use_case(START)
def start_run(
    through: date | None = None,
    account_ids: Collection[UUID] | None = None,
    *,
    trigger: str = "service",
    catch_up: CatchUp | None = None,
) -> RunInfo:
    """Starts a run in the background; its record tells how far it is."""
    run = _prepared(through, account_ids, None, catch_up, None)
    create_run(run, trigger, "queued")
    enqueue(carry_out_run, run_id=str(run.id), unique=str(run.id))
    return read_run_info(run.id)


@query(START)
def continue_run(run_id: UUID) -> RunInfo:
    """Goes on with a run that was queued or interrupted. Raises ``NotFound``, and ``Conflict`` where it has ended."""
    return _carry_out(read_run(run_id, _page_size()))


@query(START)
def anything_due() -> bool:
    """Whether a run by now would find something to look at."""
    run = _prepared(None, None, None, None, None)
    return session.scalar(select(_mark.subscription_id).where(run.due).limit(1)) is not None


@query(START)
def next_billing() -> datetime | None:
    """When the schedule next finds something to bill, business time; ``None`` where automatic runs are switched off."""
    if not setting("subscriptions.automatic"):
        return None
    found: datetime | None = session.scalar(select(func.min(_mark.next_due_at)).where(_mark.hold.is_(False), in_scope(BillingMark)))
    return found


@job("subscriptions.carry_out_run", title="Billing run")
def carry_out_run(run_id: str) -> dict[str, int]:
    """A run that was started in the background; repeated after a crash, it goes on where it was."""
    return _summary(continue_run(UUID(run_id)))


@job("subscriptions.bill_due", title="Billing run by schedule")
def bill_due() -> dict[str, int] | None:
    """Bills what has fallen due; makes no record where nothing has, or where automatic runs are switched off."""
    if not setting("subscriptions.automatic") or not anything_due():
        return None
    return _summary(run_billing(trigger="schedule"))


def _summary(run: RunInfo) -> dict[str, int]:
    return {"invoices": run.invoices, "credit_notes": run.credit_notes, "parked": run.parked}


def _prepared(
    through: date | None,
    account_ids: Collection[UUID] | None,
    page_size: int | None,
    catch_up: CatchUp | None,
    watch: Callable[[RunInfo], None] | None,
) -> Run:
    if through is not None:
        check_horizon(through)
    moment = now()
    merged: CatchUp = catch_up or ("one" if setting("subscriptions.catch_up") == "one" else "per_date")
    return new_run(
        through or moment.date(), moment if through is None else None, merged, page_size or _page_size(), within_reach(account_ids), watch
    )


def _page_size() -> int:
    return int(str(setting("subscriptions.page_size")))


def _carry_out(run: Run) -> RunInfo:
    begin(run)
    try:
        _bill_all(run)
    except BaseException as error:
        end(run, "failed", f"{type(error).__name__}: {error}")
        raise
    end(run, "finished", "")
    return read_run_info(run.id)


def _bill_all(run: Run) -> None:
    """Billing date by billing date, so that documents are numbered in the order of their dates."""
    day = _next_date(run, None)
    while day is not None:
        last: UUID | None = None
        while page := _next_page(run, day, last):
            last = page[-1]
            _bill_page(run, day, [one for one in page if one not in run.parked])
        day = _next_date(run, day)


def _next_date(run: Run, after: date | None) -> date | None:
    if run.catch_up == "one":
        return run.last_day if after is None else None
    condition = run.due if after is None else run.due & (_mark.next_due_on > after)
    found: date | None = session.scalar(select(func.min(_mark.next_due_on)).where(condition))
    return found


def _next_page(run: Run, day: date, last: UUID | None) -> Sequence[UUID]:
    condition = run.due if run.catch_up == "one" else run.due & (_mark.next_due_on == day)
    if last is not None:
        condition &= _mark.account_id > last
    statement = select(_mark.account_id).where(condition).distinct().order_by(_mark.account_id).limit(run.page_size)
    return session.scalars(statement).all()


def _bill_page(run: Run, day: date, account_ids: Sequence[UUID]) -> None:
    """One page; where it fails, its accounts one by one; an account that fails alone is parked."""
    if not account_ids:
        return
    try:
        run.figures = _in_transaction(run, day, account_ids)
    except Exception as error:
        session.rollback()
        _log.warning("page failed", run=str(run.id), day=day.isoformat(), accounts=len(account_ids), exc_info=error)
        if len(account_ids) > 1:
            for account_id in account_ids:
                _bill_page(run, day, [account_id])
            return
        _park_alone(run, day, account_ids[0], error)
    progress(run.figures.done, run.figures.total, f"billing date {day}")
    if run.watch is not None:
        run.watch(read_run_info(run.id))


def _in_transaction(run: Run, day: date, account_ids: Sequence[UUID]) -> Figures:
    with without_collector(), unit_of_work():
        page = load_page(account_ids, day, run.plans, lock=True)
        computed = compute(page, Horizon(day, run.until), run.plans, run.rates, run.source)
        issued = write(page, computed, run.plans)
        park(run, day, computed.troubles)
        unpark({case.account_id for case in computed.cases})
        figures = run.figures.plus(_finished(run, page, computed), issued)
        note(run, day, figures)
        return figures


def _finished(run: Run, page: Loaded, computed: Computed) -> int:
    """How many subscriptions of the page need no further look by this run."""
    marks = (case.settlement.mark for case in computed.cases)
    return len(page.marks) - sum(run.is_open(mark.next_due_on, mark.next_due_at) for mark in marks)


def _park_alone(run: Run, day: date, account_id: UUID, error: Exception) -> None:
    if isinstance(error, BillingError):
        trouble = trouble_of(account_id, None, error)
    else:
        what = f"{type(error).__name__}: {error}"
        trouble = Trouble(account_id, None, "failure", what, "A fault of the software or database: see the log, then run billing again.")
    with unit_of_work():
        park(run, day, [trouble])
        note(run, day, run.figures)
