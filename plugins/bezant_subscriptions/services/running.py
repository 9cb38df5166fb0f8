"""A run's own record: its figures, its beginning and end, the accounts it sets aside. Written with the pages that it tells of."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update

from bezant.sdk.db import bulk_insert, ids_in, in_scope, session, unit_of_work
from bezant.sdk.events import post_events
from bezant.sdk.services import audit, now, principal, system_time
from bezant.sdk.values import Conflict, NotFound, SourceRef, new_id
from bezant_invoicing.contracts import IssuedPage
from bezant_subscriptions.contracts import BILLING_RUN, BillingRunFinished, CatchUp, RunInfo
from bezant_subscriptions.domain.drafting import Rates
from bezant_subscriptions.models import BillingMark, BillingRun, ParkedAccount
from bezant_subscriptions.services.computing import Trouble, rate_quantity
from bezant_subscriptions.services.store import Plans

SILENT = timedelta(minutes=5)
"""After so long without a page a run is taken for interrupted."""

EARLIEST_ZONE = timedelta(hours=14)
"""How far ahead of UTC a calendar on a wall can be (Kiritimati)."""

_mark = BillingMark.__table__.c
_run = BillingRun.__table__.c
_QUIET = {"synchronize_session": False}


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
class Run:
    """A run under way. ``until`` is set where it looks at an instant rather than at whole days."""

    id: UUID
    through: date
    until: datetime | None
    catch_up: CatchUp
    page_size: int
    account_ids: Collection[UUID] | None = None
    watch: Callable[[RunInfo], None] | None = None
    figures: Figures = field(default_factory=Figures)
    plans: Plans = field(default_factory=Plans)
    rates: Rates = field(default_factory=lambda: Rates(rate_quantity))
    parked: set[UUID] = field(default_factory=set)

    @property
    def source(self) -> SourceRef:
        """What documents name as their origin."""
        return SourceRef(BILLING_RUN, self.id, self.through.isoformat())

    @property
    def due(self) -> ColumnElement[bool]:
        """The marks that this run has to look at."""
        condition: ColumnElement[bool] = (_mark.next_due_on <= self.last_day) & _mark.hold.is_(False)
        if self.until is not None:
            condition &= _mark.next_due_at <= self.until
        if self.account_ids is not None:
            condition &= ids_in(_mark.account_id, self.account_ids)
        return condition

    def is_open(self, due_on: date | None, due_at: datetime | None) -> bool:
        """Whether a mark still has something for this run."""
        if self.until is not None:
            return due_at is not None and due_at <= self.until
        return due_on is not None and due_on <= self.through

    @property
    def last_day(self) -> date:
        """The latest day that any calendar on a wall shows by the time that the run looks at."""
        return self.through if self.until is None else (self.until + EARLIEST_ZONE).date()


def create_run(run: Run, trigger: str, state: str) -> None:
    """Writes the row of a new run. Needs a unit of work."""
    columns = {
        "id": run.id,
        "state": state,
        "trigger": trigger,
        "through": run.through,
        "until": run.until,
        "catch_up": run.catch_up,
        "account_ids": None if run.account_ids is None else [str(one) for one in run.account_ids],
        "started_by": principal().id,
        "started_at": now(),
        **_signs_of_life(),
    }
    bulk_insert(BillingRun, [columns])
    audit("subscriptions.run.started", BILLING_RUN, run.id, {"through": run.through.isoformat(), "catch_up": run.catch_up})


def read_run(run_id: UUID, page_size: int) -> Run:
    """A run as its row has it, to be begun or gone on with. Raises ``NotFound``, and ``Conflict`` where it has ended."""
    row = session.execute(select(BillingRun.__table__).where(_run.id == run_id, in_scope(BillingRun))).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no billing run {run_id}.")
    if row["state"] in ("finished", "failed"):
        raise Conflict("The billing run has ended; start another one, which bills what is left.", code="wrong_state")
    figures = Figures(0, row["done"], row["invoices"], row["credit_notes"], row["lines"], dict(row["amounts"] or {}))
    narrowed = None if row["account_ids"] is None else [UUID(one) for one in row["account_ids"]]
    return Run(run_id, row["through"], row["until"], row["catch_up"], page_size, narrowed, figures=figures)


def begin(run: Run) -> None:
    """Counts what there is to do, and calls runs that have fallen silent interrupted."""
    with unit_of_work():
        left = session.scalar(select(func.count()).select_from(BillingMark).where(run.due)) or 0
        run.figures.total = run.figures.done + left
        silent = (_run.state == "running") & (_run.alive_at < system_time() - SILENT) & (_run.id != run.id)
        session.execute(update(BillingRun).where(silent).values(state="interrupted"), execution_options=_QUIET)
        _set(run, state="running", total=run.figures.total, **_signs_of_life())


def note(run: Run, day: date, figures: Figures) -> None:
    """Writes the figures in the transaction of the page that made them."""
    _set(
        run,
        done=figures.done,
        invoices=figures.invoices,
        credit_notes=figures.credit_notes,
        lines=figures.lines,
        amounts=figures.amounts,
        parked=len(run.parked),
        billing_date=day,
        **_signs_of_life(),
    )


def end(run: Run, state: str, text: str) -> None:
    """Closes a run and tells of it."""
    session.rollback()
    with unit_of_work():
        _set(run, state=state, note=text[:500], finished_at=now(), parked=len(run.parked), **_signs_of_life())
        if state == "finished":
            figures = run.figures
            post_events([BillingRunFinished(run.id, run.through, figures.invoices, figures.credit_notes, len(run.parked))])


def park(run: Run, day: date, troubles: Sequence[Trouble]) -> None:
    """Sets accounts aside, with what is wrong and what would mend it; the first trouble of an account is told."""
    first = {trouble.account_id: trouble for trouble in reversed(troubles)}
    if not first:
        return
    run.parked |= first.keys()
    unpark(first.keys())
    bulk_insert(ParkedAccount, [_parked_row(run, day, one) for one in first.values()])


def unpark(account_ids: Collection[UUID]) -> None:
    """Forgets the trouble of accounts that were billed."""
    if account_ids:
        session.execute(delete(ParkedAccount).where(ids_in(ParkedAccount.__table__.c.account_id, account_ids)), execution_options=_QUIET)


def _parked_row(run: Run, day: date, one: Trouble) -> Mapping[str, Any]:
    return {
        "account_id": one.account_id,
        "subscription_id": one.subscription_id,
        "run_id": run.id,
        "billing_date": day,
        "code": one.code,
        "explanation": one.explanation[:2000],
        "remedy": one.remedy[:2000],
        "since": now(),
    }


def _signs_of_life() -> dict[str, datetime]:
    """When the run was last seen, for people, and by the clock that decides whether it has fallen silent."""
    return {"seen_at": now(), "alive_at": system_time()}


def _set(run: Run, **values: Any) -> None:
    session.execute(update(BillingRun).where(_run.id == run.id).values(values), execution_options=_QUIET)


def new_run(
    through: date,
    until: datetime | None,
    catch_up: CatchUp,
    page_size: int,
    account_ids: Collection[UUID] | None,
    watch: Callable[[RunInfo], None] | None = None,
) -> Run:
    """A run that has not begun."""
    return Run(new_id(), through, until, catch_up, page_size, account_ids, watch)
