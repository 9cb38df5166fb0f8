"""The harness itself: a wrong figure is seen, a deviation picks what it means, any folder can be read."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from .comparing import Near, differences
from .deviating import Deviation
from .reading import Case, questions, read_folder

EXPECTED = {"amount": "10.50", "count": 2, "days": ["2024-01-31"], "rows": [{"units": "0.51613"}], "price": "100000/7", "none": None}
RIGHT = {
    "amount": Decimal("10.5"),
    "count": 2,
    "days": ["2024-01-31"],
    "rows": ({"units": Fraction(16, 31)},),
    "price": Fraction(100000, 7),
    "none": None,
    "more": "is not asked",
}


def test_figures_are_compared_by_value() -> None:
    assert not list(differences(EXPECTED, RIGHT))


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("amount", Decimal("10.51")),
        ("amount", None),
        ("count", True),
        ("days", []),
        ("rows", [{"units": Fraction(17, 31)}]),
        ("rows", [{}]),
        ("price", Fraction(100001, 7)),
        ("none", 0),
    ],
)
def test_a_wrong_figure_is_named(key: str, wrong: object) -> None:
    [found] = differences(EXPECTED, {**RIGHT, key: wrong})
    assert found.startswith(key)


def test_a_figure_that_the_other_system_keeps_less_exactly_may_be_near() -> None:
    assert not list(differences("1352.94117", Near(Fraction(23000, 17), Fraction(1, 10**5))))
    assert list(differences("1352.94", Near(Fraction(23000, 17), Fraction(1, 10**5))))


def test_questions_are_the_expectations_without_their_values() -> None:
    checks = {"checks": [{"after": "b1", "what": "invoices.count", "value": 3}], "days": ["2024-01-31"]}
    assert questions(checks) == {"checks": [{"after": "b1", "what": "invoices.count", "value": None}], "days": [None]}


def test_any_folder_of_cases_can_be_read(tmp_path: Path) -> None:
    row = {"id": "X-1", "area": "unheard_of", "given": {}, "expect": {}, "note": "", "origin": "somebody"}
    (tmp_path / "somebody-unheard_of.json").write_text(json.dumps([row]))
    assert [(case.id, case.area) for case in read_folder(tmp_path)] == [("X-1", "unheard_of")]
    (tmp_path / "somebody-broken.json").write_text('[{"id": "X-2"}]')
    with pytest.raises(ValueError, match="somebody-broken"):
        read_folder(tmp_path)


def test_a_deviation_picks_by_id_or_by_what_a_case_says() -> None:
    case = Case("A-1", "tax", "lago", "QUIRK: odd", {"lines": [{"minor": 0}, {"minor": 5}]}, {"tax": 0})
    assert Deviation("why", id="A-1").picks(case)
    assert Deviation("why", area="tax", where={"note": "QUIRK.*", "given.lines.*.minor": "5", "expect.tax": "0"}).picks(case)
    assert Deviation("why", area="tax", where={"given.lines.-1.minor": "5", "given.missing": False}).picks(case)
    assert Deviation("why", area="tax", where={"given.lines.0.minor": "=expect.tax"}).picks(case)
    assert not Deviation("why", area="tax", where={"given.lines.1.minor": "=expect.tax"}).picks(case)
    assert not Deviation("why", area="tax", where={"given.lines.0.minor": "5"}).picks(case)
    assert not Deviation("why", area="coupon").picks(case)
    with pytest.raises(ValueError, match="reason"):
        Deviation("", id="A-1")
