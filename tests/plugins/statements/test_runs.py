"""Statement runs: all accounts once, whatever interrupts them, with a constant number of queries per page."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from bezant.sdk.db import session, unit_of_work
from bezant.sdk.values import Conflict
from bezant_ledger.services import open_items
from bezant_statements.contracts import BALANCE_FORWARD, NewRun, RunInfo
from bezant_statements.models import Statement, StatementPdf
from bezant_statements.services import create_run, finish_run, parked_accounts, print_run, runs
from bezant_statements.services.issuing import Terms, issue_page
from tests.plugins.statements.books import Book, open_account

pytestmark = [pytest.mark.plugins("statements"), pytest.mark.usefixtures("as_system")]
JAN, FEB, MAR = (date(2013, month, 1) for month in (1, 2, 3))


def airlines(book: Book, count: int) -> list[UUID]:
    """Accounts that owe something."""
    ids = [open_account(f"Airline {number}", external_id=f"A{number}") for number in range(count)]
    with unit_of_work():
        for id in ids:
            book.invoice(1_000, JAN, FEB, id)
    return ids


def start(**more: Any) -> RunInfo:
    return create_run(NewRun(BALANCE_FORWARD, JAN, MAR, **more))


def issued() -> int:
    return session.scalar(select(func.count()).select_from(Statement)) or 0


@pytest.mark.settings({"statements.page_size": 2})
def test_a_run_states_every_account_once_with_gapless_numbers(book: Book) -> None:
    airlines(book, 5)
    told: list[int] = []
    run = finish_run(start().id, told.append)
    assert (run.state, run.accounts, run.done, run.issued, run.skipped, run.parked) == ("done", 5, 5, 5, 0, 0)
    assert told == [2, 2, 1]
    numbers = sorted(session.scalars(select(Statement.number)))
    assert [number[-6:] for number in numbers] == [f"{n:06}" for n in range(1, 6)]


def test_accounts_with_nothing_to_state_are_left_out(book: Book) -> None:
    paid, _ = airlines(book, 2)
    (item,) = open_items([paid])
    book.pay(item.id, 1_000, FEB, paid)
    run = finish_run(create_run(NewRun(BALANCE_FORWARD, MAR, MAR)).id)
    assert (run.issued, run.skipped) == (1, 1)


@pytest.mark.settings({"statements.page_size": 2})
def test_a_run_that_was_stopped_goes_on_where_it_was(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    airlines(book, 5)
    run = start()
    assert runs._next_page(run.id)

    def stopped(*_arguments: object, **_counts: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(runs, "_advance", stopped)
        runs._next_page(run.id)
    assert issued() == 2
    assert finish_run(run.id).issued == 5
    assert finish_run(run.id).issued == issued() == 5


@pytest.mark.settings({"statements.page_size": 3})
def test_the_account_that_fails_is_parked_and_the_others_are_stated(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = airlines(book, 3)

    def failing(account_ids: Any, terms: Terms) -> Any:
        if ids[1] in account_ids:
            raise Conflict("Its books are torn.")
        return issue_page(account_ids, terms)

    monkeypatch.setattr(runs, "issue_page", failing)
    run = finish_run(start().id)
    assert (run.issued, run.parked) == (2, 1)
    assert [(entry.account_id, entry.message) for entry in parked_accounts(run.id)] == [(ids[1], "Its books are torn.")]


def test_a_page_takes_the_same_queries_however_many_accounts_it_has(book: Book, count_queries: Callable[..., Any]) -> None:
    ids = airlines(book, 12)
    counts = []
    for some in (ids[:1], ids[1:3], ids[3:]):
        with count_queries() as statements, unit_of_work():
            assert len(issue_page(some, Terms(BALANCE_FORWARD, JAN, MAR))) == len(some)
        counts.append(len(statements))
    assert counts[1] == counts[2] <= 15


def test_a_run_of_one_legal_entity_leaves_the_others_alone(book: Book) -> None:
    airlines(book, 1)
    assert start(legal_entity_id=book.entity).accounts == 1


def test_its_statements_are_printed_by_a_job(book: Book) -> None:
    airlines(book, 2)
    run = finish_run(start().id)
    assert print_run(run_id=str(run.id)) == {"printed": 2}
    assert print_run(run_id=str(run.id)) == {"printed": 0}
    assert session.scalar(select(func.count()).select_from(StatementPdf)) == 2
