"""Numbers: written by the legal entity's format, gapless whatever happens, never taken twice."""

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bezant.auth.context import SYSTEM, acting_as
from bezant.sdk.db import session, unit_of_work
from bezant.sdk.values import Invalid, NotFound, new_id
from bezant_accounts.contracts import NewLegalEntity
from bezant_accounts.services import create_legal_entity, edit_legal_entity, number_ranges, take_numbers

pytestmark = [pytest.mark.plugins("accounts"), pytest.mark.usefixtures("as_system")]


@pytest.fixture
def port(as_system):
    new = NewLegalEntity(code="PNY", name="Port", currency="USD", timezone="America/New_York", country="US")
    return create_legal_entity(new)


def test_numbers_follow_each_other_per_series_and_year(port):
    assert take_numbers(port.id, "invoice", 2013, 2) == ["PNY-2013-000001", "PNY-2013-000002"]
    assert take_numbers(port.id, "invoice", 2014, 1) == ["PNY-2014-000001"]
    assert take_numbers(port.id, "credit_note", 2013, 1) == ["PNY-CN-2013-000001"]
    assert take_numbers(port.id, "invoice", 2013, 1) == ["PNY-2013-000003"]
    assert take_numbers(port.id, "invoice", 2013, 0) == []
    assert [(r.series, r.year, r.last) for r in number_ranges(port.id)] == [
        ("credit_note", 2013, 1),
        ("invoice", 2013, 3),
        ("invoice", 2014, 1),
    ]


def test_a_format_without_the_year_never_starts_again(port):
    edit_legal_entity(port.id, {"number_formats": {"invoice": "R{number:4}"}})
    assert take_numbers(port.id, "invoice", 2013, 1) + take_numbers(port.id, "invoice", 2014, 1) == ["R0001", "R0002"]


def test_formats_that_would_write_the_same_numbers_are_refused(port):
    with pytest.raises(Invalid, match="same numbers"):
        edit_legal_entity(port.id, {"number_formats": {"credit_note": "{code}-{year}-{number:6}"}})


def test_a_rollback_leaves_no_gap(port):
    with pytest.raises(RuntimeError, match="changed my mind"), unit_of_work():
        take_numbers(port.id, "invoice", 2013, 5)
        raise RuntimeError("changed my mind")
    assert take_numbers(port.id, "invoice", 2013, 1) == ["PNY-2013-000001"]


def test_an_unknown_legal_entity_has_no_numbers():
    with pytest.raises(NotFound):
        take_numbers(new_id(), "invoice", 2013, 1)


def test_the_database_lets_no_series_go_back(port):
    take_numbers(port.id, "invoice", 2013, 2)
    with pytest.raises(DBAPIError, match="only counts upwards"), unit_of_work():
        session.execute(text("UPDATE accounts_number_series SET last = 1"))


def test_two_threads_share_a_series_without_gap_or_double(app, port):
    taken: list[str] = []

    def take_some():
        with app.app_context(), acting_as(SYSTEM):
            for _ in range(10):
                with unit_of_work():
                    taken.extend(take_numbers(port.id, "invoice", 2013, 3))

    threads = [threading.Thread(target=take_some) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [f"PNY-2013-{n:06}" for n in range(1, 61)]
