"""Which rates a line carries, by place, category, day and buyer."""

from datetime import date
from decimal import Decimal

import pytest

from bezant.sdk.values import new_id
from bezant_tax_rates.contracts import Buyer, NewRate, Rate
from bezant_tax_rates.domain import EXEMPT, REVERSE_CHARGE, check_rate, choose_rates

DAY = date(2013, 2, 1)


def rate(code, percent, **details):
    values = dict.fromkeys(("country", "region", "tax_category", "reason"), "") | {"category": "S", "tax": "vat", "label": code}
    flags = {"inclusive": False, "reverse_charge": False, "valid_from": None, "valid_to": None}
    return Rate(id=new_id(), code=code, percent=Decimal(percent), **{**values, **flags, **details})


NEW_YORK = rate("ny", "8.875", tax="sales_tax", country="US", region="NY", tax_category="rent")
RATES = (
    NEW_YORK,
    rate("de-19", "19", country="DE", reverse_charge=True),
    rate("de-7", "7", country="DE", tax_category="books", reverse_charge=True),
    rate("fr-20", "20", country="FR"),
    rate("ca-gst", "5", tax="gst", country="CA"),
    rate("qc-qst", "9.975", tax="pst", country="CA", region="QC"),
    rate("bc-pst", "7", tax="pst", country="CA", region="BC"),
)


def codes(category="standard", country="US", region="", seller="US", on=DAY, rates=RATES, **buyer):
    return [one.code for one in choose_rates(rates, category, Buyer(country, region, **buyer), seller, on)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"category": "rent", "region": "NY"}, ["ny"]),
        ({"category": "rent", "region": "NJ"}, []),
        ({"category": "flights", "region": "NY"}, []),
        ({"country": "DE", "seller": "DE"}, ["de-19"]),
        ({"country": "DE", "seller": "DE", "category": "books"}, ["de-7"]),
        ({"country": "CA", "region": "QC"}, ["ca-gst", "qc-qst"]),
        ({"country": "CA", "region": "ON"}, ["ca-gst"]),
        ({"country": "FR", "seller": "DE"}, ["fr-20"]),
        ({"country": "IT", "seller": "DE"}, ["de-19"]),
        ({"country": "CH", "seller": "DE"}, []),
        ({"country": "", "seller": "DE"}, ["de-19"]),
        ({"country": "FR", "seller": "DE", "vat_country": "FR"}, ["reverse-charge"]),
        ({"country": "DE", "seller": "DE", "vat_country": "DE"}, ["de-19"]),
        ({"country": "DE", "seller": "DE", "exempt": True}, ["exempt"]),
        ({"country": "CH", "seller": "DE", "exempt": True}, []),
    ],
)
def test_the_rates_of_a_line(given, expected):
    assert codes(**given) == expected


def test_a_rate_holds_from_its_first_day_to_before_its_last():
    old = rate("old", "16", country="DE", valid_to=date(2007, 1, 1))
    new = rate("new", "19", country="DE", valid_from=date(2007, 1, 1))
    assert codes(country="DE", on=date(2006, 12, 31), rates=(old, new)) == ["old"]
    assert codes(country="DE", on=date(2007, 1, 1), rates=(old, new)) == ["new"]


def test_a_rate_for_everywhere_gives_way_to_the_place_itself():
    world = rate("world", "10")
    assert codes(country="JP", rates=(world, *RATES)) == ["world"]
    assert codes(country="FR", seller="FR", rates=(world, *RATES)) == ["fr-20"]


def test_what_is_printed_says_why_nothing_is_charged():
    assert (REVERSE_CHARGE.category, REVERSE_CHARGE.percent) == ("AE", 0)
    assert "Article 196" in REVERSE_CHARGE.reason
    assert EXEMPT.category == "E"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "no spaces"}, "code"),
        ({"label": " "}, "label"),
        ({"percent": Decimal(-1)}, "percent"),
        ({"country": "usa"}, "country"),
        ({"region": "NY"}, "region"),
        ({"valid_from": DAY, "valid_to": DAY}, "valid_to"),
        ({"percent": Decimal(0)}, "category"),
    ],
)
def test_a_rate_must_make_sense(changes, field):
    sound = {"code": "ny", "label": "NY sales tax", "percent": Decimal("8.875")}
    assert check_rate(NewRate(**sound)) == []
    assert [problem.field for problem in check_rate(NewRate(**{**sound, **changes}))] == [field]
