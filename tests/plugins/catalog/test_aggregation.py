"""What metrics measure from events: the reference for the SQL of the usage plugin."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.sdk.values import new_id
from bezant_catalog.contracts import Metric, MetricFilter, Rounding
from bezant_catalog.domain import aggregate, aggregate_groups, round_units
from bezant_catalog.domain.aggregation import UsageEvent, Window

D = Decimal
AUGUST = Window(datetime(2023, 8, 1, tzinfo=UTC), datetime(2023, 9, 1, tzinfo=UTC))
LATE = (MetricFilter("local_hour", "in", ("22", "23", "0", "5")),)


def metric(aggregation, field="value", **details):
    return Metric(new_id(), "m", "M", "m", aggregation, None if aggregation == "count" else field, **details)


def at(day, hour=0, minute=0, month=8, **properties):
    return UsageEvent(datetime(2023, month, day, hour, minute, tzinfo=UTC), properties)


def units(measured, *events, window=AUGUST, **options):
    return aggregate(measured, events, window, **options).units


def test_count_takes_each_event_of_the_half_open_window():
    events = (at(31, month=7), at(1), at(31, 23, 59), at(1, month=9))
    assert units(metric("count"), *events) == 2


def test_filters_pick_events():
    events = (at(1, local_hour="23"), at(2, local_hour=0), at(3, local_hour="12"), at(4))
    assert units(metric("count", filters=LATE), *events) == 2
    assert units(metric("count", filters=(MetricFilter("size", "ge", ("1.5",)),)), at(1, size="1.50"), at(2, size="big"), at(3)) == 1
    assert units(metric("count", filters=(MetricFilter("test", "missing"),)), at(1), at(2, test="x")) == 1
    assert units(metric("count", filters=(MetricFilter("kind", "not_in", ("a", "b")),)), at(1, kind="a"), at(2, kind="c"), at(3)) == 2


@pytest.mark.parametrize(("aggregation", "expected"), [("sum", "15.5"), ("max", "12"), ("latest", "3.5"), ("unique_count", "4")])
def test_values_that_are_no_numbers_do_not_count(aggregation, expected):
    events = (at(1, value="12"), at(2, value="foo"), at(3, value=None), at(4, value=True), at(5, value="3.5"))
    assert units(metric(aggregation), *events) == D(expected)


def test_a_negative_latest_value_is_zero():
    assert units(metric("latest"), at(1, value="12"), at(2, value="-5")) == 0


def test_a_recurring_sum_carries_its_level_over():
    found = aggregate(metric("sum", recurring=True), [at(1, month=6, value="5"), at(31, value="48")], AUGUST)
    assert (found.units, found.events_count) == (53, 2)
    assert units(metric("sum"), at(1, month=6, value="5"), at(31, value="48")) == 48


def test_a_prorated_sum_counts_a_change_from_its_own_day():
    found = aggregate(metric("sum", recurring=True), [at(1, month=6, value="5"), at(31, 12, value="31")], AUGUST, prorated=True)
    assert found.units == 6
    assert [(delta.full, delta.prorated) for delta in found.deltas] == [(5, 5), (31, 1)]
    assert found.full_units == 36


def test_a_part_of_a_period_is_weighed_by_the_whole():
    first_week = Window(AUGUST.from_at, AUGUST.from_at + timedelta(days=7), full_days=31)
    assert units(metric("sum", recurring=True), at(1, month=6, value="31"), window=first_week, prorated=True) == 7


def test_days_are_those_of_the_zone():
    new_york = ZoneInfo("America/New_York")
    window = Window(datetime(2023, 8, 1, 4, tzinfo=UTC), datetime(2023, 9, 1, 4, tzinfo=UTC), new_york)
    assert units(metric("sum"), at(31, 3, value="31"), window=window, prorated=True) == 2


class TestUniqueCount:
    """Distinct values, added and removed."""

    def test_what_was_removed_does_not_count_at_the_end(self):
        events = (at(1, month=6, value="a"), at(19, value="b"), at(24, value="a", operation="remove"))
        assert units(metric("unique_count", recurring=True), *events) == 1

    def test_prorated_the_days_of_adding_and_removing_both_count(self):
        events = (at(1, month=6, value="a"), at(16, value="b"), at(31, value="a", operation="remove"))
        found = aggregate(metric("unique_count", recurring=True), events, AUGUST, prorated=True)
        assert [delta.prorated for delta in found.deltas if delta.full > 0] == [1, Fraction(16, 31)]

    def test_a_day_is_counted_once_however_often_one_comes_and_goes(self):
        events = (
            at(9, 1, value="a"),
            at(9, 2, value="a", operation="remove"),
            at(9, 3, value="a"),
            at(9, 4, value="a", operation="remove"),
        )
        found = aggregate(metric("unique_count", recurring=True), events, AUGUST, prorated=True)
        assert sum(Fraction(delta.prorated) for delta in found.deltas) == Fraction(1, 31)


def test_a_weighted_sum_is_the_mean_level():
    events = (at(1, 0, value="2"), at(1, 1, value="3"), at(1, 2, value="-5"))
    assert round_units(Rounding("round", 8), units(metric("weighted_sum"), *events)) == round_units(Rounding("round", 8), Fraction(7, 744))
    found = aggregate(metric("weighted_sum", recurring=True), events, AUGUST, carried_level=D(1000))
    assert found.level_at_end == 1000
    assert found.units > 1000


def test_groups_are_measured_each_alone():
    events = (at(1, value="a", origin="EWR"), at(2, value="a", origin="JFK"), at(3, value="b", origin="EWR"), at(4, value="c"))
    measured = aggregate_groups(metric("unique_count"), events, AUGUST, ("origin",))
    assert {group.values: group.quantity for group in measured.groups} == {("EWR",): 2, ("JFK",): 1, (None,): 1}


@pytest.mark.parametrize(
    ("mode", "decimals", "rounded"),
    [("none", 2, "123.456"), ("round", 2, "123.46"), ("ceil", 0, "124"), ("ceil", -2, "200"), ("floor", -2, "100"), ("floor", 1, "123.4")],
)
def test_units_are_rounded_as_the_metric_says(mode, decimals, rounded):
    assert round_units(Rounding(mode, decimals), D("123.456")) == D(rounded)


def test_a_half_is_rounded_away_from_zero():
    assert [round_units(Rounding("round", 0), D(text)) for text in ("2.5", "-2.5")] == [3, -3]


def test_a_day_within_which_a_window_ends_belongs_to_the_next_one():
    events = [at(1, month=6, value="31"), at(18, 3, value="31")]
    cut = datetime(2023, 8, 18, 5, tzinfo=UTC)
    parts = [Window(AUGUST.from_at, cut, full_days=31), Window(cut, AUGUST.to_at, full_days=31)]
    assert [units(metric("sum", recurring=True), *events, window=part, prorated=True) for part in parts] == [17, 28]


@given(
    st.lists(st.tuples(st.integers(1, 31), st.integers(0, 23), st.decimals(-50, 50, places=2)), max_size=20),
    st.integers(1, 30),
    st.integers(0, 23),
)
def test_prorated_parts_of_a_period_make_the_whole(changes, cut_day, cut_hour):
    events = [at(day, hour, value=str(value)) for day, hour, value in changes]
    cut = datetime(2023, 8, cut_day + 1, cut_hour, tzinfo=UTC)
    measured = metric("sum", recurring=True)
    whole = aggregate(measured, events, AUGUST, prorated=True)
    parts = [Window(AUGUST.from_at, cut, full_days=31), Window(cut, AUGUST.to_at, full_days=31)]
    summed = sum(Fraction(delta.prorated) for part in parts for delta in aggregate(measured, events, part, prorated=True).deltas)
    assert summed == sum(Fraction(delta.prorated) for delta in whole.deltas)
