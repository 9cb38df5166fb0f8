"""Statements from the ledger: the same balance in both kinds, as of any day, stored once and printed once."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import text

from bezant.sdk.db import session, unit_of_work
from bezant.sdk.values import Invalid, NotFound, new_id
from bezant_ledger.contracts import NewAllocation
from bezant_ledger.services import allocate, balances, open_items
from bezant_statements.contracts import BALANCE_FORWARD, OPEN_ITEM, NewStatement
from bezant_statements.services import aging, aging_totals, create_statement, get_statement, statement_lines, statement_pdf
from tests.plugins.statements.books import open_account

pytestmark = [pytest.mark.plugins("statements"), pytest.mark.usefixtures("as_system")]
JAN, FEB, MAR, APR = (date(2013, month, 1) for month in (1, 2, 3, 4))
ITEM_ACCOUNTS = ("receivables", "unapplied_cash", "customer_credit")


def state(book: Any, kind: str = BALANCE_FORWARD, start: date = JAN, end: date = MAR, **more: Any) -> Any:
    return create_statement(NewStatement(book.account, kind, start, end, **more))  # type: ignore[arg-type]


def ledger_balance(book: Any, day: date) -> int:
    return sum(b.balance_minor for b in balances(day, [book.account], ledger_accounts=ITEM_ACCOUNTS))


def test_opening_movements_and_closing(book: Any) -> None:
    december = book.invoice(489_938, date(2012, 12, 1), date(2012, 12, 31))
    book.invoice(244_969, JAN, date(2013, 1, 31))
    book.pay(december, 489_938, date(2013, 1, 10))
    made = state(book)
    assert (made.opening_minor, made.charges_minor, made.credits_minor, made.closing_minor) == (489_938, 244_969, -489_938, 244_969)
    lines = statement_lines(made.id)
    assert [(line.day, line.word, line.amount_minor, line.balance_minor) for line in lines] == [
        (JAN, "Invoice", 244_969, 734_907),
        (date(2013, 1, 10), "Payment", -489_938, 244_969),
    ]
    assert [line.source.type for line in lines] == ["invoicing.invoice", "payments.payment"]


def test_both_kinds_come_to_the_same_balance(book: Any) -> None:
    item = book.invoice(10_000, JAN, FEB)
    book.pay(item, 4_000, FEB)
    book.credit_note(10_000, FEB)
    forward, opened = state(book), state(book, OPEN_ITEM)
    assert forward.closing_minor == opened.closing_minor == -4_000
    rows = [(line.word, line.amount_minor, line.open_minor, line.balance_minor) for line in statement_lines(opened.id)]
    assert rows == [("Invoice", 10_000, 6_000, 6_000), ("Credit note", -10_000, -10_000, -4_000)]


def test_write_offs_and_refunds_are_movements_and_allocations_are_not(book: Any) -> None:
    item = book.invoice(10_000, JAN, FEB)
    credit = book.payment(3_000, JAN)
    allocate([NewAllocation(credit, item, 1_000, FEB)])
    book.refund(credit, 2_000, FEB)
    book.write_off(item, 9_000, FEB)
    made = state(book)
    assert [line.amount_minor for line in statement_lines(made.id)] == [10_000, -3_000, 2_000, -9_000]
    assert made.closing_minor == 0


def test_a_statement_of_the_past_sees_nothing_that_was_dated_later(book: Any) -> None:
    item = book.invoice(10_000, JAN, date(2013, 1, 31))
    book.pay(item, 10_000, APR)
    past, present = state(book, OPEN_ITEM, end=MAR), state(book, OPEN_ITEM, end=APR)
    assert (past.closing_minor, past.past_due_minor, present.closing_minor) == (10_000, 10_000, 0)
    assert statement_lines(past.id)[0].days_late == 29


def test_one_statement_for_each_currency(book: Any) -> None:
    for currency, amount in (("EUR", 10_000), ("USD", 5_000)):
        book.invoice(amount, JAN, FEB, currency=currency)
    book.payment(3_000, JAN, currency="EUR")
    book.invoice(2_500, JAN, FEB)
    assert {currency: state(book, currency=currency).closing_minor for currency in ("EUR", "USD")} == {"EUR": 7_000, "USD": 7_500}


def test_a_parent_that_pays_is_told_what_it_owes_for_its_children(book: Any) -> None:
    child = open_account("Child", parent_id=book.account, parent_pays=True)
    book.invoice(700, JAN, FEB, child, payer=book.account)
    assert state(book).closing_minor == 700


def test_a_later_statement_of_the_same_days_supersedes_the_first(book: Any) -> None:
    book.invoice(10_000, JAN, FEB)
    first = state(book)
    second = state(book)
    assert get_statement(first.id).superseded_by_id == second.id
    assert (get_statement(first.id).status, get_statement(second.id).status) == ("superseded", "issued")
    assert first.number != second.number


def test_a_statement_cannot_be_changed(book: Any) -> None:
    book.invoice(10_000, JAN, FEB)
    state(book)
    for statement in ("UPDATE statements_statements SET closing_minor = 0", "DELETE FROM statements_lines"):
        with pytest.raises(Exception, match="append-only"), unit_of_work():
            session.execute(text(statement))


def test_numbers_follow_the_legal_entitys_year(book: Any, clock: Any) -> None:
    clock.travel_to(2014, 1, 1, 4)  # in New York it is still 2013
    assert state(book).issued_on == date(2013, 12, 31)
    assert state(book).number == "PNY-ST-2013-000002"


def test_a_kind_that_there_is_not_and_days_in_the_wrong_order_are_refused(book: Any) -> None:
    with pytest.raises(Invalid, match="choose one of"):
        state(book, "colourful")
    with pytest.raises(Invalid, match="exchange them"):
        state(book, start=MAR, end=JAN)
    with pytest.raises(NotFound):
        create_statement(NewStatement(new_id(), BALANCE_FORWARD, JAN, FEB))


def test_the_pdf_shows_the_stored_total_and_is_printed_once(book: Any) -> None:
    paid = book.invoice(17_360, JAN, FEB)
    book.pay(paid, 17_360, FEB)
    book.invoice(25_000, FEB, MAR)
    made = state(book)
    printed = statement_pdf(made.id)
    page = PdfReader(BytesIO(printed)).pages[0].extract_text()
    assert "250.00 USD" in page
    assert made.number in page
    book.invoice(99_900, FEB, MAR)
    assert statement_pdf(made.id) == printed


def test_aging_by_day_and_by_account(book: Any) -> None:
    late = book.invoice(1_000, JAN, date(2013, 1, 31))
    book.invoice(200, FEB, MAR)
    book.pay(late, 400, APR)
    book.payment(50, JAN)
    (row,) = aging(MAR)
    assert [b.amount_minor for b in row.aging.buckets] == [200, 1_000, 0, 0, 0]
    assert (row.aging.credit_minor, row.aging.balance_minor) == (-50, 1_150)
    assert aging_totals(MAR)["USD"] == row.aging
    (now,) = aging(account_ids=[book.account])
    assert now.aging.balance_minor == 750
    assert [b.amount_minor for b in now.aging.buckets] == [0, 0, 0, 0, 800]


def test_each_accounts_own_today_decides_what_is_late(book: Any, clock: Any) -> None:
    tokyo = open_account("ANA", timezone="Asia/Tokyo", external_id="NH")
    for account in (book.account, tokyo):
        book.invoice(100, FEB, FEB, account=account)
    clock.travel_to(2013, 2, 1, 20)  # 15:00 in New York, 05:00 of the next day in Tokyo
    late = {row.account_id: (row.as_of, row.aging.past_due_minor) for row in aging()}
    assert late == {book.account: (FEB, 0), tokyo: (date(2013, 2, 2), 100)}


@pytest.mark.settings({"statements.aging_edges": ["15", "45"]})
def test_edges_are_a_setting(book: Any) -> None:
    book.invoice(100, JAN, date(2013, 1, 31))
    assert [b.label for b in aging(MAR)[0].aging.buckets] == ["current", "1-15", "16-45", "46+"]
    assert [b.amount_minor for b in aging(MAR)[0].aging.buckets] == [0, 0, 100, 0]


@given(
    deeds=st.lists(
        st.tuples(
            st.sampled_from(["invoice", "pay", "payment", "credit_note", "write_off", "refund"]), st.integers(1, 5_000), st.integers(0, 89)
        ),
        min_size=1,
        max_size=12,
    ),
    start=st.integers(0, 60),
    length=st.integers(0, 40),
)
@settings(
    max_examples=15,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_total_is_the_ledgers_balance_on_any_day(book: Any, deeds: list[tuple[str, int, int]], start: int, length: int) -> None:
    """Whatever happened, statement, aging and ledger come to one balance, and every line continues the one before."""
    book.account = open_account()
    with unit_of_work():
        for deed, amount, offset in sorted(deeds, key=lambda d: d[2]):
            do(book, deed, amount, JAN + timedelta(days=offset))
    first, last = JAN + timedelta(days=start), JAN + timedelta(days=start + length)
    expected = ledger_balance(book, last)
    forward, opened = state(book, start=first, end=last), state(book, OPEN_ITEM, end=last, start=first)
    assert forward.closing_minor == opened.closing_minor == expected
    assert forward.opening_minor == ledger_balance(book, first - timedelta(days=1))
    assert forward.aging.balance_minor == expected
    assert sum(row.aging.balance_minor for row in aging(last, [book.account])) == expected
    running = forward.opening_minor
    for line in statement_lines(forward.id):
        running += line.amount_minor
        assert line.balance_minor == running


def do(book: Any, deed: str, amount: int, day: date) -> None:
    """One deed, as far as what is open then allows it."""
    if deed in ("payment", "credit_note"):
        getattr(book, deed)(amount, day)
    elif deed == "invoice":
        book.invoice(amount, day, day + timedelta(days=30))
    elif deed in ("pay", "write_off"):
        for item in open_items([book.account], kind="receivable")[:1]:
            getattr(book, deed)(item.id, min(amount, item.residual_minor), day)
    else:
        credits = [item for item in open_items([book.account], kind="credit") if item.ledger_account == "unapplied_cash"]
        for item in credits[:1]:
            book.refund(item.id, min(amount, item.residual_minor), day)
