"""Calendars: grids, local days, parts of a period."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.calendars import (
    Grid,
    Interval,
    Proration,
    Span,
    Unit,
    add_interval,
    anniversary_grid,
    calendar_grid,
    cycle_day_grid,
    day_start,
    days_30e_360,
    fraction,
    local_day,
    next_cycle_day,
    subtract,
)
from bezant.errors import Invalid

MONTH, QUARTER, YEAR = Interval(Unit.MONTH), Interval(Unit.QUARTER), Interval(Unit.YEAR)

days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
intervals = st.builds(Interval, st.sampled_from(list(Unit)), st.integers(1, 5))
zones = st.sampled_from(
    ["UTC", "America/New_York", "Europe/Paris", "Asia/Kolkata", "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe"]
)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    interval, start = draw(intervals), draw(days)
    return draw(
        st.sampled_from(
            [calendar_grid(interval, start), anniversary_grid(interval, start), cycle_day_grid(interval, start, draw(st.integers(1, 31)))]
        )
    )


def boundaries(grid: Grid, count: int) -> list[str]:
    return [str(grid.boundary(k)) for k in range(count)]


def test_the_31st_becomes_the_28th_and_the_31st_again() -> None:
    assert boundaries(anniversary_grid(MONTH, date(2023, 1, 31)), 4) == ["2023-01-31", "2023-02-28", "2023-03-31", "2023-04-30"]


def test_29_february_is_28_february_until_the_next_leap_year() -> None:
    grid = anniversary_grid(YEAR, date(2024, 2, 29))
    assert boundaries(grid, 5) == ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


@pytest.mark.parametrize(
    ("unit", "day", "start", "end"),
    [
        (Unit.WEEK, date(2022, 6, 22), "2022-06-20", "2022-06-27"),
        (Unit.MONTH, date(2013, 2, 28), "2013-02-01", "2013-03-01"),
        (Unit.QUARTER, date(2020, 1, 1), "2020-01-01", "2020-04-01"),
        (Unit.HALF_YEAR, date(2022, 8, 1), "2022-07-01", "2023-01-01"),
        (Unit.YEAR, date(2020, 12, 31), "2020-01-01", "2021-01-01"),
    ],
)
def test_calendar_periods_begin_on_monday_the_first_the_quarter_the_half_year_and_1_january(
    unit: Unit, day: date, start: str, end: str
) -> None:
    assert tuple(map(str, calendar_grid(Interval(unit), day).period(day))) == (start, end)


def test_a_cycle_day_is_taken_in_the_month_of_the_start_and_stepped_to_the_first_date_not_before_it() -> None:
    assert cycle_day_grid(QUARTER, date(2011, 1, 31), 7).boundary(0) == date(2011, 4, 7)
    assert cycle_day_grid(MONTH, date(2012, 2, 16), 30).boundary(0) == date(2012, 2, 29)
    assert cycle_day_grid(MONTH, date(2022, 7, 19), 17).boundary(0) == date(2022, 8, 17)


def test_weeks_ignore_the_cycle_day() -> None:
    assert cycle_day_grid(Interval(Unit.WEEK, 2), date(2022, 2, 2), 31).on_or_after(date(2022, 2, 25)) == date(2022, 3, 2)


def test_a_stub_is_divided_by_the_clamped_period_that_encloses_it() -> None:
    grid, start = cycle_day_grid(QUARTER, date(2011, 2, 14), 31), date(2011, 2, 14)
    period = grid.period(start)
    assert (str(period.start), str(period.end)) == ("2010-11-30", "2011-02-28")
    assert fraction(Span(start, period.end), period) == Fraction(14, 90)


def test_a_new_cycle_day_waits_for_its_next_occurrence() -> None:
    assert next_cycle_day(date(2016, 5, 31), 15) == date(2016, 6, 15)
    assert next_cycle_day(date(2016, 5, 15), 15) == date(2016, 5, 15)
    assert next_cycle_day(date(2016, 2, 3), 31) == date(2016, 2, 29)


@pytest.mark.parametrize(
    ("start", "end", "count"), [("2023-06-23", "2023-07-15", 22), ("2023-02-23", "2023-03-15", 22), ("2023-05-15", "2023-05-23", 8)]
)
def test_thirty_day_months(start: str, end: str, count: int) -> None:
    assert days_30e_360(date.fromisoformat(start), date.fromisoformat(end)) == count


def test_a_day_on_which_the_clock_changes_is_one_day_but_not_86400_seconds() -> None:
    day, week = Span(date(2023, 3, 12), date(2023, 3, 13)), Span(date(2023, 3, 6), date(2023, 3, 13))
    assert fraction(day, week) == Fraction(1, 7)
    assert fraction(day, week, Proration.SECOND, "America/New_York") == Fraction(23, 7 * 24 - 1)


def test_without_proration_any_part_is_the_whole() -> None:
    assert fraction(Span(date(2023, 3, 12), date(2023, 3, 13)), Span(date(2023, 3, 1), date(2023, 4, 1)), Proration.NONE) == 1


def test_days_are_those_of_the_zone() -> None:
    assert local_day(datetime(2012, 7, 16, 21, 17, 3, tzinfo=UTC), "Asia/Tokyo") == date(2012, 7, 17)
    assert day_start(date(2013, 1, 1), "America/New_York") == datetime(2013, 1, 1, 5, tzinfo=UTC)


def test_a_day_whose_midnight_the_clock_jumps_over_begins_with_the_jump() -> None:
    assert day_start(date(2018, 11, 4), "America/Sao_Paulo") == datetime(2018, 11, 4, 3, tzinfo=UTC)


def test_a_day_that_a_zone_skipped_is_empty() -> None:
    assert day_start(date(2011, 12, 30), "Pacific/Apia") == day_start(date(2011, 12, 31), "Pacific/Apia")


def test_nonsense_is_refused_with_a_remedy() -> None:
    with pytest.raises(Invalid, match="IANA"):
        day_start(date(2020, 1, 1), "Mars/Olympus")
    with pytest.raises(Invalid, match="1 to 31"):
        cycle_day_grid(MONTH, date(2020, 1, 1), 32)
    with pytest.raises(Invalid, match="one unit"):
        Interval(Unit.MONTH, 0)


@given(grids(), days)
def test_every_day_lies_in_exactly_one_period(grid: Grid, day: date) -> None:
    period = grid.period(day)
    assert day in period
    assert grid.period(period.end).start == period.end
    assert grid.period(period.start - timedelta(days=1)).end == period.start


@given(grids(), st.integers(-50, 50))
def test_index_and_boundary_agree(grid: Grid, index: int) -> None:
    assert grid.index(grid.boundary(index)) == index
    assert grid.is_boundary(grid.boundary(index))


@given(grids(), days, st.integers(1, 400))
def test_periods_of_a_span_follow_each_other_and_enclose_it(grid: Grid, start: date, length: int) -> None:
    span = Span(start, start + timedelta(days=length))
    found = list(grid.periods(span))
    assert found[0].start <= span.start
    assert span.end <= found[-1].end
    assert all(a.end == b.start for a, b in pairwise(found))


@given(grids(), days, st.integers(1, 60))
def test_the_parts_of_a_period_add_up_to_it(grid: Grid, day: date, cut: int) -> None:
    period = grid.period(day)
    middle = min(period.start + timedelta(days=cut), period.end)
    parts = [Span(period.start, middle), Span(middle, period.end)]
    for mode in (Proration.DAY, Proration.DAYS_30_360, Proration.SECOND):
        assert sum(fraction(part, period, mode) for part in parts) == 1


@given(days, intervals, st.integers(-20, 20))
def test_steps_from_an_anchor_never_leave_its_day_but_for_short_months(anchor: date, interval: Interval, count: int) -> None:
    reached = add_interval(anchor, interval, count)
    if interval.months:
        assert reached.day == anchor.day or (reached + timedelta(days=1)).day == 1
    else:
        assert (reached - anchor).days == interval.days * count


@given(days, zones)
def test_local_days_neither_overlap_nor_leave_a_gap(day: date, zone: str) -> None:
    start, end = day_start(day, zone), day_start(day + timedelta(days=1), zone)
    if start < end:
        assert local_day(start, zone) == day
        assert local_day(start - timedelta(microseconds=1), zone) < day


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), max_size=6), st.integers(0, 40), st.integers(0, 30))
def test_subtract_leaves_exactly_the_days_not_taken(cuts: list[tuple[int, int]], start: int, length: int) -> None:
    origin = date(2020, 1, 1)

    def span(first: int, count: int) -> Span:
        return Span(origin + timedelta(days=first), origin + timedelta(days=first + count))

    whole, taken = span(start, length), [span(*cut) for cut in cuts]
    left = subtract(whole, taken)
    expected = {d for d in range(start, start + length) if not any(a <= d < a + n for a, n in cuts)}
    assert {(d - origin).days for part in left for d in (part.start + timedelta(days=i) for i in range(part.days))} == expected
