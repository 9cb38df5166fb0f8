"""What is wrong with a price is said at its field, tiers by their number."""

from decimal import Decimal

import pytest

from bezant.sdk.values import Invalid
from bezant_catalog.contracts import (
    Blocks,
    BlockTier,
    Capacity,
    CapacityTier,
    Formula,
    Graduated,
    Matrix,
    MatrixPrice,
    MetricFilter,
    NewMetric,
    Package,
    Percentage,
    Rounding,
    Tier,
)
from bezant_catalog.domain import check_metric, check_price, load_price

D = Decimal


def tiers(*bounds):
    return Graduated(tuple(Tier(None if bound is None else D(bound), D(1)) for bound in bounds))


@pytest.mark.parametrize(
    ("price", "field", "code", "says"),
    [
        (tiers(), "price.tiers", "no_tiers", "add at least one"),
        (tiers(10, 20), "price.tiers.1.up_to", "missing_last_tier", "The last tier (2) ends at 20"),
        (tiers(10, 10, None), "price.tiers.1.up_to", "overlapping_tiers", "Tier 2 ends at 10, not above tier 1"),
        (tiers(20, 10, None), "price.tiers.1.up_to", "tiers_out_of_order", "Tier 2 ends at 10"),
        (tiers(None, 10, None), "price.tiers.0.up_to", "open_tier_not_last", "Tier 1 has no upper bound"),
        (tiers(0, None), "price.tiers.0.up_to", "overlapping_tiers", "not above zero"),
        (Graduated((Tier(None, D(-1)),)), "price.tiers.0.unit_price", "negative", "write zero or more"),
        (Package(D(1), D(0)), "price.size", "not_positive", "more than zero"),
        (Percentage(D(1), minimum=D(2), maximum=D(1)), "price.minimum", "minimum_above_maximum", "lower it"),
        (Blocks((BlockTier(D(1), None, D(1)), BlockTier(D(1), 5, D(1)))), "price.tiers.0.max_blocks", "open_tier_not_last", "Tier 1"),
        (Capacity((CapacityTier((("users", D(5)),), D(1)),)), "price.tiers.0.limits.users", "missing_last_tier", "users: The last tier"),
        (
            Capacity((CapacityTier((("users", D(5)),), D(1)), CapacityTier((("seats", None),), D(1)))),
            "price.tiers.1.limits",
            "different_metrics",
            "name the same ones",
        ),
        (
            Matrix(("origin",), (MatrixPrice(("EWR",), D(1)), MatrixPrice(("EWR",), D(2)))),
            "price.prices.1.values",
            "overlapping_rows",
            "Row 2",
        ),
        (Matrix(("origin",), (MatrixPrice(("EWR", "x"), D(1)),)), "price.prices.0.values", "wrong_values", "2 values for 1 dimensions"),
        (Matrix(("a", "b", "c"), (), D(1)), "price.dimensions", "wrong_dimensions", "one or two"),
        (Formula("quantity * factor"), "price.expression", "unknown_name", "Unknown here: factor"),
        (Formula("quantity *"), "price.expression", "syntax", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(price, field, code, says):
    (problem,) = [one for one in check_price(price) if one.code == code]
    assert problem.field == field
    assert says in problem.message


def test_a_sound_price_has_no_problem():
    assert check_price(tiers(10, 20, None)) == []
    assert check_price(Formula("quantity * seats"), metric_codes=["seats"]) == []


@pytest.mark.parametrize(
    ("metric", "field"),
    [
        (NewMetric("x", "X", "sum"), "field"),
        (NewMetric("x", "X", "max", field="v", recurring=True), "recurring"),
        (NewMetric("x", " ", "count"), "name"),
        (NewMetric("x", "X", "sum", field="v", expression="a +"), "expression"),
        (NewMetric("x", "X", filters=(MetricFilter("size", "gt", ("big",)),)), "filters.0.values.0"),
        (NewMetric("x", "X", filters=(MetricFilter("size", "eq", ("1", "2")),)), "filters.0.values"),
        (NewMetric("x", "X", filters=(MetricFilter("size"),)), "filters.0.values"),
        (NewMetric("x", "X", rounding=Rounding("round", 13)), "rounding.decimals"),
    ],
)
def test_a_metric_must_make_sense(metric, field):
    assert [problem.field for problem in check_metric(metric)] == [field]


class TestJson:
    """The form is checked as strictly as the sense."""

    def problems(self, data):
        with pytest.raises(Invalid) as raised:
            load_price(data)
        return {(problem.field, problem.code) for problem in raised.value.problems}

    def test_all_problems_are_told_at_once(self):
        data = {"model": "graduated", "tiers": [{"up_to": 1.5, "price": "3"}, {"unit_price": "1e3"}]}
        assert self.problems(data) == {
            ("price.tiers.0.up_to", "not_a_decimal"),
            ("price.tiers.0.price", "unknown_field"),
            ("price.tiers.0.unit_price", "required"),
            ("price.tiers.1.unit_price", "not_a_decimal"),
        }

    def test_an_unknown_model_is_refused(self):
        assert self.problems({"model": "surge"}) == {("price.model", "unknown_model")}
        assert self.problems("flat") == {("price.model", "unknown_model")}

    def test_stated_first_units_show_gaps_and_overlaps(self):
        rows = [{"from": "0", "up_to": "10", "unit_price": "2"}, {"from": "15", "unit_price": "1"}]
        assert self.problems({"model": "volume", "tiers": rows}) == {("price.tiers.1.from", "gap_between_tiers")}
        rows[1]["from"] = "8"
        assert self.problems({"model": "volume", "tiers": rows}) == {("price.tiers.1.from", "overlapping_tiers")}
        rows[1]["from"] = "11"
        assert load_price({"model": "volume", "tiers": rows}).tiers[1].up_to is None
