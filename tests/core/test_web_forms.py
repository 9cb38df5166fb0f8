"""Forms from schemas: widgets, typed text kept, problems at their fields, two people editing one record."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import marshmallow as ma
import pytest
from flask import Flask
from werkzeug.wrappers import Response

from bezant.api import fields
from bezant.api.schema import Schema
from bezant.auth.context import SYSTEM, acting_as
from bezant.errors import Conflict, Invalid, Problem, Stale
from bezant.web.answers import Answer
from bezant.web.forms import Section, fields_of, render_form

pytestmark = pytest.mark.plugins()


class LineBody(Schema):
    text = fields.Text(required=True, blank=False)
    quantity = fields.DecimalString(required=True)


class Address(Schema):
    city = fields.Text()


class AccountBody(Schema):
    name = fields.Text(required=True, blank=False, metadata={"hint": "As it stands on invoices."})
    external_id = fields.ExternalId()
    email = ma.fields.Email(allow_none=True, metadata={"label": "E-mail"})
    terms = ma.fields.Integer(load_default=30, metadata={"choices": [("14", "Net 14"), ("30", "Net 30")]})
    currency = fields.CurrencyCode(load_default="USD")
    since = fields.Day()
    exempt = ma.fields.Boolean(load_default=False)
    kind = ma.fields.String(validate=ma.validate.OneOf(["airline", "shop"]))
    notes = fields.Text(lines=True)
    address = ma.fields.Nested(Address)
    tags = ma.fields.List(fields.Text())
    lines = ma.fields.List(ma.fields.Nested(LineBody))


@pytest.fixture
def submit(app: Flask) -> Callable[..., Answer]:
    """Sends a form, as the system; ``submit(typed, save, **options)``."""

    def send(typed: dict[str, Any] | None, save: Callable[..., str], **options: Any) -> Answer:
        method = "GET" if typed is None else "POST"
        with app.test_request_context("/accounts/new", method=method, data=typed), acting_as(SYSTEM):
            return render_form(AccountBody(), title="New account", noun="account", save=save, **options)

    return send


def refuse(_data: dict[str, Any]) -> str:
    raise AssertionError("must not be saved")


def test_each_kind_of_field_has_its_widget() -> None:
    widgets = {name: found.widget for name, found in fields_of(AccountBody()).fields.items()}

    assert widgets == {
        "name": "text",
        "external_id": "mono",
        "email": "email",
        "terms": "select",
        "currency": "code",
        "since": "date",
        "exempt": "checkbox",
        "kind": "select",
        "notes": "textarea",
        "address.city": "text",
        "tags": "list",
        "lines": "lines",
    }


def test_an_empty_form_shows_labels_hints_and_defaults(submit: Callable[..., Answer]) -> None:
    page = submit(None, refuse, sections=[Section("Who is billed", ("name", "email"))])

    assert isinstance(page, str)
    assert "Who is billed" in page
    assert "As it stands on invoices." in page
    assert 'External id <span class="opt">(optional)</span>' in page
    assert '<option value="30" selected>Net 30</option>' in page
    assert 'value="USD"' in page
    assert 'name="csrf_token"' in page


def test_what_is_typed_is_saved_as_the_schema_reads_it(submit: Callable[..., Answer]) -> None:
    saved: list[dict[str, Any]] = []

    def save(data: dict[str, Any]) -> str:
        saved.append(data)
        return "/accounts/1"

    typed = {
        "name": " Hawaiian ",
        "external_id": "",
        "email": "",
        "terms": "14",
        "currency": "USD",
        "since": "2013-01-01",
        "exempt": "true",
        "kind": "airline",
        "notes": "",
        "address.city": "Honolulu",
        "tags": "island\r\nairline\r\n",
        "lines.0.text": "",
        "lines.0.quantity": "",
        "lines.4.text": "Lease",
        "lines.4.quantity": "1.5",
    }

    answer = submit(typed, save, done="Saved.")

    assert isinstance(answer, Response)
    assert (answer.status_code, answer.location) == (303, "/accounts/1")
    assert saved == [
        {
            "name": "Hawaiian",
            "email": None,
            "terms": 14,
            "currency": "USD",
            "since": date(2013, 1, 1),
            "exempt": True,
            "kind": "airline",
            "notes": "",
            "address": {"city": "Honolulu"},
            "tags": ["island", "airline"],
            "lines": [{"text": "Lease", "quantity": Decimal("1.5")}],
        }
    ]


def test_a_mistake_is_said_at_its_field_and_nothing_typed_is_lost(submit: Callable[..., Answer]) -> None:
    answer = submit({"name": "", "email": "ap@hawaiian", "currency": "US$", "notes": "<b>kept</b>"}, refuse)

    assert isinstance(answer, tuple)
    page, status = answer
    assert status == 422
    assert "The account was not saved. 3 fields need a change:" in page
    assert '<a href="#f-email">E-mail</a>' in page
    assert 'value="ap@hawaiian" autocomplete="off"' in page
    assert 'id="f-currency-err"' in page
    assert "write a code such as EUR" in page
    assert "&lt;b&gt;kept&lt;/b&gt;" in page


def test_a_mistake_in_a_line_is_said_at_that_line(submit: Callable[..., Answer]) -> None:
    typed = {"name": "X", "lines.0.text": "", "lines.3.text": "Lease", "lines.3.quantity": "many"}

    answer = submit(typed, refuse)

    assert isinstance(answer, tuple)
    assert '<a href="#f-lines-0-quantity">Lines 1 Quantity</a>' in answer[0]
    assert 'id="f-lines-0-quantity-err"' in answer[0]


def test_problems_of_the_service_stand_at_their_fields_too(submit: Callable[..., Answer]) -> None:
    def save(_data: dict[str, Any]) -> str:
        raise Invalid(problems=[Problem("external_id", "taken", "HA is taken."), Problem("", "odd", "Nothing fits.")])

    answer = submit({"name": "X", "external_id": "HA"}, save)

    assert isinstance(answer, tuple)
    assert "HA is taken." in answer[0]
    assert "Nothing fits." in answer[0]


def test_a_conflict_stands_on_top(submit: Callable[..., Answer]) -> None:
    def save(_data: dict[str, Any]) -> str:
        raise Conflict("The account is archived.")

    answer = submit({"name": "X"}, save)

    assert isinstance(answer, tuple)
    assert answer[1] == 409
    assert "The account is archived." in answer[0]


def test_more_lines_are_added_without_script(submit: Callable[..., Answer]) -> None:
    page = submit({"name": "X", "lines.0.text": "Lease", "lines.0.quantity": "1", "_add": "lines"}, refuse)

    assert isinstance(page, str)
    assert 'value="Lease"' in page
    assert 'name="lines.3.text"' in page


def test_who_comes_second_sees_both_values_and_may_keep_theirs(submit: Callable[..., Answer]) -> None:
    saved: list[int] = []

    def save(_data: dict[str, Any], version: int) -> str:
        saved.append(version)
        return "/accounts/1"

    now = {"name": "Hawaiian Airlines Inc.", "terms": 45}
    typed = {"name": "Hawaiian", "terms": "30", "currency": "USD", "_version": "4"}

    late = submit(typed, save, values=now, version=5)
    kept = submit({**typed, "_version": "5"}, save, values=now, version=5)

    assert isinstance(late, tuple)
    assert late[1] == 409
    assert "Somebody else changed this account" in late[0]
    assert "Terms is now “45”. Yours says “30”." in late[0]
    assert 'name="_version" value="5"' in late[0]
    assert isinstance(kept, Response)
    assert saved == [5]


def test_a_change_between_reading_and_saving_is_met_the_same_way(submit: Callable[..., Answer]) -> None:
    def save(_data: dict[str, Any], version: int) -> str:
        raise Stale("changed")

    answer = submit({"name": "X", "_version": "5"}, save, values={"name": "Y"}, version=5)

    assert isinstance(answer, tuple)
    assert "Keep mine" in answer[0]
