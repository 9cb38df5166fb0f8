"""Each plugin alone: with nothing but what it requires it boots, migrates, and serves its pages and its part of the API."""

from importlib.metadata import entry_points

import pytest
from flask import Flask

from bezant.auth.testing import new_api_key, sign_in
from bezant.hooks import each
from bezant.hookspecs import bezant_add_navigation
from bezant.installation import database_status
from bezant.platform import platform
from bezant.plugins.discovery import GROUP, OWN_DISTRIBUTION
from bezant.plugins.order import State
from bezant.testing.applications import running_app, with_requirements

BUNDLED = sorted(p.name for p in entry_points(group=GROUP) if p.dist is not None and p.dist.name == OWN_DISTRIBUTION)


@pytest.mark.parametrize("name", BUNDLED)
def test_a_plugin_lives_with_nothing_but_what_it_requires(name: str, engine_name: str) -> None:
    with running_app(engine_name, (name,), {}) as app:
        active = {info.name for info in platform().plugins.infos() if info.state is State.ACTIVE}

        assert active == set(with_requirements((name,)))
        assert [s.name for s in database_status() if not s.up_to_date] == []
        check_pages(app)
        check_api(app)


def test_the_platform_lives_without_any_plugin(engine_name: str) -> None:
    with running_app(engine_name, (), {}) as app:
        assert platform().plugins.order == []
        check_pages(app)
        check_api(app)


def check_pages(app: Flask) -> None:
    """Every page that the navigation leads to is there, with nothing in it yet."""
    browser = app.test_client()
    sign_in(app, browser)
    with app.test_request_context():
        urls = {app.url_for(item.endpoint) for answer in each(bezant_add_navigation) for item in answer.value}
    answers = {url: browser.get(url).status_code for url in {"/", *urls}}
    assert {url: status for url, status in answers.items() if status != 200} == {}


def check_api(app: Flask) -> None:
    """Every list of the API that needs no parameter answers."""
    caller = app.test_client()
    caller.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {new_api_key(app)}"
    described = caller.get("/api/v1/openapi.json").json
    assert described is not None
    lists = [path for path, item in described["paths"].items() if "get" in item and "{" not in path]
    answers = {path: caller.get(path).status_code for path in lists}
    assert {path: status for path, status in answers.items() if status not in (200, 422)} == {}
