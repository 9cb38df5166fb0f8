"""What holds for every timeline, whatever was typed when and whenever billing ran."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bezant.sdk.values import calendars
from bezant_catalog.contracts import Phase
from bezant_subscriptions.domain.facts import (
    Cancelled,
    CycleDayChanged,
    FactKind,
    PlanChanged,
    QuantityChanged,
)

from .book import ONE_DAY, Book, charge, plan

START = date(2023, 1, 31)
END = date(2024, 12, 15)

MONTHLY = plan("monthly", charge(), charge("arrears", "31", timing="arrears"))
SEATS = plan(
    "seats", charge("seats", "7", quantity_source="seats", on_change="difference"), charge("by_seat", "3", quantity_source="seats")
)
YEARLY = plan("yearly", charge("fee", "120"), unit="year")
QUARTERLY = plan("quarterly", charge("fee", "30", timing="arrears"), charge("extra", "9"), unit="quarter")
WEEKLY = plan("weekly", charge("fee", "2"), unit="week", count=2)
WITH_TRIAL = plan(
    "trial", charge(), phases=(Phase("trial", "trial", "day", 20), Phase("half", "discount", "month", 3), Phase("rest", "evergreen"))
)
METERED = plan("metered", charge(), charge("usage", kind="metered", quantity_source="metric", timing="arrears"))
METERED_TOO = plan("other", charge("usage", kind="metered", quantity_source="metric", timing="arrears"), unit="week")
PLANS = [MONTHLY, SEATS, YEARLY, QUARTERLY, WEEKLY, WITH_TRIAL, METERED, METERED_TOO]

days = st.one_of(
    st.integers(0, 600).map(lambda n: START + timedelta(days=n)),
    st.integers(0, 3).map(lambda n: START + timedelta(days=n)),
    st.integers(2, 6).map(lambda month: date(2023, month, 1)),
)
"""Any day, and often the same few, so that facts meet each other and the boundaries of periods."""


@st.composite
def sayings(draw):
    """A fact, the day on which it becomes known (before it takes effect, that day, or long after), and its hour of the day."""
    day = draw(days)
    kind = draw(st.sampled_from(["plan", "quantity", "pause", "resume", "cycle_day", "cancel", "uncancel"]))
    terms = {
        "plan": lambda: (FactKind.PLAN_CHANGED, PlanChanged(draw(st.sampled_from(PLANS)).id)),
        "quantity": lambda: (FactKind.QUANTITY_CHANGED, QuantityChanged(Decimal(draw(st.integers(1, 20))))),
        "pause": lambda: (FactKind.PAUSED, None),
        "resume": lambda: (FactKind.RESUMED, None),
        "cycle_day": lambda: (FactKind.CYCLE_DAY_CHANGED, CycleDayChanged(draw(st.integers(1, 31)))),
        "cancel": lambda: (FactKind.CANCELLED, Cancelled(used=draw(st.booleans()), planned=draw(st.booleans()))),
        "uncancel": lambda: (FactKind.UNCANCELLED, None),
    }[kind]()
    return day, terms, draw(st.one_of(st.none(), days)), draw(st.sampled_from([0, 12]))


stories = st.tuples(
    st.sampled_from(PLANS),
    st.sampled_from(list(calendars.GridKind)),
    st.sampled_from([calendars.Proration.DAY, calendars.Proration.DAYS_30_360]),
    st.sampled_from(["UTC", "America/New_York", "Pacific/Auckland"]),
    st.integers(1, 9),
    st.one_of(st.none(), st.integers(1, 31)),
    st.lists(sayings(), max_size=6),
)


def begin(story) -> Book:
    first, alignment, proration, zone, quantity, cycle_day, _ = story
    return Book(PLANS, zone).start(START, first, alignment=alignment, proration=proration, quantity=Decimal(quantity), cycle_day=cycle_day)


def live(story) -> Book:
    """Billing runs as time goes by; each fact becomes known on its day."""
    book = begin(story)
    for day, (kind, terms), known, hour in sorted(story[-1], key=lambda s: s[2] or START):
        book.say(kind, day, terms, known=known, hour=hour)
    return book.run(END)


def at_the_end(story) -> Book:
    """Everything is known before the first and only run."""
    book = begin(story)
    for day, (kind, terms), _, hour in sorted(story[-1], key=lambda s: s[2] or START):
        book.say(kind, day, terms, hour=hour)
    book.bill(END)
    return book


def shortens_billed_spans(story) -> bool:
    """Whether a cycle day told late lays the grid of a resumption anew: what was billed by then is kept, although it reaches further."""
    kinds = {kind for _, (kind, _), *_ in story[-1]}
    late = any(kind is FactKind.CYCLE_DAY_CHANGED and known and known > day for day, (kind, _), known, _ in story[-1])
    return late and bool(kinds & {FactKind.RESUMED, FactKind.UNCANCELLED})


@settings(max_examples=100, deadline=None)
@given(stories)
def test_net_coverage_does_not_depend_on_when_billing_ran(story) -> None:
    assume(not shortens_billed_spans(story))
    assert live(story).net() == at_the_end(story).net()


@settings(max_examples=75, deadline=None)
@given(stories)
def test_no_day_of_a_charge_is_billed_twice(story) -> None:
    book = live(story)
    lanes: dict[tuple[str, str, date], int] = {}
    for (key, layer, _, day), times in book.net().items():
        lanes[key, layer, day] = lanes.get((key, layer, day), 0) + times
    assert set(lanes.values()) <= {1}


@settings(max_examples=75, deadline=None)
@given(stories)
def test_settling_twice_adds_nothing(story) -> None:
    book = live(story)
    book.bill(END)
    before = len(book.lines), len(book.credits)
    book.bill(END)
    assert book.bill(END).empty or not book.bill(END).lines
    assert (len(book.lines), len(book.credits)) == before


@settings(max_examples=75, deadline=None)
@given(stories)
def test_a_line_never_gives_back_more_than_it_billed(story) -> None:
    book = live(story)
    assert all(0 <= book.left(line.id) <= line.amount for line in book.lines)


@settings(max_examples=75, deadline=None)
@given(stories)
def test_a_line_of_which_nothing_is_covered_any_more_is_given_back_whole(story) -> None:
    book = live(story)
    standing = {row.line_id for row in book.covered}
    assert all(book.left(line.id) == 0 for line in book.lines if line.id not in standing)


@settings(max_examples=75, deadline=None)
@given(stories)
def test_the_parts_of_open_coverage_add_up_to_what_is_left_of_their_line(story) -> None:
    book = live(story)
    for line in book.lines:
        rows = [row for row in book.covered if row.line_id == line.id]
        if rows:
            assert sum(row.amount_minor for row in rows) == book.left(line.id)


@settings(max_examples=100, deadline=None)
@given(stories)
def test_nothing_is_looked_for_before_it_is_due(story) -> None:
    book = live(story)
    again = Book(PLANS, book.zone, list(book.facts))
    again.mark, again.today = book.mark, END
    for _ in range(12):
        due_on = again.mark.next_due_on
        if due_on is None or due_on > END + 400 * ONE_DAY:
            break
        assert due_on > END
        assert again.bill(due_on).mark.next_due_on != due_on


@settings(max_examples=75, deadline=None)
@given(stories)
def test_usage_windows_do_not_depend_on_when_billing_ran(story) -> None:
    assert sorted(live(story).windows) == sorted(at_the_end(story).windows)


@settings(max_examples=75, deadline=None)
@given(stories)
def test_no_instant_of_usage_is_billed_twice(story) -> None:
    windows = sorted(live(story).windows)
    assert all(one[1] <= other[0] for one, other in pairwise(windows))
