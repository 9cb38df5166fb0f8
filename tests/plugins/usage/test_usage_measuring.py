"""Measuring in SQL agrees with the catalog's reference, metric by metric, on both databases."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bezant.db.model import session
from bezant.sdk.values import new_id
from bezant_catalog.contracts import Metric, MetricFilter, Rounding
from bezant_catalog.domain.aggregation import UsageEvent, aggregate, aggregate_groups
from bezant_catalog.domain.aggregation import Window as ReferenceWindow
from bezant_usage.contracts import Measured, NewEvent, Window
from bezant_usage.services import ingest, measure

pytestmark = [pytest.mark.plugins("usage"), pytest.mark.usefixtures("as_system")]

ZONE = "Europe/Berlin"
FROM = datetime(2024, 3, 25, 23, tzinfo=UTC)
TO = datetime(2024, 4, 2, 22, tzinfo=UTC)
"""26 March to 2 April in Berlin: the clock is put forward in between."""
WITHIN = datetime(2024, 3, 30, 12, tzinfo=UTC)
"""Within a day of it."""

AGGREGATIONS = ("count", "sum", "max", "latest", "unique_count", "weighted_sum")


def metric(aggregation: str, **more: object) -> Metric:
    field = None if aggregation == "count" else "value"
    return Metric(new_id(), "m", "m", "call", aggregation, field=field, **more)  # type: ignore[arg-type]


def send(events: Sequence[tuple[datetime, dict[str, object]]], prefix: str = "t") -> None:
    outcomes = ingest([NewEvent(f"{prefix}{i}", "call", at, "acme", None, properties) for i, (at, properties) in enumerate(events)])  # type: ignore[arg-type]
    assert [one.status for one in outcomes] == ["accepted"] * len(events)


def one(window: Window) -> Measured:
    return measure([window])["w"]


numbers = st.decimals(min_value=-1000, max_value=1000, places=3).map(lambda d: f"{d.normalize():f}")
values = st.one_of(numbers, st.sampled_from(["a", "b", "1e2", ".5", "5.", "-0", "007", "1.2.3", "--4", "12.50"]), st.none())
instants = st.integers(-400_000, 800_000).map(lambda seconds: FROM + timedelta(seconds=seconds))
properties = st.fixed_dictionaries(
    {"value": values}, optional={"region": st.sampled_from(["eu", "us"]), "operation": st.sampled_from(["add", "remove"]), "size": numbers}
)
filters = st.lists(
    st.one_of(
        st.builds(MetricFilter, st.just("region"), st.sampled_from(["in", "not_in"]), st.sampled_from([("eu",), ("us", "x")])),
        st.builds(MetricFilter, st.just("region"), st.sampled_from(["exists", "missing"])),
        st.builds(MetricFilter, st.just("size"), st.sampled_from(["lt", "le", "gt", "ge"]), numbers.map(lambda n: (n,))),
    ),
    max_size=1,
).map(tuple)
roundings = st.builds(Rounding, st.sampled_from(["none", "round", "ceil", "floor"]), st.integers(-1, 2))


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
@settings(
    max_examples=25, deadline=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    events=st.lists(st.tuples(instants, properties), max_size=12),
    conditions=filters,
    rounding=roundings,
    recurring=st.booleans(),
    data=st.data(),
)
def test_sql_agrees_with_the_reference(
    account: UUID,
    aggregation: str,
    events: list[tuple[datetime, dict[str, object]]],
    conditions: object,
    rounding: Rounding,
    recurring: bool,
    data: st.DataObject,
) -> None:
    measured = metric(aggregation, filters=conditions, rounding=rounding, recurring=recurring)
    prorated = aggregation in ("count", "sum", "unique_count") and data.draw(st.booleans(), "prorated")
    kept = [(at, {name: value for name, value in some.items() if value is not None}) for at, some in events]
    kind = str(new_id())
    measured = Metric(**{**{f: getattr(measured, f) for f in measured.__slots__}, "event_type": kind})
    ingest([NewEvent(f"{kind}-{i}", kind, at, "acme", None, some) for i, (at, some) in enumerate(kept)])  # type: ignore[arg-type]
    zone = ZONE if prorated else None
    answers = measure(
        [
            Window("whole", account, measured, FROM, TO, zone=zone, deltas=prorated),
            Window("groups", account, measured, FROM, TO, zone=zone, dimensions=("region",)),
            Window("part", account, measured, FROM, WITHIN, zone=zone, period_days=30 if prorated else None),
        ]
    )
    reference = [UsageEvent(at, some) for at, some in kept]
    whole = ReferenceWindow(FROM, TO, ZoneInfo(ZONE))
    expected = aggregate(measured, reference, whole, prorated=prorated)
    found = answers["whole"]
    assert (found.quantity, found.events) == (expected.units, expected.events_count)
    assert not prorated or found.full_quantity == expected.full_units
    assert not prorated or found.deltas == expected.deltas
    part = aggregate(measured, reference, ReferenceWindow(FROM, WITHIN, ZoneInfo(ZONE), 30), prorated=prorated)
    assert (answers["part"].quantity, answers["part"].events) == (part.units, part.events_count)
    grouped = aggregate_groups(measured, reference, whole, ("region",), prorated=prorated)
    assert {g.values: g.quantity for g in answers["groups"].groups} == {g.values: g.quantity for g in grouped.groups if g.events}


def test_windows_of_one_definition_are_one_statement(account: UUID, count_queries: object) -> None:
    send([(FROM + timedelta(hours=n), {"value": "1"}) for n in range(5)])
    calls = metric("count")
    windows = [Window(str(n), account, calls, FROM + timedelta(hours=n), FROM + timedelta(hours=n + 1)) for n in range(50)]
    with count_queries() as statements:  # type: ignore[operator]
        answers = measure(windows)
    assert len(statements) == 1
    assert [answers[str(n)].quantity for n in range(6)] == [1, 1, 1, 1, 1, 0]


def test_windows_are_half_open(account: UUID) -> None:
    send([(FROM, {}), (TO, {}), (TO - timedelta(microseconds=1), {})])
    assert one(Window("w", account, metric("count"), FROM, TO)).quantity == 2


def test_sums_of_long_decimals_are_exact(account: UUID) -> None:
    send([(FROM, {"value": "123456789012345678901234567.000000000001"}), (FROM, {"value": "0.1"}), (FROM, {"value": "0.2"})])
    assert one(Window("w", account, metric("sum"), FROM, TO)).quantity == Decimal("123456789012345678901234567.300000000001")


def test_a_peak_keeps_all_digits(account: UUID) -> None:
    send([(FROM, {"value": v}) for v in ("99999999999999999999.1", "99999999999999999999.2", "-5", "0100")])
    assert one(Window("w", account, metric("max"), FROM, TO)).quantity == Decimal("99999999999999999999.2")


def test_events_can_be_filtered_by_the_local_time_of_day(account: UUID) -> None:
    send(
        [
            (datetime(2024, 3, 30, 22, 30, tzinfo=UTC), {}),
            (datetime(2024, 3, 31, 22, 30, tzinfo=UTC), {}),
            (datetime(2024, 4, 1, 12, tzinfo=UTC), {}),
        ]
    )
    night = metric("count", filters=(MetricFilter("local_hour", "in", ("23", "0")),))
    assert one(Window("w", account, night, FROM, TO)).events == 2


def test_the_price_an_event_carries_is_summed(account: UUID) -> None:
    send([(FROM, {"fee": "1.10"}), (FROM, {"fee": "2.20"}), (FROM, {"fee": "none"})])
    found = one(Window("w", account, metric("count"), FROM, TO, amount_property="fee"))
    assert (found.events, found.carried_amount) == (3, Decimal("3.30"))


def test_single_amounts_come_in_order_of_time(account: UUID) -> None:
    send([(FROM + timedelta(hours=2), {"value": "3"}), (FROM, {"value": "1"}), (FROM + timedelta(hours=1), {"value": "2"})])
    assert one(Window("w", account, metric("sum"), FROM, TO, transactions=True)).transactions == (1, 2, 3)


def test_a_corrected_event_counts_once_and_a_deleted_one_not_at_all(account: UUID) -> None:
    send([(FROM, {"value": "5"}), (FROM, {"value": "7"})])
    corrected = NewEvent("fix", "call", FROM, "acme", None, {"value": "6"}, replaces="t0")
    deleted = NewEvent("gone", "call", FROM, "acme", replaces="t1", deleted=True)
    assert {one.status for one in ingest([corrected, deleted])} == {"accepted"}
    found = one(Window("w", account, metric("sum"), FROM, TO))
    assert (found.quantity, found.events) == (6, 1)
    session.rollback()
