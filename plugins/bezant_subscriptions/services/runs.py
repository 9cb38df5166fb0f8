"""The billing run: waves of billing dates, pages of accounts, one transaction a page; it can be killed at any moment and started again.

Everything that a run needs to know stands in the marks, so a second run at the same time, or one after a crash, bills what is left
and nothing else. A page that fails is repeated account by account; an account that fails alone is parked with an explanation.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, delete, func, select, update

from bezant.sdk.db import bulk_insert, ids_in, session, unit_of_work
from bezant.sdk.events import post_events
from bezant.sdk.jobs import progress
from bezant.sdk.services import audit, now, query, setting, system_time
from bezant.sdk.values import BillingError, SourceRef, new_id
from bezant_invoicing.contracts import IssuedPage
from bezant_subscriptions.contracts import BILLING_RUN, BillingRunFinished, CatchUp, RunInfo
from bezant_subscriptions.domain.drafting import Rates
from bezant_subscriptions.models import BillingMark, BillingRun, ParkedAccount
from bezant_subscriptions.services.computing import Computed, Horizon, Trouble, compute, rate_quantity, trouble_of
from bezant_subscriptions.services.loading import Loaded, load_page
from bezant_subscriptions.services.reading import load_run
from bezant_subscriptions.services.store import Plans
from bezant_subscriptions.services.validation import check_horizon
from bezant_subscriptions.services.writing import write

_log = structlog.get_logger(__name__)
_mark = BillingMark.__table__.c

EARLIEST_ZONE = timedelta(hours=14)
"""How far ahead of UTC a calendar on a wall can be (Kiritimati)."""


@dataclass(slots=True)
class Figures:
    """What a run has come to so far. ``amounts``: currency → [invoiced, credited] in minor units."""

    total: int = 0
    done: int = 0
    invoices: int = 0
    credit_notes: int = 0
    lines: int = 0
    amounts: dict[str, list[int]] = field(default_factory=dict)

    def plus(self, done: int, issued: IssuedPage) -> "Figures":
        """The figures after one more page."""
        amounts = {currency: list(both) for currency, both in self.amounts.items()}
        for invoice in issued.invoices:
            amounts.setdefault(invoice.currency, [0, 0])[0] += invoice.total_minor
        for note in issued.credit_notes:
            amounts.setdefault(note.currency, [0, 0])[1] += note.total_minor
        return Figures(
            self.total,
            self.done + done,
            self.invoices + len(issued.invoices),
            self.credit_notes + len(issued.credit_notes),
            self.lines + sum(len(invoice.lines) for invoice in issued.invoices),
            amounts,
        )


@dataclass(slots=True)
class _Run:
    """A run under way. ``until`` is set where the run looks at an instant rather than at whole days."""

    through: date
    until: datetime | None
    catch_up: CatchUp
    page_size: int
    account_ids: Collection[UUID] | None
    watch: Callable[[RunInfo], None] | None
    id: UUID = field(default_factory=new_id)
    plans: Plans = field(default_factory=Plans)
    rates: Rates = field(default_factory=lambda: Rates(rate_quantity))
    figures: Figures = field(default_factory=Figures)
    parked: set[UUID] = field(default_factory=set)

    @property
    def source(self) -> SourceRef:
        """What documents name as their origin."""
        return SourceRef(BILLING_RUN, self.id, self.through.isoformat())

    @property
    def due(self) -> ColumnElement[bool]:
        """The marks that this run has to look at."""
        condition = (_mark.next_due_on <= self.through) & _mark.hold.is_(False)
        if self.until is not None:
            condition &= _mark.next_due_at <= self.until
        if self.account_ids is not None:
            condition &= ids_in(_mark.account_id, self.account_ids)
        return condition


@query("subscriptions.run.start")
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
    if through is not None:
        check_horizon(through)
    run = _Run(
        through or (now() + EARLIEST_ZONE).date(),
        now() if through is None else None,
        catch_up or _setting_of_catch_up(),
        page_size or int(str(setting("subscriptions.page_size"))),
        account_ids,
        watch,
    )
    _begin(run, trigger)
    try:
        _bill_all(run)
    except BaseException as error:
        _end(run, "failed", f"{type(error).__name__}: {error}"[:500])
        raise
    _end(run, "finished", "")
    return load_run(run.id)


def _setting_of_catch_up() -> CatchUp:
    return "one" if setting("subscriptions.catch_up") == "one" else "per_date"


def _bill_all(run: _Run) -> None:
    """Billing date by billing date, so that documents are numbered in the order of their dates."""
    day = _next_date(run, None)
    while day is not None:
        last: UUID | None = None
        while page := _next_page(run, day, last):
            last = page[-1]
            _bill_page(run, day, [one for one in page if one not in run.parked])
        day = _next_date(run, day)


def _next_date(run: _Run, after: date | None) -> date | None:
    if run.catch_up == "one":
        return run.through if after is None else None
    condition = run.due if after is None else run.due & (_mark.next_due_on > after)
    found: date | None = session.scalar(select(func.min(_mark.next_due_on)).where(condition))
    return found


def _next_page(run: _Run, day: date, last: UUID | None) -> Sequence[UUID]:
    condition = run.due if run.catch_up == "one" else run.due & (_mark.next_due_on == day)
    if last is not None:
        condition &= _mark.account_id > last
    statement = select(_mark.account_id).where(condition).distinct().order_by(_mark.account_id).limit(run.page_size)
    return session.scalars(statement).all()


def _bill_page(run: _Run, day: date, account_ids: Sequence[UUID]) -> None:
    """One page; where it fails, its accounts one by one; an account that fails alone is parked."""
    if not account_ids:
        return
    try:
        figures = _in_transaction(run, day, account_ids)
    except Exception as error:
        session.rollback()
        _log.warning("page failed", run=str(run.id), day=day.isoformat(), accounts=len(account_ids), exc_info=error)
        if len(account_ids) > 1:
            for account_id in account_ids:
                _bill_page(run, day, [account_id])
            return
        _park_alone(run, day, account_ids[0], error)
        figures = run.figures
    run.figures = figures
    progress(figures.done, figures.total, f"billing date {day}")
    if run.watch is not None:
        run.watch(load_run(run.id))


def _in_transaction(run: _Run, day: date, account_ids: Sequence[UUID]) -> Figures:
    with unit_of_work():
        page = load_page(account_ids, day, run.plans, lock=True)
        computed = compute(page, Horizon(day, run.until), run.plans, run.rates, run.source)
        issued = write(page, computed, run.plans)
        _park(run, day, computed.troubles)
        _unpark({case.account_id for case in computed.cases})
        figures = run.figures.plus(_finished(run, page, computed), issued)
        _note(run, day, figures)
        return figures


def _finished(run: _Run, page: Loaded, computed: Computed) -> int:
    """How many subscriptions of the page need no further look by this run."""
    later = 0
    for case in computed.cases:
        mark = case.settlement.mark
        open_ = mark.next_due_on is not None and mark.next_due_on <= run.through
        later += open_ and (run.until is None or mark.next_due_at is None or mark.next_due_at <= run.until)
    return len(page.marks) - later


def _begin(run: _Run, trigger: str) -> None:
    with unit_of_work():
        run.figures.total = session.scalar(select(func.count()).select_from(BillingMark).where(run.due)) or 0
        at = system_time()
        columns = {
            "id": run.id,
            "state": "running",
            "trigger": trigger,
            "through": run.through,
            "until": run.until,
            "catch_up": run.catch_up,
            "started_at": at,
            "seen_at": at,
            "total": run.figures.total,
        }
        bulk_insert(BillingRun, [columns])
        audit("subscriptions.run.started", BILLING_RUN, run.id, {"through": run.through.isoformat(), "catch_up": run.catch_up})


def _note(run: _Run, day: date, figures: Figures, **more: Any) -> None:
    """Writes the figures of a run with the page that made them."""
    values = {
        "done": figures.done,
        "invoices": figures.invoices,
        "credit_notes": figures.credit_notes,
        "lines": figures.lines,
        "amounts": figures.amounts,
        "parked": len(run.parked),
        "seen_at": system_time(),
        "billing_date": day,
        **more,
    }
    statement = update(BillingRun).where(BillingRun.__table__.c.id == run.id).values(values)
    session.execute(statement, execution_options={"synchronize_session": False})


def _end(run: _Run, state: str, note: str) -> None:
    session.rollback()
    with unit_of_work():
        figures = run.figures
        statement = update(BillingRun).where(BillingRun.__table__.c.id == run.id)
        values = {"state": state, "note": note, "finished_at": system_time(), "seen_at": system_time(), "parked": len(run.parked)}
        session.execute(statement.values(values), execution_options={"synchronize_session": False})
        if state == "finished":
            post_events([BillingRunFinished(run.id, run.through, figures.invoices, figures.credit_notes, len(run.parked))])


def _park(run: _Run, day: date, troubles: Sequence[Trouble]) -> None:
    """Sets accounts aside, with what is wrong and what would mend it; the first trouble of an account is told."""
    first = {trouble.account_id: trouble for trouble in reversed(troubles)}
    if not first:
        return
    run.parked |= first.keys()
    _unpark(set(first))
    bulk_insert(
        ParkedAccount,
        [
            {
                "account_id": one.account_id,
                "subscription_id": one.subscription_id,
                "run_id": run.id,
                "billing_date": day,
                "code": one.code,
                "explanation": one.explanation[:2000],
                "remedy": one.remedy[:2000],
                "since": system_time(),
            }
            for one in first.values()
        ],
    )


def _unpark(account_ids: set[UUID]) -> None:
    statement = delete(ParkedAccount).where(ids_in(ParkedAccount.__table__.c.account_id, account_ids))
    session.execute(statement, execution_options={"synchronize_session": False})


def _park_alone(run: _Run, day: date, account_id: UUID, error: Exception) -> None:
    if isinstance(error, BillingError):
        trouble = trouble_of(account_id, None, error)
    else:
        what = f"{type(error).__name__}: {error}"
        trouble = Trouble(
            account_id, None, "failure", what, "This is a fault of the software or the database: see the log, then run billing again."
        )
    with unit_of_work():
        _park(run, day, [trouble])
        _note(run, day, run.figures)
