"""pytest plugin: applications on fresh databases, on SQLite and PostgreSQL, with the plugins a test names.

``pytestmark = pytest.mark.plugins("ledger")`` boots only these and what they require; ``--db sqlite`` narrows to one engine.
The platform is imported lazily, because pytest imports this module before coverage starts.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

ENGINES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--db``."""
    parser.addoption("--db", choices=(*ENGINES, "both"), default="both", help="engines that database tests run on")


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marks."""
    config.addinivalue_line("markers", "plugins(*names): boot only these plugins and what they require")
    config.addinivalue_line("markers", "only_on(*engines): the test is about something that only these engines have")
    config.addinivalue_line("markers", "settings(values): configuration of the application under test")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """With several processes, one PostgreSQL serves them all, and ends with the one that started it."""
    options = session.config.option
    starts_others = getattr(options, "numprocesses", None) and not hasattr(session.config, "workerinput")
    if starts_others and options.db != "sqlite" and not options.collectonly:
        from bezant.testing.databases import share_server

        share_server()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each engine that it is meant for."""
    if "engine_name" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db")
        only = metafunc.definition.get_closest_marker("only_on")
        wanted = only.args if only else ENGINES
        metafunc.parametrize("engine_name", [e for e in wanted if chosen in ("both", e)], scope="function")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says how many tests ran on each database, and what carried the messages of those that need a broker."""
    from bezant.testing.brokers import MEMORY, brokers, shown

    passed = terminalreporter.stats.get("passed", [])
    for engine in ENGINES:
        count = sum(f"[{engine}" in r.nodeid or f"-{engine}" in r.nodeid for r in passed)
        terminalreporter.write_line(f"on {engine}: {count} passed")
    terminalreporter.write_line(f"brokers: {', '.join(shown(address) for address in (*brokers(), MEMORY))}")


@pytest.fixture
def app(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator["Flask"]:
    """A running application on a fresh database, inside its application context."""
    from bezant.testing.applications import running_app

    names = request.node.get_closest_marker("plugins")
    settings = request.node.get_closest_marker("settings")
    monkeypatch.setenv("BEZANT_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("BEZANT_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    with running_app(engine_name, names.args if names else ("bundled",), dict(settings.args[0]) if settings else {}) as made:
        yield made


@pytest.fixture
def as_system(app: "Flask") -> Iterator[None]:
    """Everything in the test is done by the system, which may do everything."""
    from bezant.auth.context import SYSTEM, acting_as

    with acting_as(SYSTEM):
        yield


@pytest.fixture
def clock(app: "Flask") -> Iterator[Any]:
    """A clock to set: ``clock.travel_to(2013, 2, 1)``; business time then stands at that instant."""
    from bezant.testing.clocks import FixedClock

    with FixedClock().installed() as fixed:
        yield fixed


@pytest.fixture
def count_queries(app: "Flask") -> Callable[[], AbstractContextManager[list[str]]]:
    """``with count_queries() as statements:`` collects every statement sent to the database."""
    from bezant.testing.applications import collect_statements

    return collect_statements


@pytest.fixture
def drain(app: "Flask") -> Callable[[], int]:
    """Delivers all events and runs all jobs that are due."""
    from bezant.jobs.work import drain as drain_all

    return drain_all


@pytest.fixture
def client(app: "Flask") -> "FlaskClient":
    """A browser signed in as an administrator."""
    from bezant.testing.applications import signed_in_client

    return signed_in_client(app)


@pytest.fixture
def api(app: "Flask") -> "FlaskClient":
    """An API client whose key may do everything: ``api.get("/api/v1/accounts").json``."""
    from bezant.testing.applications import api_client

    return api_client(app)
