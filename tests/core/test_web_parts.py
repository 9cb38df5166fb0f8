"""How values and components read: money, days, states, explanations, list pages."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from babel import Locale
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from bezant.contributions import Panel
from bezant.hooks import Contribution
from bezant.sdk.values import Money
from bezant.sdk.web import AgingBar, Chart, Link, Series, Status, chart_card, render_part, show, stat_card
from bezant.web import formats, shell
from bezant.web.explain import why_rows
from bezant.web.statuses import status_choice

pytestmark = pytest.mark.plugins()

GERMAN = Locale("de")


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "locale", lambda: GERMAN)


def test_money_is_grouped_with_a_true_minus_and_the_currencys_decimals() -> None:
    assert formats.amount(Money(162842388, "USD")) == "1,628,423.88"
    assert formats.amount(Money(-1250, "EUR")) == "−12.50"
    assert formats.amount(Money(5000, "JPY")) == "5,000"
    assert formats.amount(Money(1234567, "KWD")) == "1,234.567"
    assert show(Money(1230, "USD")) == '<span class="money"><span class="cur">USD</span>12.30</span>'


def test_values_read_in_the_readers_language(german: None) -> None:
    assert formats.amount(Money(162842388, "EUR")) == "1.628.423,88"
    assert formats.day(date(2013, 9, 1)) == "01.09.2013"
    assert formats.percent(Decimal("8.875")) == "8,875\N{NO-BREAK SPACE}%"


def test_spans_name_their_last_day() -> None:
    assert formats.span(date(2013, 9, 1), date(2013, 10, 1)) == "Sep 1\N{EN DASH}30, 2013"
    assert formats.span(date(2013, 9, 1), date(2013, 9, 2)) == "Sep 1, 2013"
    assert formats.instant(datetime(2013, 9, 1, 6, 2, tzinfo=UTC)) == "Sep 1, 2013, 06:02"


@given(st.integers(-(10**15), 10**15))
def test_no_amount_loses_a_cent_on_the_way_to_the_page(minor: int) -> None:
    text = formats.amount(Money(minor, "USD")).replace(",", "").replace("−", "-")

    assert Decimal(text).scaleb(2) == minor


def test_a_state_is_a_mark_and_a_word() -> None:
    assert show(Status("paid")) == '<span class="st ok ring">Paid</span>'
    assert show(Status("overdue", "Overdue 2 days")) == '<span class="st bad">Overdue 2 days</span>'
    assert status_choice("half_baked").label == "Half baked"


def test_whatever_is_shown_is_escaped() -> None:
    evil = "<script>alert(1)</script>"

    for value in (evil, Link(evil, "/x", ""), [evil], {evil: evil}, Status(evil)):
        assert "<script>" not in str(show(value)) or value == evil
    assert "&lt;script&gt;" in str(show(Link(evil, "/x", "")))


def test_a_link_is_plain_text_for_whoever_may_not_follow_it() -> None:
    assert show(Link("Ledger", "/ledger", "ledger.entry.view")) == "Ledger"


GRADUATED = {
    "model": "graduated",
    "quantity": "5106",
    "rows": [
        {"tier": 1, "above": "0", "up_to": "1000", "quantity": "1000", "unit_price": "95", "amount": "95000"},
        {"tier": 2, "above": "1000", "up_to": "5000", "quantity": "4000", "unit_price": "80", "amount": "320000"},
        {"tier": 3, "above": "5000", "quantity": "106", "unit_price": "62.5", "amount": "6625"},
    ],
}


def test_why_an_amount_is_told_tier_by_tier() -> None:
    why = why_rows(GRADUATED, "USD")

    assert [row.label for row in why.rows] == ["1 to 1,000", "1,001 to 5,000", "Above 5,000"]
    assert [row.filled for row in why.rows] == [1000, 1000, 30]
    assert [row.amount for row in why.rows] == ["95,000.00", "320,000.00", "6,625.00"]
    assert (why.total, why.quantity, why.average) == ("421,625.00", "5,106", "82.57")


def test_why_names_groups_notes_and_parts() -> None:
    matrix = {
        "model": "matrix",
        "quantity": "3",
        "dimensions": ["origin"],
        "rows": [{"group": ["EWR"], "quantity": "2", "unit_price": "1.35", "amount": "2.70"}, {"note": "flat_fee", "amount": "5"}],
        "parts": [["night", {"model": "standard", "quantity": "1", "rows": [{"group": [None], "quantity": "1", "amount": "0.005"}]}]],
    }

    why = why_rows(matrix, "USD")

    assert [row.label for row in why.rows] == ["EWR", "Flat fee", "night: none"]
    assert why.rows[2].amount == "0.005"
    assert why.total == "7.705"


def test_an_aging_bar_fills_its_width_and_leaves_credits_out() -> None:
    bar = AgingBar("USD", [("not due", 5000), ("1–15", -300), ("16–30", 2500), ("31+", 2500)])

    assert bar.rects() == [(0, 0, 498), (2, 500, 248), (3, 750, 248)]


def test_a_chart_is_data_for_the_browser_and_a_table_for_people() -> None:
    chart = Chart("mrr", "MRR", ["Jan", "Feb"], [Series("New", [100, Decimal("2.5")]), Series("Lost", [None, 3], "line")])

    assert json.loads(json.dumps(chart.data()))["s"][1]["data"] == [None, 3.0]


def test_a_part_that_fails_is_left_out(app: Flask) -> None:
    with app.test_request_context():
        assert render_part(Panel("Broken", "no/such/template.html")) == ""


def test_a_list_page_shows_filters_as_chips_and_keeps_them_in_every_link(client: FlaskClient) -> None:
    page = client.get("/admin/audit?actor_kind.prefix=sys&limit=5&sort=action").text

    assert "Actor <b>begins with sys</b>" in page
    assert 'aria-sort="ascending"' in page
    assert "/admin/audit?actor_kind.prefix=sys&amp;sort=-action&amp;limit=5" in page
    assert "actor_kind.prefix=sys&amp;sort=action&amp;limit=5&amp;format=csv" in page


def test_a_list_page_says_what_it_did_not_understand(client: FlaskClient) -> None:
    answer = client.get("/admin/jobs?stat=failed")

    assert answer.status_code == 422
    assert "There is no parameter &#39;stat&#39;. Did you mean state" in answer.text


def test_a_list_comes_as_a_file(client: FlaskClient) -> None:
    with client.get("/admin/audit?format=csv&fields=action,actor_kind") as answer:
        assert answer.mimetype == "text/csv"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=audit-")
        assert answer.text.splitlines()[0] == "action,actor_kind"
    assert client.get("/admin/audit?format=exe").status_code == 422


def test_an_empty_list_says_what_makes_rows_appear(client: FlaskClient) -> None:
    assert "No jobs yet" in client.get("/admin/jobs").text
    assert "Drop “State: Failed”" not in client.get("/admin/jobs?state=failed").text


def test_a_list_page_asks_the_database_a_constant_number_of_times(client: FlaskClient, count_queries) -> None:
    client.get("/admin/audit")
    with count_queries() as few:
        client.get("/admin/audit?limit=1")
    with count_queries() as many:
        client.get("/admin/audit?limit=50")

    assert len(many) <= len(few)


@pytest.mark.settings({"locale.time_zone": "America/New_York"})
def test_instants_are_shown_in_the_zone_of_the_deployment(app: Flask) -> None:
    with app.test_request_context():
        shown = str(show(datetime(2013, 1, 1, 5, tzinfo=UTC)))

    assert ">Jan 1, 2013, 00:00<" in shown
    assert 'title="America/New_York"' in shown


def test_a_card_that_takes_time_comes_after_the_page(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def chart() -> Chart:
        asked.append("worked out")
        return Chart("slow", "Slow", ["Jan"], [Series("Invoiced", [1])])

    monkeypatch.setattr(shell, "each", lambda _spec: [Contribution("slow", (stat_card("Fast", 7), chart_card("Slow", chart)))])

    page = client.get("/").text
    assert ">7<" in page
    assert 'hx-get="/cards/slow/1"' in page
    assert asked == []
    assert "Figures as a table" in client.get("/cards/slow/1").text
    assert "Figures as a table" in client.get("/?all=1").text
    assert client.get("/cards/slow/9").text == ""
