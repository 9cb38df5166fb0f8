"""What a document's language decides: words, figures, days; and the payloads behind the QR codes."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest

from bezant.errors import Invalid
from bezant.money import FurtherCurrency, use_currencies
from bezant.sdk.documents import PayBy, paper_for, running_sums
from bezant.web.documents.language import Language, parse_locale, read_words
from bezant.web.documents.payment import bank_lines, epc_code, legal_lines, payment_code, qr, return_line
from bezant.web.documents.samples import HAFEN, PORT

THEME = files("bezant_themes").joinpath("bezant")
NBSP = "\u00a0"


def language(name: str) -> Language:
    return Language(parse_locale(name), read_words(parse_locale(name), [THEME]))


@pytest.mark.parametrize(
    ("locale", "minor", "currency", "shown"),
    [
        ("en_US", 1_234_567, "USD", "12,345.67"),
        ("en_US", -5, "USD", "−0.05"),
        ("de_DE", 1_234_567, "EUR", "12.345,67"),
        ("fr_FR", 1_234_567, "EUR", f"12{NBSP}345,67"),
        ("en_US", 12_345, "JPY", "12,345"),
        ("en_US", 12_345, "KWD", "12.345"),
    ],
)
def test_money_has_the_currencys_decimals_and_the_languages_grouping(locale: str, minor: int, currency: str, shown: str) -> None:
    assert language(locale).money(minor, currency) == shown


@pytest.mark.parametrize(
    ("locale", "minor", "currency", "shown"),
    [
        ("en_US", 263_514, "EUR", "€2,635.14"),
        ("en_US", -263_514, "BRL", "−R$2,635.14"),
        ("fr_FR", 149_995, "EUR", f"1{NBSP}499,95{NBSP}€"),
        ("fr_FR", 1_500, "JPY", f"1{NBSP}500{NBSP}¥"),
        ("fr_FR", 500, "SEK", f"5,00{NBSP}SEK"),
        ("de_DE", -5, "KWD", f"−0,005{NBSP}KWD"),
        ("en_US", 110_528_843_439, "BTC", "₿1,105.28843439"),
    ],
)
def test_an_amount_bears_the_sign_of_its_currency_where_the_language_puts_it(locale: str, minor: int, currency: str, shown: str) -> None:
    use_currencies([FurtherCurrency("BTC", 8, "₿")])
    try:
        assert language(locale).amount(minor, currency) == shown
    finally:
        use_currencies([])


@pytest.mark.parametrize(("price", "shown"), [("2500", "2,500.00"), ("0.0125", "0.0125"), ("89.28571428571", "89.28571429")])
def test_a_unit_price_shows_the_decimals_it_has(price: str, shown: str) -> None:
    assert language("en_GB").price(Decimal(price), "USD") == shown


def test_quantities_and_rates_drop_zeros_at_their_end() -> None:
    assert language("en_GB").quantity(Decimal("11687.00")) == "11,687"
    assert language("de_DE").percent(Decimal("8.875")) == f"8,875{NBSP}%"


def test_a_span_names_its_last_day() -> None:
    assert language("en_GB").span(date(2013, 2, 1), date(2013, 3, 1)) == "1–28 Feb 2013"
    assert language("de_DE").span(date(2013, 2, 1), date(2013, 3, 1)) == "1.–28. Feb. 2013"
    assert language("en_GB").span(date(2013, 2, 1), date(2013, 2, 2)) == "1 Feb 2013"


@pytest.mark.parametrize("name", ["xx_YY", "", "german"])
def test_an_unknown_locale_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        parse_locale(name)


def test_both_ways_to_write_a_locale_are_taken() -> None:
    assert parse_locale("de-DE") == parse_locale("de_DE")


@pytest.mark.parametrize("locale", ["de", "fr"])
def test_every_word_of_the_templates_is_translated(locale: str) -> None:
    sources = [page.read_text() for page in THEME.joinpath("documents").iterdir() if page.name.endswith(".html")]
    messages = {message for source in sources for message in re.findall(r"_\('([^']+)'", source)}
    assert messages
    assert messages - set(read_words(parse_locale(locale), [THEME])) == set()


@pytest.mark.parametrize("locale", ["de", "fr"])
def test_translations_keep_the_places_to_fill_in(locale: str) -> None:
    places = re.compile(r"%\(\w+\)s")
    for message, translated in read_words(parse_locale(locale), [THEME]).items():
        assert sorted(places.findall(message)) == sorted(places.findall(translated))


def test_words_that_are_missing_stay_english() -> None:
    assert language("it").text("Invoice") == "Invoice"
    assert language("de").text("due %(day)s", day="3. März") == "fällig am 3. März"


def test_an_amount_in_euros_is_paid_by_scanning_a_transfer() -> None:
    pay = PayBy(amount_minor=2_620_512, reference="RE-2013-0017", link="https://pay.example/1")
    payload = "BCD\n002\n1\nSCT\nBYLADEM1001\nHafen Musterstadt (Demo) GmbH\nDE02120300000000202051\nEUR26205.12\n\n\nRE-2013-0017"
    assert payment_code(pay, HAFEN, "EUR") == payload


def test_a_creditor_reference_has_its_own_field() -> None:
    assert HAFEN.bank
    assert epc_code(HAFEN.bank, HAFEN.name, 100, "RF18 5390 0754 7034").endswith("EUR1.00\n\nRF18539007547034")


@pytest.mark.parametrize(("amount", "currency"), [(100, "USD"), (0, "EUR"), (100_000_000_000, "EUR")])
def test_everything_else_is_paid_by_the_payment_page(amount: int, currency: str) -> None:
    pay = PayBy(amount_minor=amount, reference="X", link="https://pay.example/1")
    assert payment_code(pay, HAFEN, currency) == "https://pay.example/1"
    assert payment_code(replace(pay, link=""), PORT, "USD") == ""


def test_a_code_says_in_words_what_it_is() -> None:
    assert 'alt="QR code of &lt;X&gt;"' in qr("https://pay.example/1", "QR code of <X>")


def test_the_letterhead_is_made_of_the_sellers_particulars() -> None:
    assert return_line(PORT) == "Port of New York (demo) · 4 Ferry Plaza · New York, NY 10004"
    assert legal_lines(HAFEN) == "Hafen Musterstadt (Demo) GmbH\nKaistraße 4, 20457 Hamburg\nrechnung@hafen.example"
    registration = "Amtsgericht Hamburg HRB 000000 · USt-IdNr. DE000000000"
    assert bank_lines(HAFEN) == f"{registration}\nDemobank · IBAN DE02 1203 0000 0000 2020 51\nBIC BYLADEM1001"
    assert bank_lines(replace(HAFEN, bank=None)) == registration


def test_paper_and_sums() -> None:
    assert (paper_for("US"), paper_for("de")) == ("letter", "a4")
    assert running_sums([5, -2, 4]) == [5, 3, 7]
