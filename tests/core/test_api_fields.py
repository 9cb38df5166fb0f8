"""The strict fields and schemas of the API."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import marshmallow as ma
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.api.body import parse_json
from bezant.api.problems import problems_of
from bezant.sdk.api import CurrencyCode, Day, DecimalString, Instant, MoneyString, Schema, Text, Uuid
from bezant.sdk.values import Problem


class LineSchema(Schema):
    amount = MoneyString(required=True)


class InvoiceSchema(Schema):
    currency = CurrencyCode(required=True)
    total = MoneyString(attribute="total_minor", data_key="total")
    quantity = DecimalString()
    issued_on = Day()
    issued_at = Instant()
    id = Uuid()
    note = Text(longest=5)
    lines = ma.fields.List(ma.fields.Nested(LineSchema))


def problems(body: object) -> list[Problem]:
    with pytest.raises(ma.ValidationError) as caught:
        InvoiceSchema().load(body)
    return list(problems_of(caught.value.messages))


def test_money_is_minor_units_inside_and_a_decimal_string_outside() -> None:
    loaded = InvoiceSchema().load({"currency": "JPY", "total": "12", "lines": [{"amount": "5"}]})
    assert loaded == {"currency": "JPY", "total_minor": 12, "lines": [{"amount": 5}]}
    assert InvoiceSchema().dump({"currency": "KWD", "total_minor": 1500, "lines": [{"amount": -1}]}) == {
        "currency": "KWD",
        "total": "1.500",
        "lines": [{"amount": "-0.001"}],
    }


def test_money_without_a_known_currency_stays_an_exact_number() -> None:
    assert LineSchema().load({"amount": "12.345"}) == {"amount": Decimal("12.345")}


@dataclass
class Row:
    currency: str
    total_minor: int


def test_money_of_objects_takes_their_currency() -> None:
    assert InvoiceSchema(only=("total",)).dump([Row("USD", 5), Row("JPY", 5)], many=True) == [{"total": "0.05"}, {"total": "5"}]


@pytest.mark.parametrize("value", [12, 12.5, "1_000", "1,000", "1e3", "+1", "٣", " 1", "1.", ".5", "01", "NaN", "", None, True, []])
def test_what_is_no_money(value: object) -> None:
    assert [p.field for p in problems({"currency": "USD", "total": value})] == ["total"]


def test_money_has_no_more_decimals_than_its_currency() -> None:
    assert [(p.field, p.code) for p in problems({"currency": "JPY", "total": "1.5"})] == [("total", "too_many_decimals")]


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_money_comes_back_as_it_went(minor: int, currency: str) -> None:
    written = InvoiceSchema().dump({"currency": currency, "total_minor": minor})
    assert InvoiceSchema().load(written)["total_minor"] == minor


def test_instants_days_and_ids_are_strict() -> None:
    body = {
        "currency": "usd",
        "issued_at": "2026-01-31T08:30:00",
        "issued_on": "2026-02-30",
        "id": "x",
        "quantity": 1.5,
        "note": "too long",
    }
    assert {(p.field, p.code) for p in problems(body)} == {
        ("currency", "unknown_currency"),
        ("issued_at", "not_instant"),
        ("issued_on", "not_day"),
        ("id", "not_uuid"),
        ("quantity", "not_decimal"),
        ("note", "too_long"),
    }


def test_instants_are_utc() -> None:
    loaded = InvoiceSchema().load({"currency": "USD", "issued_at": "2026-01-31T08:30:00+02:00", "issued_on": "2026-01-31"})
    assert loaded["issued_at"] == datetime(2026, 1, 31, 6, 30, tzinfo=UTC)
    assert loaded["issued_on"] == date(2026, 1, 31)
    assert InvoiceSchema().dump(loaded)["issued_at"] == "2026-01-31T06:30:00Z"


def test_an_unknown_field_names_the_near_one() -> None:
    found = problems({"currency": "USD", "totl": "1", "lines": [{"amount": "1"}, {"amont": "1"}]})
    by_field = {p.field: p for p in found}
    assert "did you mean 'total'?" in by_field["totl"].message
    assert by_field["totl"].code == "unknown_field"
    assert "did you mean 'amount'?" in by_field["lines.1.amont"].message
    assert by_field["lines.1.amount"].code == "required"


@pytest.mark.parametrize("text", ["{", '{"a":1,"a":2}', "NaN", '"\\u0000"', '{"a":"\\ud800"}', "[" * 100_000, ""])
def test_json_that_cannot_be_kept_is_refused(text: str) -> None:
    with pytest.raises((ValueError, RecursionError)):
        parse_json(text.encode())


def test_json_numbers_keep_every_digit() -> None:
    assert parse_json(b'{"a": 0.1000000000000000000001}') == {"a": Decimal("0.1000000000000000000001")}
