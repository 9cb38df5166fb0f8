"""Money: exact, rounded once, and parts add up."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.errors import Invalid
from bezant.lists.money import unusual_currencies
from bezant.money import (
    FurtherCurrency,
    Money,
    exponent,
    format_plain,
    parse_plain,
    round_half_away,
    round_to_minor,
    share,
    to_major,
    use_currencies,
)

minor = st.integers(-(10**15), 10**15)
currencies = st.sampled_from(["JPY", "EUR", "USD", "KWD", "CLF"])
weights = st.lists(st.fractions(0, 10**9), min_size=1, max_size=50)


@pytest.mark.parametrize(("currency", "digits"), [("JPY", 0), ("EUR", 2), ("KWD", 3), ("CLF", 4)])
def test_decimals_follow_the_standard(currency: str, digits: int) -> None:
    assert exponent(currency) == digits


@pytest.mark.parametrize("code", ["", "usd", "XYZ", "EURO", "XAU"])
def test_what_is_no_currency_is_refused_by_name(code: str) -> None:
    with pytest.raises(Invalid, match="currency"):
        exponent(code)


def test_a_deployment_may_have_currencies_of_its_own() -> None:
    use_currencies([FurtherCurrency.parse(text, "money.currencies") for text in ("BTC:8:₿", "XP1:0")])
    try:
        assert Money.parse("10.12345678", "BTC").minor == 1_012_345_678
        assert (exponent("BTC"), exponent("XP1"), exponent("EUR")) == (8, 0, 2)
        assert "BTC" in unusual_currencies()[8]
    finally:
        use_currencies([])
    with pytest.raises(Invalid):
        exponent("BTC")


@pytest.mark.parametrize("text", ["BTC", "btc:8", "BTC:9", "BTC:-1", "EUR:2:€", "BTC:8:", "BTC:8:a b"])
def test_what_is_no_further_currency_is_refused_by_its_setting(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        FurtherCurrency.parse(text, "money.currencies")
    assert refused.value.problems[0].field == "money.currencies"


@pytest.mark.parametrize(("value", "rounded"), [("0.5", 1), ("-0.5", -1), ("1.5", 2), ("2.5", 3), ("-2.5", -3), ("2.4999", 2), ("0", 0)])
def test_a_half_goes_away_from_zero(value: str, rounded: int) -> None:
    assert round_half_away(Decimal(value)) == rounded


@given(minor, currencies)
def test_text_and_minor_units_say_the_same(amount: int, currency: str) -> None:
    text = format_plain(amount, currency)
    if abs(amount) < 10**15:
        assert parse_plain(text, currency) == amount
    assert round_to_minor(to_major(amount, currency), currency) == amount


@pytest.mark.parametrize("bad", ["1,000.00", "1e3", "1.005", "٣", " 1", "+1", "1.", ".5", "01", "NaN", "", None, 1, 1.5, "1_000", "9" * 16])
def test_money_in_is_a_plain_decimal_string(bad: object) -> None:
    with pytest.raises(Invalid) as refused:
        parse_plain(bad, "EUR", "lines.0.amount")
    assert refused.value.problems[0].field == "lines.0.amount"


@given(minor, weights)
def test_shares_add_up_to_the_whole(total: int, parts: list[Fraction]) -> None:
    assert sum(share(total, parts)) == total


@given(minor, weights)
def test_no_share_is_a_unit_off_its_exact_part(total: int, parts: list[Fraction]) -> None:
    whole = sum(parts)
    if whole:
        for got, weight in zip(share(total, parts), parts, strict=True):
            assert abs(got - Fraction(total) * weight / whole) < 1


@given(minor, minor, currencies)
def test_amounts_of_one_currency_add_up(a: int, b: int, currency: str) -> None:
    assert Money(a, currency) + Money(b, currency) - Money(b, currency) == Money(a, currency)


def test_amounts_of_two_currencies_do_not() -> None:
    with pytest.raises(ValueError, match="combine"):
        Money(1, "EUR") + Money(1, "USD")
