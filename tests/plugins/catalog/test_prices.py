"""Price models: what a quantity costs, and rows that say why."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.sdk.values import Invalid, new_id
from bezant_catalog.contracts import (
    Blocks,
    BlockTier,
    Capacity,
    CapacityTier,
    Charge,
    ChargeFilter,
    Delta,
    Dynamic,
    Flat,
    Formula,
    Graduated,
    GraduatedPercentage,
    GroupMeasure,
    Matrix,
    MatrixPrice,
    Measurement,
    Package,
    Percentage,
    PerUnit,
    RateTier,
    Tier,
    Volume,
)
from bezant_catalog.domain import dump_price, load_price, rate, rate_charge

D = Decimal

DEPARTURES = Graduated((Tier(D(1000), D(95)), Tier(D(5000), D(80)), Tier(None, D("62.50"))))
AIRCRAFT = Volume((Tier(D(50), D(40)), Tier(D(200), D(30)), Tier(None, D(22))))
SEATS = Matrix(("origin",), (MatrixPrice(("EWR",), D("1.35")), MatrixPrice(("JFK",), D("1.60")), MatrixPrice(("LGA",), D("1.10"))))
FEES = Graduated((Tier(D(5), D(10), D(100)), Tier(None, D(5), D(50))))


def units(quantity, **details):
    return Measurement(D(quantity), 1, **details)


def cost(price, measurement):
    return rate(price, measurement).amount


@pytest.mark.parametrize(
    ("price", "quantity", "amount"),
    [
        (Flat(D("2500.00")), 0, "2500"),
        (PerUnit(D("5.12345")), 10, "51.2345"),
        (DEPARTURES, 0, "0"),
        (DEPARTURES, 31, "2945"),
        (DEPARTURES, 1000, "95000"),
        (DEPARTURES, 5106, "421625"),
        (AIRCRAFT, 9, "360"),
        (AIRCRAFT, 50, "2000"),
        (AIRCRAFT, 51, "1530"),
        (AIRCRAFT, 548, "12056"),
        (FEES, 0, "100"),
        (FEES, -5, "0"),
        (FEES, 5, "150"),
        (FEES, "5.5", "202.5"),
        (Volume(FEES.tiers), 0, "100"),
        (Volume(FEES.tiers), -5, "0"),
        (PerUnit(D(8)), -5, "0"),
        (Package(D(500), D(10), D(5)), 5, "0"),
        (Package(D(500), D(10), D(5)), 6, "500"),
        (Package(D(500), D(10), D(5)), 125, "6000"),
        (GraduatedPercentage((RateTier(D(10), D(1), D(200)), RateTier(D(20), D(2), D(300)), RateTier(None, D(3), D(400)))), 21, "900.33"),
        (Formula("max(10, quantity * 0.1) if quantity > 0 else 0"), 250, "25"),
    ],
)
def test_what_a_quantity_costs(price, quantity, amount):
    assert cost(price, units(quantity)) == D(amount)


def test_the_explanation_shows_the_quantity_and_price_of_each_tier():
    rows = rate(DEPARTURES, units(5106)).explanation.rows
    assert [(row.above, row.up_to, row.quantity, row.unit_price, row.amount) for row in rows] == [
        (0, 1000, 1000, 95, 95_000),
        (1000, 5000, 4000, 80, 320_000),
        (5000, None, 106, D("62.50"), 6_625),
    ]
    assert rate(DEPARTURES, units(31)).to_dict() == {
        "model": "graduated",
        "quantity": "31",
        "rows": [{"quantity": "31", "amount": "2945", "unit_price": "95", "above": "0", "up_to": "1000", "tier": 1}],
    }


def test_changes_of_a_level_are_placed_by_the_level_and_weighted_by_their_time():
    changes = (Delta(D(4), D("2.8")), Delta(D(2), D(1)), Delta(D(-3), D("-0.6")))
    rated = rate(FEES, Measurement(deltas=changes))
    assert rated.amount == D("180.5")
    assert [(row.quantity, row.amount) for row in rated.explanation.rows if row.note != "flat_fee"] == [
        (Fraction("2.9"), 29),
        (Fraction("0.3"), Fraction("1.5")),
    ]


def test_a_level_that_fell_below_zero_pays_nothing_back():
    rated = rate(FEES, Measurement(deltas=(Delta(D(5), D(2)), Delta(D(-100), D("-33.33")))))
    assert rated.exact == rated.explanation.total == 0
    assert rated.explanation.rows[-1].note == "not_below_zero"


def test_a_prorated_volume_picks_its_tier_by_the_full_quantity():
    assert cost(AIRCRAFT, Measurement(D(30), 1, full_quantity=D(60))) == D(900)


class TestPercentage:
    """The allowance ends with whichever limit is used up first; bounds hold per transaction, fee included."""

    PAID = (D(50), D(100), D(250), D(400))

    def test_without_allowance(self):
        price = Percentage(D("1.3"), fixed_fee=D(2))
        assert cost(price, Measurement(D(800), 4)) == D("18.4")

    def test_the_amount_runs_out_before_the_count(self):
        price = Percentage(D("1.3"), fixed_fee=D(2), free_count=3, free_amount=D(250))
        assert cost(price, Measurement(D(800), 4, transactions=self.PAID)) == D("11.15")

    def test_the_count_runs_out_before_the_amount(self):
        price = Percentage(D(1), fixed_fee=D(5), free_count=3, free_amount=D(15))
        assert cost(price, Measurement(D(4), 4, transactions=(D(1),) * 4)) == D("5.01")

    def test_minimum_and_maximum_show_as_rows_of_their_own(self):
        price = Percentage(D("2.99"), fixed_fee=D(2), minimum=D("2.50"), maximum=D(12))
        rated = rate(price, Measurement(D(10090), 3, transactions=(D(10), D(80), D(10_000))))
        assert rated.amount == D("2.50") + D("4.392") + D(12)
        assert {row.note: row.amount for row in rated.explanation.rows if row.note in ("minimum", "maximum")} == {
            "minimum": Fraction("0.201"),
            "maximum": Fraction(-289),
        }

    def test_a_free_transaction_pays_no_minimum(self):
        price = Percentage(D("2.99"), free_count=2, minimum=D("1.75"), maximum=D(12))
        assert cost(price, Measurement(D(10090), 3, transactions=(D(10), D(80), D(10_000)))) == D(12)

    def test_single_transactions_must_be_known_where_they_matter(self):
        with pytest.raises(Invalid, match="measure the amount of each"):
            rate(Percentage(D(1), free_count=1), Measurement(D(10), 2))


class TestBlocks:
    """A started block counts whole; beyond the last maximum the last tier still applies."""

    TIERS = (BlockTier(D(100), 10, D(1)), BlockTier(D(1000), 100, D(1)), BlockTier(D(1000), 100, D("0.5")))

    def test_all_tiers_fill_one_after_the_other(self):
        tiers = (BlockTier(D(1), 10, D("1.5")), BlockTier(D(1), 100, D(1)), BlockTier(D(1), 1000, D("0.5")))
        rated = rate(Blocks(tiers), units(111))
        assert [row.amount for row in rated.explanation.rows] == [15, 100, Fraction("0.5")]

    def test_the_top_tier_prices_everything(self):
        assert cost(Blocks(self.TIERS, "top"), units(300_000)) == D(150)

    def test_a_started_block_counts_whole(self):
        assert cost(Blocks(self.TIERS), units(101)) == D(2)


class TestCapacity:
    """The highest tier that any metric needs sets the price."""

    PRICE = Capacity(
        (
            CapacityTier((("storage", D(100)), ("users", D(50))), D(10)),
            CapacityTier((("storage", D(200)), ("users", D(100))), D(20)),
            CapacityTier((("storage", None), ("users", None)), D(30)),
        )
    )

    @pytest.mark.parametrize(
        ("levels", "amount"), [({"storage": 100}, 10), ({"storage": 101}, 20), ({"storage": 5, "users": 101}, 30), ({}, 0)]
    )
    def test_the_peak_picks_the_tier(self, levels, amount):
        assert cost(self.PRICE, Measurement(levels=tuple((code, D(level)) for code, level in levels.items()))) == amount


class TestMatrix:
    """A unit price for each combination of property values."""

    def seats(self, **by_origin):
        groups = tuple(GroupMeasure((origin,), D(seats), 1) for origin, seats in by_origin.items())
        return Measurement(sum((group.quantity for group in groups), D(0)), len(groups), ("origin",), groups)

    def test_each_value_has_its_price(self):
        rated = rate(SEATS, self.seats(EWR=100, JFK=50))
        assert rated.amount == D("215.00")
        assert [(row.group, row.amount) for row in rated.explanation.rows] == [(("EWR",), 135), (("JFK",), 80)]

    def test_a_value_without_price_is_named_and_never_free(self):
        with pytest.raises(Invalid, match="No price for origin = SWF"):
            rate(SEATS, self.seats(SWF=1))

    def test_a_default_price_takes_the_rest(self):
        price = Matrix(("origin",), SEATS.prices, D(2))
        assert cost(price, self.seats(SWF=3)) == D(6)

    def test_a_measurement_that_is_split_further_is_summed(self):
        groups = (GroupMeasure(("day", "EWR"), D(1)), GroupMeasure(("night", "EWR"), D(2)))
        assert cost(SEATS, Measurement(D(3), 2, ("time", "origin"), groups)) == D("4.05")

    def test_an_unsplit_measurement_is_refused(self):
        with pytest.raises(Invalid, match="measure by it"):
            rate(SEATS, units(3))


class TestDynamic:
    """The events carry their price."""

    def test_the_carried_prices_are_the_amount(self):
        rated = rate(Dynamic(), units(20, carried_amount=D("0.402")))
        assert (rated.amount, rated.unit_amount) == (D("0.402"), D("0.0201"))

    def test_zero_units_cost_nothing(self):
        assert cost(Dynamic(), units(0, carried_amount=D("0.402"))) == 0

    def test_events_without_a_price_are_refused(self):
        with pytest.raises(Invalid, match="carry no price"):
            rate(Dynamic(), units(20))


quantities = st.decimals(min_value=0, max_value=10**9, places=3)
prices = st.decimals(min_value=0, max_value=10**4, places=4)


@st.composite
def tiers(draw):
    bounds = sorted(draw(st.lists(st.decimals(min_value=1, max_value=10**6, places=2), min_size=0, max_size=5, unique=True)))
    return tuple(Tier(bound, draw(prices), draw(prices)) for bound in [*bounds, None])


airports = st.lists(st.sampled_from(["EWR", "SWF", None]), max_size=2).map(tuple)
measurements = st.builds(
    Measurement,
    quantity=quantities,
    events=st.integers(0, 5),
    dimensions=st.sampled_from([(), ("origin",), ("origin", "time")]),
    groups=st.lists(st.builds(GroupMeasure, airports, quantities), max_size=3).map(tuple),
    levels=st.sampled_from([(), (("users", D(5)),), (("other", D(500)),)]),
    transactions=st.none() | st.lists(st.decimals(-50, 50, places=2), max_size=5).map(tuple),
    carried_amount=st.none() | quantities,
)
ANY_PRICE = (
    DEPARTURES,
    AIRCRAFT,
    SEATS,
    Package(D(5), D(3), D(1)),
    Percentage(D(3), D(1), 2, D(10), D(1), D(20)),
    Blocks((BlockTier(D(3), 2, D(5)), BlockTier(D(5), None, D(4)))),
    TestCapacity.PRICE,
    Dynamic(),
    Formula("quantity / events"),
)


@given(st.sampled_from(ANY_PRICE), measurements)
def test_whatever_is_measured_is_explained_or_refused(price, measurement):
    try:
        rated = rate(price, measurement)
    except Invalid:
        return
    assert rated.explanation.total == rated.exact
    assert rated.to_dict()["model"] == price.kind


@given(tiers(), quantities)
def test_the_rows_always_add_up_and_cover_the_quantity(steps, quantity):
    rated = rate(Graduated(steps), units(quantity))
    assert rated.explanation.total == rated.exact
    assert sum(row.quantity for row in rated.explanation.rows if row.note != "flat_fee") == Fraction(quantity)


@given(tiers(), quantities, quantities)
def test_more_units_never_cost_less_when_graduated(steps, one, other):
    less, more = sorted((one, other))
    assert rate(Graduated(steps), units(less)).exact <= rate(Graduated(steps), units(more)).exact


@given(tiers(), st.lists(st.decimals(min_value=-100, max_value=1000, places=2), max_size=8))
def test_changes_that_hold_all_period_cost_what_their_level_costs(steps, changes):
    level, deltas = D(0), []
    for change in changes:
        change = max(change, -level)
        level += change
        deltas.append(Delta(change, change))
    highest = max((sum((d.full for d in deltas[: n + 1]), D(0)) for n in range(len(deltas))), default=D(0))
    fees = sum(row.amount for row in rate(Graduated(steps), units(highest)).explanation.rows if row.note == "flat_fee")
    used = sum(row.amount for row in rate(Graduated(steps), units(level)).explanation.rows if row.note != "flat_fee")
    if any(delta.full for delta in deltas):
        assert rate(Graduated(steps), Measurement(deltas=tuple(deltas))).exact == used + fees


@given(
    st.one_of(tiers().map(Graduated), tiers().map(Volume), st.builds(Package, prices, st.just(D(10)), prices), st.builds(PerUnit, prices))
)
def test_a_price_survives_its_way_through_json(price):
    assert load_price(dump_price(price)) == price


class TestFilters:
    """An event is priced once: by the most specific filter that accepts it, else by the charge's own price."""

    CHARGE = Charge(
        new_id(),
        "traffic",
        "Traffic",
        "metered",
        PerUnit(D(10)),
        filters=(
            ChargeFilter("all", "All clouds", (("cloud", ("aws", "gcp")),), PerUnit(D(5))),
            ChargeFilter("aws", "AWS", (("cloud", ("aws",)),), PerUnit(D(3))),
        ),
    )

    def measured(self, **by_cloud):
        groups = tuple(GroupMeasure((cloud,), D(units), 1) for cloud, units in by_cloud.items())
        return Measurement(sum((group.quantity for group in groups), D(0)), len(groups), ("cloud",), groups)

    def test_each_part_pays_its_own_price(self):
        rated = rate_charge(self.CHARGE, self.measured(aws=10, gcp=2, own=1))
        assert rated.amount == 30 + 10 + 10
        assert rated.explanation.total == rated.exact
        assert [(code, part.total) for code, part in rated.explanation.parts] == [("all", 10), ("aws", 30)]

    def test_it_asks_to_be_measured_by_what_its_filters_look_at(self):
        assert self.CHARGE.dimensions == ("cloud",)
        with pytest.raises(Invalid, match="measure it by cloud"):
            rate_charge(self.CHARGE, Measurement(D(5), 5))
