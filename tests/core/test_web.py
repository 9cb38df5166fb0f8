"""The shell: who may open what, what the browser is told, and the platform's own pages."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from bezant.auth.testing import sign_in
from bezant.jobs.tables import JobRow
from bezant.platform import platform
from bezant.sdk.db import session, unit_of_work
from bezant.sdk.jobs import job
from bezant.web.assets import theme_sheet
from bezant.web.navigation import unmatched_endpoints
from bezant.web.permissions import public, undeclared
from bezant.web.shell import local_target
from bezant.web.themes import current_themes

pytestmark = pytest.mark.plugins()

PAGES = (
    "/",
    "/search?q=jo",
    "/admin/plugins",
    "/admin/jobs",
    "/admin/domain-events",
    "/admin/domain-events/failures",
    "/admin/audit",
    "/admin/settings",
)


class Inline(HTMLParser):
    """Collects what a strict content policy refuses: style attributes, handlers, scripts without file or nonce."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.nonces: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given and given.get("type") != "application/json"):
            self.found.append(tag)
        if tag == "script":
            self.nonces.add(given.get("nonce") or "")


@pytest.mark.plugins("bundled")
def test_every_page_declares_who_may_open_it(app: Flask) -> None:
    assert undeclared(app) == []


@pytest.mark.plugins("bundled")
def test_every_entry_of_the_navigation_leads_somewhere(app: Flask) -> None:
    assert unmatched_endpoints(app) == []


@pytest.fixture
def jobs_page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Puts another view in the place of the jobs' page."""
    return lambda view: monkeypatch.setitem(app.view_functions, "bezant_admin.jobs", view)


def test_a_page_that_declares_nothing_is_refused(client: FlaskClient, jobs_page: Callable[..., None]) -> None:
    jobs_page(lambda: "secret")

    answer = client.get("/admin/jobs")

    assert answer.status_code == 403
    assert "declares no permission" in answer.text


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(app: Flask) -> None:
    browser = app.test_client()

    page = browser.get("/admin/jobs?state=failed")
    part = browser.get("/admin/jobs", headers={"HX-Request": "true"})

    assert (page.status_code, page.location) == (303, "/login?next=/admin/jobs?state%3Dfailed")
    assert part.headers["HX-Redirect"].startswith("/login?next=")


def test_navigation_and_pages_follow_the_roles(app: Flask) -> None:
    browser = app.test_client()
    sign_in(app, browser, "fin@example.com", roles=("finance",))

    assert "/admin/audit" not in browser.get("/").text
    assert browser.get("/admin/audit").status_code == 403


def test_pages_carry_no_inline_code_and_the_nonce_of_their_policy(client: FlaskClient) -> None:
    for path in PAGES:
        answer = client.get(path)
        parser = Inline()
        parser.feed(answer.text)

        assert answer.status_code == 200, path
        assert parser.found == [], path
        (nonce,) = parser.nonces
        assert f"'nonce-{nonce}'" in answer.headers["Content-Security-Policy"], path


def test_answers_forbid_framing_guessing_and_caching(client: FlaskClient) -> None:
    headers = client.get("/", base_url="https://localhost").headers

    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Strict-Transport-Security"].startswith("max-age=")


def test_a_pdf_may_be_framed_by_our_own_pages_only(client: FlaskClient, jobs_page: Callable[..., None]) -> None:
    jobs_page(public("a test")(lambda: Response(b"%PDF", mimetype="application/pdf")))

    assert client.get("/admin/jobs").headers["Content-Security-Policy"] == "frame-ancestors 'self'"


def test_nonces_are_never_used_twice(client: FlaskClient) -> None:
    policies = {client.get("/").headers["Content-Security-Policy"] for _ in range(3)}

    assert len(policies) == 3


def test_a_form_without_its_token_changes_nothing(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    answer = client.post("/admin/domain-events/redrive")

    assert answer.status_code == 400
    assert "out of date" in answer.text


def test_htmx_sends_the_token_in_a_header(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    token = re.search(r'"X-CSRFToken": "([^"]+)"', client.get("/").text)
    assert token is not None

    answer = client.post("/appearance", data={"appearance": "dark"}, headers={"X-CSRFToken": token[1]})

    assert answer.status_code == 303


def test_dark_is_remembered_by_the_browser(client: FlaskClient) -> None:
    assert 'data-bs-theme="light"' in client.get("/").text

    answer = client.post("/appearance", data={"appearance": "dark", "back": "/admin/jobs"})

    assert answer.location == "/admin/jobs"
    assert 'data-bs-theme="dark">' in client.get("/").text


def test_who_has_not_chosen_sees_what_the_system_prefers(client: FlaskClient) -> None:
    dark = {"Sec-CH-Prefers-Color-Scheme": "dark"}
    first = client.get("/", headers=dark)
    assert 'data-bs-theme="dark" data-system>' in first.text
    assert first.headers["Critical-CH"] in first.headers["Accept-CH"]

    client.post("/appearance", data={"appearance": "light"})

    assert 'data-bs-theme="light">' in client.get("/", headers=dark).text


def test_the_language_decides_how_values_read(client: FlaskClient) -> None:
    client.post("/language", data={"language": "de", "back": "/"})

    assert '<html lang="de"' in client.get("/").text


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\r\nX: y"])
def test_a_way_back_never_leads_elsewhere(app: Flask, target: str) -> None:
    with app.test_request_context():
        assert local_target(target) == "/"


@given(st.text())
def test_a_way_back_is_a_path_of_this_site(text: str) -> None:
    with Flask("x").test_request_context() as context:
        context.app.add_url_rule("/", "bezant_web.dashboard", lambda: "")
        assert re.fullmatch(r"/([^/\\\r\n][^\r\n]*)?", local_target(text), re.DOTALL)


def test_errors_are_pages_that_say_what_to_do(client: FlaskClient) -> None:
    answer = client.get("/nowhere")

    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert client.get("/api/v1/nowhere").mimetype == "application/problem+json"


def test_an_unexpected_error_tells_its_number_and_nothing_else(client: FlaskClient, jobs_page: Callable[..., None]) -> None:
    def broken() -> str:
        raise RuntimeError("the password is hunter2")

    jobs_page(public("a test")(broken))
    answer = client.get("/admin/jobs")

    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


def test_static_files_are_kept_for_good_under_the_mark_of_their_content(client: FlaskClient) -> None:
    address = re.search(r'href="(/static/bezant\.css\?v=[0-9a-f]+)"', client.get("/").text)
    assert address is not None

    marked, plain = client.get(address[1]), client.get("/static/bezant.css")

    assert marked.mimetype == plain.mimetype == "text/css"
    assert "max-age=31536000" in marked.headers["Cache-Control"]
    assert "max-age=300" in plain.headers["Cache-Control"]
    assert client.get(address[1], headers={"If-None-Match": marked.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("path", ["../setup.py", "..%2fsetup.py", "/etc/passwd", "nothing.css"])
def test_static_files_come_from_the_static_folders_only(client: FlaskClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code in (404, 308)


def test_a_theme_sets_tokens_for_light_and_dark(app: Flask) -> None:
    sheet = theme_sheet(current_themes(), "ledgerbook")

    assert re.search(r":root,\[data-bs-theme=light\]\{[^}]*--bz-ink:#1f3d2e;", sheet)
    assert re.search(r"\[data-bs-theme=dark\]\{[^}]*--bz-ink:#2c7552;", sheet)
    assert "Source Serif" in sheet


def test_the_settings_page_names_layers_and_hides_secrets(client: FlaskClient) -> None:
    page = client.get("/admin/settings").text

    assert "server.secret_key" in page
    assert ">test<" not in page
    assert "arguments" in page


def test_the_plugins_page_lists_state_and_reason(client: FlaskClient) -> None:
    names = [info.name for info in platform().plugins.infos()]

    page = client.get("/admin/plugins").text

    assert all(f"/admin/plugins/{name}" in page for name in names)


@job("test_web.fails", title="Fails", tries=1)
def fails() -> None:
    raise RuntimeError("no paper in the printer")


def test_a_failed_job_says_why_and_runs_again(app: Flask, client: FlaskClient, as_system: None, drain: Callable[[], int]) -> None:
    from bezant.sdk.jobs import enqueue

    platform().add_jobs([fails])
    with unit_of_work():
        job_id = enqueue(fails)
    drain()

    page = client.get(f"/admin/jobs/{job_id}").text
    again = client.post(f"/admin/jobs/{job_id}/retry")

    assert "no paper in the printer" in page
    assert again.status_code == 303
    session.expire_all()
    row = session.get(JobRow, job_id)
    assert row is not None
    assert row.state == "queued"


def test_the_search_page_answers_with_pages_and_asks_for_two_letters(client: FlaskClient) -> None:
    part = client.get("/search?q=jobs", headers={"HX-Request": "true"}).text

    assert 'href="/admin/jobs"' in part
    assert "<html" not in part
    assert "Nothing begins" not in client.get("/search?q=x").text
    assert "&lt;script&gt;" in client.get("/search?q=<script>").text
