"""The list engine: one description, read by pages, REST and exports."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from bezant.errors import Invalid
from bezant.lists import count_views, read
from bezant.lists.cursor import read_cursor
from bezant.lists.export import inert
from bezant.sdk.db import Currency, ExactDecimal, Model, Shared, UTCDateTime, bulk_insert, minor, primary_key, session, unit_of_work
from bezant.sdk.lists import Choice, Field, ListQuery, ListSpec, View, add_up, count, every, export, fetch, narrowed, parse

pytestmark = [pytest.mark.plugins(), pytest.mark.usefixtures("as_system")]


class Bill(Model):
    __tablename__ = "test_lists_bills"
    __scope__ = Shared("nobody is limited here")

    id: Mapped[UUID] = primary_key()
    number: Mapped[str] = mapped_column(String(20))
    name: Mapped[str]
    state: Mapped[str]
    issued_on: Mapped[date]
    due_on: Mapped[date | None]
    currency: Mapped[str] = mapped_column(Currency)
    total_minor: Mapped[int] = minor()
    weight: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent: Mapped[bool]


BILLS = ListSpec(
    name="bills",
    title="Bills",
    permission="core.dashboard.view",
    scope=Bill,
    statement=lambda: select().select_from(Bill),
    fields=(
        Field("id", "Id", Bill.id, "uuid", internal=True),
        Field("number", "Number", Bill.number, "code"),
        Field("name", "Name", Bill.name),
        Field("state", "State", Bill.state, "status", choices=(Choice("open", "Open"), Choice("paid", "Paid"), Choice("void", "Voided"))),
        Field("issued_on", "Issued", Bill.issued_on, "day"),
        Field("due_on", "Due", Bill.due_on, "day"),
        Field("currency", "Currency", Bill.currency, "code", hidden=True),
        Field("total", "Total", Bill.total_minor, "money", sum=True),
        Field("weight", "Weight", Bill.weight, "decimal", sum=True),
        Field("at", "At", Bill.at, "instant", hidden=True),
        Field("sent", "Sent", Bill.sent, "boolean", hidden=True),
    ),
    default_sort="-issued_on",
    search=("number", "name", "total"),
    views=(View("open", "Open", "state=open"), View("late", "Late", "state=open&due_on.lte=2013-02-03")),
    counted=lambda: Bill.state != "void",
    sum_note="voided left out",
)

ROWS = 60
NEW_YEAR = datetime(2013, 1, 1, tzinfo=UTC)


def bill(i: int) -> dict[str, Any]:
    return {
        "number": f"B-{i:04}",
        "name": f"Customer {i % 5}",
        "state": ("paid", "open", "open", "void")[i % 4],
        "issued_on": date(2013, 1, 1) + timedelta(days=i % 7),
        "due_on": None if i % 6 == 0 else date(2013, 2, 1) + timedelta(days=i % 9),
        "currency": "JPY" if i % 5 == 0 else "USD",
        "total_minor": 100 * i,
        "weight": None if i % 8 == 0 else Decimal(i) / 8,
        "at": NEW_YEAR + timedelta(hours=i),
        "sent": i % 3 == 0,
    }


@pytest.fixture
def bills(app: Flask) -> Iterator[None]:
    with unit_of_work():
        Bill.__table__.create(session.connection())  # type: ignore[attr-defined]
        bulk_insert(Bill, [bill(i) for i in range(ROWS)])
    yield
    with unit_of_work():
        Bill.__table__.drop(session.connection())  # type: ignore[attr-defined]


def ask(**arguments: object) -> ListQuery:
    """A query as an address would say it; ``total__gte`` stands for ``total.gte``."""
    return parse(BILLS, [(name.replace("__", "."), str(value)) for name, value in arguments.items()])


def numbers(**arguments: object) -> list[str]:
    return [row["number"] for row in every(BILLS, ask(**arguments))]


def walk_forwards(limit: int, **arguments: object) -> list[str]:
    seen: list[str] = []
    after = ""
    while True:
        page = fetch(BILLS, ask(limit=limit, after=after, **arguments))
        assert page.start == len(seen)
        seen += [row["number"] for row in page.rows]
        after = page.next
        if not page.has_more:
            return seen


def walk_backwards(limit: int, **arguments: object) -> list[str]:
    page = fetch(BILLS, ask(limit=limit, **arguments))
    while page.has_more:
        page = fetch(BILLS, ask(limit=limit, after=page.next, **arguments))
    seen = [row["number"] for row in page.rows]
    while page.previous:
        page = fetch(BILLS, ask(limit=limit, before=page.previous, **arguments))
        seen = [row["number"] for row in page.rows] + seen
    return seen


SORTS = (
    "sent,number",
    "number",
    "-number",
    "due_on",
    "-due_on",
    "-issued_on,due_on",
    "weight",
    "-weight",
    "at",
    "state,-total",
    "-state,currency,number",
)


def test_pages_show_every_row_once_in_both_directions(bills: None) -> None:
    for sort in SORTS:
        everything = numbers(sort=sort)

        assert sorted(everything) == [f"B-{i:04}" for i in range(ROWS)], sort
        assert walk_forwards(7, sort=sort) == everything, sort
        assert walk_backwards(7, sort=sort) == everything, sort


def test_nothing_sorts_as_the_largest_on_both_databases(bills: None) -> None:
    rising = [row["due_on"] for row in every(BILLS, ask(sort="due_on"))]
    falling = [row["due_on"] for row in every(BILLS, ask(sort="-due_on"))]

    assert rising[0] is not None
    assert rising[-1] is None
    assert falling[0] is None


def test_decimals_sort_as_numbers_not_as_text(bills: None) -> None:
    weights = [row["weight"] for row in every(BILLS, ask(sort="weight", weight__null="false"))]

    assert weights == sorted(weights)


def test_rows_that_come_in_meanwhile_shift_nothing(bills: None) -> None:
    first = fetch(BILLS, ask(limit=10, sort="number"))
    with unit_of_work():
        bulk_insert(Bill, [{**bill(1), "number": "A-0000"}])

    second = fetch(BILLS, ask(limit=10, sort="number", after=first.next))

    assert [row["number"] for row in second.rows] == [f"B-{i:04}" for i in range(10, 20)]


def test_a_page_costs_one_statement_however_many_rows(bills: None, count_queries) -> None:
    with count_queries() as few:
        fetch(BILLS, ask(limit=2))
    with count_queries() as many:
        fetch(BILLS, ask(limit=50))

    assert len(few) == len(many) == 1


def is_late(b: dict[str, Any]) -> bool:
    return b["state"] == "open" and b["due_on"] is not None and b["due_on"] <= date(2013, 2, 3)


FILTERS = [
    ({"state": "paid"}, lambda b: b["state"] == "paid"),
    ({"state__ne": "paid"}, lambda b: b["state"] != "paid"),
    ({"state__in": "paid,void"}, lambda b: b["state"] in ("paid", "void")),
    ({"issued_on": "2013-01-03"}, lambda b: b["issued_on"] == date(2013, 1, 3)),
    ({"issued_on__gte": "2013-01-03", "issued_on__lt": "2013-01-05"}, lambda b: date(2013, 1, 3) <= b["issued_on"] < date(2013, 1, 5)),
    ({"due_on__null": "true"}, lambda b: b["due_on"] is None),
    ({"number__prefix": "b-001"}, lambda b: b["number"].startswith("B-001")),
    ({"at": "2013-01-02"}, lambda b: b["at"].date() == date(2013, 1, 2)),
    ({"at__lte": "2013-01-01"}, lambda b: b["at"].date() == date(2013, 1, 1)),
    ({"at__gt": "2013-01-02T05:00:00Z"}, lambda b: b["at"] > NEW_YEAR + timedelta(hours=29)),
    ({"weight__gt": "3.5"}, lambda b: b["weight"] is not None and b["weight"] > Decimal("3.5")),
    ({"sent": "true"}, lambda b: b["sent"]),
    ({"sent": "no", "state": "open"}, lambda b: not b["sent"] and b["state"] == "open"),
    ({"view": "open"}, lambda b: b["state"] == "open"),
    ({"view": "late", "currency": "USD"}, lambda b: is_late(b) and b["currency"] == "USD"),
]


def test_filters_keep_exactly_what_they_say(bills: None) -> None:
    for arguments, expected in FILTERS:
        assert sorted(numbers(**arguments)) == [bill(i)["number"] for i in range(ROWS) if expected(bill(i))], arguments


def test_amounts_are_compared_in_the_major_units_of_each_rows_currency(bills: None) -> None:
    def major(b: dict) -> Decimal:
        return Decimal(b["total_minor"]) if b["currency"] == "JPY" else Decimal(b["total_minor"]) / 100

    assert sorted(numbers(total__gte="30")) == [bill(i)["number"] for i in range(ROWS) if major(bill(i)) >= 30]
    assert numbers(total__gte="3000", currency="JPY", sort="number") == ["B-0030", "B-0035", "B-0040", "B-0045", "B-0050", "B-0055"]


def test_amounts_that_no_column_holds_are_compared_all_the_same(bills: None) -> None:
    huge = "9" * 30

    for currency in ({}, {"currency": "JPY"}, {"currency": "EUR"}):
        every = sorted(numbers(**currency))
        assert numbers(total__gte=huge, **currency) == [] == numbers(total=huge, **currency)
        assert sorted(numbers(total__lt=huge, **currency)) == every == sorted(numbers(total__gt=f"-{huge}", **currency))
    assert numbers(q=huge) == []


def test_search_finds_prefixes_and_exact_amounts(bills: None) -> None:
    assert numbers(q="b-003", sort="number") == [f"B-{i:04}" for i in range(30, 40)]
    assert set(numbers(q="CUSTOMER 3")) == {f"B-{i:04}" for i in range(3, ROWS, 5)}
    assert numbers(q="7.00") == ["B-0007"]
    assert numbers(q="500") == ["B-0005"]  # JPY 500; USD 500.00 is no bill


def test_search_takes_wildcards_and_quotes_literally(bills: None) -> None:
    for text in ("%", "_", "!", "B_0001", "'; DROP TABLE test_lists_bills; --"):
        assert numbers(q=text) == []


def test_sums_run_over_all_matches_per_currency_without_what_does_not_count(bills: None) -> None:
    counted = [bill(i) for i in range(ROWS) if bill(i)["state"] != "void"]

    sums = {row["currency"]: row for row in add_up(BILLS, ask(limit=5))}

    for currency in ("JPY", "USD"):
        own = [b for b in counted if b["currency"] == currency]
        assert sums[currency]["total"] == sum(b["total_minor"] for b in own)
        assert sums[currency]["weight"] == sum((b["weight"] or Decimal(0) for b in own), Decimal(0))


def test_counting_stops_at_its_bound(bills: None) -> None:
    assert (count(BILLS, ask()).number, count(BILLS, ask()).more) == (ROWS, False)
    assert (count(BILLS, ask(), at_most=10).number, count(BILLS, ask(), at_most=10).more) == (10, True)


def test_views_are_counted_in_one_statement(bills: None, count_queries) -> None:
    with count_queries() as statements:
        counts = count_views(BILLS, ask())

    assert len(statements) == 1
    assert counts["open"].number == len(numbers(view="open"))


def test_a_narrowed_list_holds_only_its_part(bills: None) -> None:
    part = narrowed(BILLS, Bill.name == "Customer 2")

    assert {row["name"] for row in every(part, parse(part, []))} == {"Customer 2"}


@pytest.mark.parametrize(
    ("arguments", "field", "hint"),
    [
        ({"satus": "open"}, "satus", "Did you mean"),
        ({"state.like": "x"}, "state.like", "There is: eq, ne, in, null"),
        ({"state": "opne"}, "state", "Did you mean open"),
        ({"sort": "totl"}, "sort", "Did you mean total"),
        ({"fields": "number,nme"}, "fields", "Did you mean name"),
        ({"view": "lat"}, "view", "Did you mean late"),
        ({"total.gte": "1,5"}, "total.gte", "1234.50"),
        ({"issued_on": "31.1.2013"}, "issued_on", "2026-01-31"),
        ({"at.gte": "2013-01-01T10:00:00"}, "at.gte", "18:00:00Z"),
        ({"state.in": ""}, "state.in", "Write a value"),
        ({"state.in": " ,"}, "state.in", "Write a value"),
        ({"number": ""}, "number", "number.null=true"),
        ({"total.": "5"}, "total.", "There is no operator"),
        ({"q": "a\0b"}, "q", "NUL"),
        ({"at.gte": "0001-01-01T00:00:00+14:00"}, "at.gte", "no instant"),
        ({"limit": "0"}, "limit", "from 1 to 500"),
        ({"limit": "501"}, "limit", "from 1 to 500"),
    ],
)
def test_what_the_list_does_not_have_is_an_error_with_the_near_name(arguments: dict[str, str], field: str, hint: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(BILLS, arguments.items())

    (problem,) = caught.value.problems
    assert problem.field == field
    assert hint in problem.message


def test_a_parameter_that_is_given_twice_is_refused_and_not_half_heard() -> None:
    with pytest.raises(Invalid) as caught:
        parse(BILLS, [("state", "open"), ("state", "paid"), ("total.gte", "1"), ("total.gte", "2"), ("sort", "number"), ("sort", "total")])

    assert {p.field for p in caught.value.problems if p.code == "repeated"} == {"state", "total.gte", "sort"}
    assert parse(BILLS, [("state.in", "open"), ("state.in", "paid")]).filters[0].texts == ("open", "paid")


def test_a_page_takes_an_empty_filter_for_an_input_that_nobody_filled_in() -> None:
    query, problems = read(BILLS, [("state.in", ""), ("total.gte", ""), ("number", "B-1")])
    assert ([f.field for f in query.filters], problems) == (["number"], [])


def test_the_last_day_of_all_can_be_asked_for(bills: None) -> None:
    assert not fetch(BILLS, ask(at__gt="9999-12-31")).rows


@pytest.mark.parametrize("cursor", ["x", "eyJ9", "W10", "WyItaXNzdWVkX29uIiwxLFsxLDJdXQ"])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_cursor(BILLS, ask(after=cursor), cursor, "after")

    assert caught.value.problems[0].code == "bad_cursor"


def test_a_cursor_belongs_to_one_order(bills: None) -> None:
    page = fetch(BILLS, ask(limit=5, sort="number"))

    with pytest.raises(Invalid):
        fetch(BILLS, ask(limit=5, sort="-number", after=page.next))


def test_the_address_holds_the_whole_state() -> None:
    asked = {"view": "open", "q": "b", "total.gte": "5", "sort": "-total,number", "fields": "number,total", "limit": "10"}

    query = parse(BILLS, asked.items())

    assert dict(query.arguments()) == asked
    assert parse(BILLS, query.arguments()) == query


def as_csv(**arguments: object) -> list[list[str]]:
    with export(BILLS, ask(**arguments), "csv") as file:
        return list(csv.reader(io.StringIO(file.read().decode(), newline="")))


def as_xlsx(**arguments: object) -> list[list[object]]:
    with export(BILLS, ask(**arguments), "xlsx") as file:
        return CalamineWorkbook.from_filelike(io.BytesIO(file.read())).get_sheet_by_index(0).to_python()


def test_csv_is_exactly_the_list(bills: None) -> None:
    rows = as_csv(state="open", sort="-number", fields="number,total")

    assert rows[0] == ["number", "total", "currency"]
    assert rows[1] == ["B-0058", "58.00", "USD"]
    assert [row[0] for row in rows[1:]] == numbers(state="open", sort="-number")
    assert ["B-0050", "5000", "JPY"] in rows


def test_xlsx_holds_numbers_and_days_as_such(bills: None) -> None:
    head, row = as_xlsx(number="B-0007")

    assert head == ["Number", "Name", "State", "Issued", "Due", "Total", "Weight", "Currency"]
    assert row == ["B-0007", "Customer 2", "void", date(2013, 1, 1), date(2013, 2, 8), 7.0, 0.875, "USD"]


FORMULAS = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx")


def test_exports_are_inert(bills: None) -> None:
    with unit_of_work():
        bulk_insert(Bill, [{**bill(1), "number": f"F-{i}", "name": formula} for i, formula in enumerate(FORMULAS)])

    asked = {"number.prefix": "F-", "fields": "name", "sort": "number"}

    assert as_csv(**asked)[1:] == [["'" + formula] for formula in FORMULAS]
    assert as_xlsx(**asked)[1:] == [[formula] for formula in FORMULAS]


@given(st.text())
def test_no_cell_begins_like_a_formula_unless_it_is_a_number(text: str) -> None:
    cell = inert(text)

    assert not cell.startswith(("=", "+", "@", "\t", "\r", "\n"))
    assert not cell.startswith("-") or Decimal(cell) < 0 or Decimal(cell) == 0


def test_a_description_that_contradicts_itself_is_refused() -> None:
    fields = (Field("id", "Id", Bill.id, "uuid"),)

    with pytest.raises(ValueError, match="no field 'nmber'"):
        ListSpec("x", "X", "core.dashboard.view", Bill, lambda: select().select_from(Bill), fields, default_sort="nmber")
    with pytest.raises(ValueError, match="two fields of one name"):
        ListSpec("x", "X", "core.dashboard.view", Bill, lambda: select().select_from(Bill), fields * 2)


def test_a_grouped_statement_is_a_list_too(bills: None) -> None:
    per_name = select(Bill.name, func.count().label("bills")).group_by(Bill.name).subquery()
    spec = ListSpec(
        "names",
        "Names",
        "core.dashboard.view",
        Bill,
        lambda: select(per_name),
        (Field("name", "Name"), Field("bills", "Bills", kind="integer", sum=True)),
        key="name",
    )

    assert [row["bills"] for row in fetch(spec, parse(spec, [("sort", "name")])).rows] == [12, 12, 12, 12, 12]
    assert add_up(spec, parse(spec, [])) == ({"bills": ROWS},)
