"""What is valid in a field, which tax number is whose, how numbers are written. Pure: no database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.sdk.values import Invalid
from bezant_accounts.domain import fields
from bezant_accounts.domain.numbers import check_format, check_formats, counted_year, format_for, write_numbers
from bezant_accounts.domain.tax_ids import parse_tax_id, parse_tax_ids
from bezant_accounts.domain.words import words


@pytest.mark.parametrize(
    ("text", "country", "kind", "value", "of"),
    [
        ("DE136695976", "FR", "eu_vat", "DE136695976", "DE"),
        ("136 695 976", "DE", "eu_vat", "DE136695976", "DE"),
        ("094259216", "GR", "eu_vat", "EL094259216", "GR"),
        ("XI 980780684", "GB", "eu_vat", "XI980780684", "GB"),
        ("GB980780684", "GB", "gb_vat", "980 7806 84", "GB"),
        ("990042880", "US", "us_ein", "99-0042880", "US"),
        ("CHE-107.787.577 IVA", "CH", "ch_vat", "CHE-107.787.577 IVA", "CH"),
        ("ABC 123", "AE", "other", "ABC 123", "AE"),
    ],
)
def test_tax_ids_are_recognised_and_written_as_people_do(text, country, kind, value, of):
    found = parse_tax_id(text, country)
    assert (found.kind, found.value, found.country) == (kind, value, of)


@pytest.mark.parametrize("text", ["DE136695977", "DE12", "DE13669597X", "", "x" * 41])
def test_tax_ids_with_a_typing_error_are_refused_with_the_cause(text):
    with pytest.raises(Invalid) as refused:
        parse_tax_ids([text], "DE")
    assert refused.value.problems[0].field == "tax_ids.0"


@pytest.mark.parametrize(
    ("parser", "text", "parsed"),
    [
        (fields.currency, "usd", "USD"),
        (fields.locale, "de-ch", "de_CH"),
        (fields.country, "us", "US"),
        (fields.email, " ap@example.com ", "ap@example.com"),
        (fields.iban, "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        (fields.bic, "DEUTDEFF", "DEUTDEFF"),
        (fields.code, "pny", "PNY"),
        (fields.timezone, "America/New_York", "America/New_York"),
    ],
)
def test_fields_are_brought_into_their_normal_form(parser, text, parsed):
    assert parser(text, "field") == parsed


@pytest.mark.parametrize(
    ("parser", "text"),
    [
        (fields.currency, "US"),
        (fields.currency, "ABC"),
        (fields.locale, "xx_YY"),
        (fields.country, "XX"),
        (fields.email, "a@b, c@d"),
        (fields.email, "a@b\r\nBcc: c@d"),
        (fields.iban, "DE89370400440532013001"),
        (fields.timezone, "EST5"),
        (fields.code, "TOO-LONG-A-CODE"),
        (fields.text(5), "123456"),
        (fields.text(50), "two\nlines"),
        (fields.whole(1, 31), 32),
        (fields.whole(0, 1), True),
        (fields.flag, "yes"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(parser, text):
    with pytest.raises(Invalid) as refused:
        parser(text, "some.field")
    assert refused.value.problems[0].field == "some.field"


@pytest.mark.parametrize(
    ("region", "country", "code"), [("ny", "US", "NY"), ("New York", "US", "NY"), ("Greater London", "GB", "Greater London")]
)
def test_regions_become_codes_where_they_are_listed(region, country, code):
    assert fields.region(region, country) == code


@given(st.integers(1, 10**9), st.integers(1, 50))
def test_numbers_are_distinct_and_in_order(first, count):
    written = write_numbers("{code}-{year}-{number:6}", "PNY", 2013, range(first, first + count))
    assert written == [f"PNY-2013-{n:06}" for n in range(first, first + count)]


def test_a_format_decides_whether_a_series_starts_again():
    assert counted_year("{code}-{yy}-{number}", 2013) == 2013
    assert counted_year("{code}-{number}", 2013) == 0
    assert format_for("credit_note", {}) == "{code}-CN-{year}-{number:6}"
    assert format_for("rma_case", {}) == "{code}-RMA-CASE-{year}-{number:6}"


@pytest.mark.parametrize(
    "bad", ["{code}", "{number}{number}", "{number:6}{other}", "{number.__class__}", "{number} $", "x" * 40 + "{number}"]
)
def test_formats_that_cannot_number_are_refused(bad):
    with pytest.raises(Invalid):
        check_format(bad)


def test_series_of_one_legal_entity_never_write_the_same_number():
    with pytest.raises(Invalid, match="same numbers"):
        check_formats({"invoice": "{code}-{number:6}", "credit_note": "{code}-{number:6}"})


def test_words_of_a_name():
    assert words("Cie Générale d'Électricité, S.A.") == ["cie", "generale", "d", "electricite", "s", "a"]
