"""Long lists become files in the background, for whoever asked and may still see them."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from bezant import clock
from bezant.auth.tables import User
from bezant.auth.testing import sign_in
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.exports import store
from bezant.exports.tables import ExportPiece, ExportRow
from bezant.ids import new_id
from bezant.jobs.tables import FAILED, JobRow
from bezant.web import exports

pytestmark = pytest.mark.plugins()

MANY = 30
PAGE = "/admin/jobs?q=test&sort=-created_at"


@pytest.fixture
def many(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """More jobs than a file made at once holds, and pieces so small that there are several."""
    monkeypatch.setattr(exports, "AT_ONCE", MANY - 1)
    monkeypatch.setattr(store, "PIECE", 700)
    at = clock.system() + timedelta(days=1)
    with unit_of_work():
        session.add_all(JobRow(id=new_id(), name="test.job", arguments={}, state="queued", run_at=at, created_at=at) for _ in range(MANY))


def ask(client: FlaskClient, form: str = "csv") -> str:
    """Asks for the file; the address of its page."""
    answer = client.post("/exports", data={"path": f"{PAGE}&format={form}", "title": "Jobs", "name": "jobs", "form": form})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def test_a_long_list_is_offered_made_and_fetched(
    many: None, client: FlaskClient, drain: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = client.get(f"{PAGE}&format=csv")
    assert (offer.status_code, "Make the file" in offer.text) == (200, True)

    place = ask(client)
    assert "has not begun yet" in client.get(place).text
    assert client.get(f"{place}/file").status_code == 409
    drain()
    assert "is ready" in client.get(place).text
    made = client.get(f"{place}/file")
    monkeypatch.setattr(exports, "AT_ONCE", 1000)

    with client.get(f"{PAGE}&format=csv") as at_once:
        assert made.data == at_once.data
    assert made.headers["Content-Disposition"].startswith("attachment; filename=jobs-")
    assert int(made.headers["Content-Length"]) == len(made.data) > 700


def test_a_sheet_is_made_the_same_way(many: None, client: FlaskClient, drain: Callable[[], int]) -> None:
    place = ask(client, "xlsx")
    drain()
    with zipfile.ZipFile(io.BytesIO(client.get(f"{place}/file").data)) as book:
        assert book.read("xl/worksheets/sheet1.xml").count(b"<row ") == MANY + 1


def test_nobody_else_gets_it_and_who_may_no_longer_see_the_list_gets_none(app: Flask, many: None, drain: Callable[[], int]) -> None:
    operator = app.test_client()
    sign_in(app, operator, "op@example.com", roles=("operator",))
    place = ask(operator)
    other = app.test_client()
    sign_in(app, other, "other@example.com", roles=("operator",))
    assert other.get(place).status_code == other.get(f"{place}/file").status_code == 404

    with unit_of_work():
        session.execute(update(User).where(User.email == "op@example.com").values(roles=["support"]))
    drain()
    job = session.scalars(select(JobRow).where(JobRow.name == "core.export_list")).one()
    assert (job.state, "core.job.view" in job.error) == (FAILED, True)
    assert "could not be made" in operator.get(place).text


@pytest.mark.parametrize("path", ["/admin/nothing?format=csv", "/admin/plugins?format=csv"])
def test_what_is_no_list_makes_no_file(client: FlaskClient, drain: Callable[[], int], path: str) -> None:
    asked = client.post("/exports", data={"path": path, "title": "X", "name": "x", "form": "csv"})
    drain()
    assert "could not be made" in client.get(asked.headers["Location"]).text
    assert client.post("/exports", data={"path": "//evil.example/", "title": "X", "name": "x", "form": "csv"}).status_code == 422


def test_made_again_after_a_crash_it_is_whole_and_after_a_day_it_is_gone(many: None, client: FlaskClient, drain: Callable[[], int]) -> None:
    place = ask(client)
    id = UUID(place.rpartition("/")[2])
    store.keep(id, io.BytesIO(b"x" * 9000))
    drain()
    assert b"x" * 700 not in client.get(f"{place}/file").data

    with unit_of_work():
        session.execute(update(ExportRow).values(created_at=clock.system() - timedelta(days=2)))
    assert store.forget_old() == 1
    assert session.scalar(select(func.count()).select_from(ExportPiece)) == 0
    assert client.get(place).status_code == 404
