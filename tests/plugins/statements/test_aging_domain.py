"""Aging and statements as arithmetic: buckets by days past due, lines that add up."""

from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.sdk.values import Conflict, Invalid, SourceRef, new_id
from bezant.web.documents.language import parse_locale, read_words
from bezant_statements.contracts import BALANCE_FORWARD, OPEN_ITEM
from bezant_statements.domain.aging import age, bucket_index, earliest_due, parse_edges
from bezant_statements.domain.composing import WORDS, Movement, OpenItem, Section, compose, word_for

EDGES = (30, 60, 90)
TODAY = date(2025, 6, 30)


def section(movements: list[tuple[date, str, int]], items: list[OpenItem], opening: int = 0) -> Section:
    made = tuple(Movement(new_id(), day, SourceRef(kind, new_id(), "N"), "", amount) for day, kind, amount in movements)
    return Section(new_id(), new_id(), "USD", opening, made, tuple(items))


def item(kind: str, day: date, amount: int, left: int, due: date | None = None, source: str = "invoicing.invoice") -> OpenItem:
    return OpenItem(new_id(), kind, day, SourceRef(source, new_id(), "N"), due, amount, left)  # type: ignore[arg-type]


def test_powers_of_two_fall_into_the_right_buckets() -> None:
    due_days = ["07-15", "06-30", "06-29", "05-31", "05-30", "05-01", "04-30", "04-01", "03-31", "03-02", "03-01"]
    owed = [(date.fromisoformat(f"2025-{day}"), 100 * 2**power) for power, day in enumerate(due_days)]
    aging = age(owed, 0, TODAY, (30, 60, 90, 120))
    assert {bucket.label: bucket.amount_minor for bucket in aging.buckets} == {
        "current": 300,
        "1-30": 1_200,
        "31-60": 4_800,
        "61-90": 19_200,
        "91-120": 76_800,
        "121+": 102_400,
    }
    assert aging.balance_minor == 204_700
    assert aging.past_due_minor == 204_400


@given(st.integers(-400, 400), st.lists(st.integers(1, 365), min_size=1, max_size=6, unique=True).map(sorted))
def test_days_counted_and_due_days_compared_agree(days_late: int, edges: list[int]) -> None:
    due = TODAY - timedelta(days=days_late)
    by_comparing = next((i for i, start in enumerate(earliest_due(TODAY, tuple(edges))) if due >= start), len(edges) + 1)
    assert bucket_index(days_late, tuple(edges)) == by_comparing


@pytest.mark.parametrize("written", [[], ["30", "30"], ["60", "30"], ["0"], ["-1"], ["thirty"], [str(n) for n in range(1, 9)]])
def test_edges_that_are_no_rising_days_are_refused(written: list[str]) -> None:
    with pytest.raises(Invalid, match="rising order"):
        parse_edges(written)


def test_a_movement_statement_adds_up_line_by_line() -> None:
    draft = compose(
        section(
            [(date(2025, 6, 1), "invoicing.invoice", 10_000), (date(2025, 6, 20), "payments.payment", -4_000)],
            [item("receivable", date(2025, 6, 1), 10_000, 6_500, date(2025, 6, 29))],
            opening=500,
        ),
        BALANCE_FORWARD,
        TODAY,
        EDGES,
    )
    assert (draft.opening_minor, draft.charges_minor, draft.credits_minor, draft.closing_minor) == (500, 10_000, -4_000, 6_500)
    assert [line.balance_minor for line in draft.lines] == [10_500, 6_500]
    assert [line.word for line in draft.lines] == ["Invoice", "Payment"]
    assert draft.aging.past_due_minor == 6_500


def test_a_credit_note_larger_than_what_is_left_keeps_its_own_row() -> None:
    invoice = item("receivable", date(2025, 6, 1), 10_000, 6_000, date(2025, 7, 1))
    note = item("credit", date(2025, 6, 2), 10_000, 10_000, source="invoicing.credit_note")
    movements = [
        (invoice.day, "invoicing.invoice", 10_000),
        (note.day, "payments.payment", -4_000),
        (note.day, "invoicing.credit_note", -10_000),
    ]
    draft = compose(section(movements, [invoice, note]), OPEN_ITEM, TODAY, EDGES)
    assert [(line.word, line.amount_minor, line.settled_minor, line.open_minor) for line in draft.lines] == [
        ("Invoice", 10_000, 4_000, 6_000),
        ("Credit note", -10_000, 0, -10_000),
    ]
    assert draft.closing_minor == -4_000
    assert draft.aging.credit_minor == -10_000


def test_movements_and_items_that_differ_are_no_statement() -> None:
    with pytest.raises(Conflict, match="ledger verify"):
        compose(section([(TODAY, "invoicing.invoice", 10_000)], []), BALANCE_FORWARD, TODAY, EDGES)


@pytest.mark.parametrize(
    ("source", "amount", "word"),
    [
        ("invoicing.invoice", 1, "Invoice"),
        ("invoicing.invoice", -1, "Cancelled invoice"),
        ("payments.payment", -1, "Payment"),
        ("somebody.storage_fee", 1, "Storage fee"),
        ("somebody.fee", 1, "Fee"),
    ],
)
def test_a_line_is_named_after_the_last_word_of_its_source(source: str, amount: int, word: str) -> None:
    assert word_for(source, amount) == word


@pytest.mark.parametrize("locale", ["de", "fr"])
def test_what_movements_are_called_is_translated_on_documents(locale: str) -> None:
    words = read_words(parse_locale(locale), [files("bezant_themes").joinpath("bezant")])
    assert {word for pair in WORDS.values() for word in pair} - set(words) == set()
