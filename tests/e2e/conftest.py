"""The demonstration with the flights of a few carriers, ready to be billed."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from bezant.db.model import db, session
from bezant.testing.applications import with_requirements

BILLING = str(Path(__file__).parent / "billing_process.py")
Process = subprocess.Popen[str]

CARRIERS = ("HA", "OO", "YV", "F9", "AS")
"""Small carriers: 2,372 flights altogether, so that a year is imported in a second."""


@pytest.fixture
def accounts(app: Flask, as_system: None) -> dict[str, Any]:
    """The sixteen accounts by code, with the flights of the small carriers, on 1 January 2013."""
    from bezant.sdk import rehearsal
    from bezant_demo import services
    from bezant_demo.domain import tariff

    rehearsal.rehearse_from(services.local_noon(tariff.FIRST_DAY))
    made = services.set_up()
    services.import_flights(lambda _count: None, CARRIERS)
    return made


class Biller:
    """The billing process, and the task that it carries out."""

    def __init__(self, process: Process) -> None:
        self._process = process
        assert self._told() == "ready"

    def begin(self, task: str) -> int:
        """Gives it a task; the pid of the child that does it."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{task}\n")
        self._process.stdin.flush()
        return int(self._told())

    def lines(self) -> Iterator[str]:
        """What the child tells until it is gone; its exit code has to be 0."""
        while not (line := self._told()).lstrip("-").isdigit():
            yield line
        assert line == "0", line

    def kill_after(self, task: str, seconds: float) -> bool:
        """Kills the child so long after it began; false where it was done by then."""
        child = self.begin(task)
        assert self._process.stdout is not None
        done, _, _ = select.select([self._process.stdout], [], [], seconds)
        if not done:
            os.kill(child, signal.SIGKILL)
        return int(self._told()) == -signal.SIGKILL

    def _told(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture
def start(app: Flask, tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Starts Python on the database of ``app``: ``start("-m", "module", JOBS__ENGINE="celery")``; keywords are settings.

    What still runs afterwards is killed; what it said of errors is shown where a test fails.
    """
    started: list[Process] = []
    errors = tmp_path / "errors.txt"

    def start_one(*arguments: str, **settings: str) -> Process:
        environment = {
            **os.environ,
            "BEZANT_DATA_DIR": str(tmp_path),
            "BEZANT_DATABASE__URL": db.engine.url.render_as_string(hide_password=False),
            "BEZANT_PLUGINS__ENABLED": ",".join(with_requirements(["demo"])),
            "BEZANT_SUBSCRIPTIONS__PAGE_SIZE": "3",
            "BEZANT_LOG__LEVEL": "error",
            **{f"BEZANT_{name}": value for name, value in settings.items()},
        }
        session.rollback()
        with errors.open("a") as told:
            started.append(
                subprocess.Popen(
                    [sys.executable, *arguments],
                    env=environment,
                    cwd=tmp_path,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=told,
                    text=True,
                )
            )
        return started[-1]

    yield start_one
    for process in started:
        process.kill()
        process.communicate()
    if errors.exists():
        print(errors.read_text())


@pytest.fixture
def start_biller(start: Callable[..., Process]) -> Callable[..., Biller]:
    """Starts billing processes."""
    return lambda **settings: Biller(start(BILLING, **settings))


TOTALS = {"HA": "271799.01", "OO": "120345.99"}


@pytest.fixture
def check_the_year() -> Callable[[dict[str, Any]], None]:
    """Looks whether the year came to the invoices that it has to come to, numbered without gaps, and whether the ledger holds."""
    from bezant_demo import services
    from bezant_ledger import services as ledger

    def check(accounts: dict[str, Any]) -> None:
        session.expire_all()
        outcome = services.outcome(accounts)
        numbers = sorted(i["number"] for a in outcome["accounts"].values() for i in a["invoices"])
        assert numbers == [f"PNY-2013-{n:06}" for n in range(1, 193)] + [f"PNY-2014-{n:06}" for n in range(1, 17)]
        assert {code: outcome["accounts"][code]["total"] for code in TOTALS} == TOTALS
        assert all(len(account["invoices"]) == 13 for account in outcome["accounts"].values())
        report = ledger.verify()
        assert report.ok, report.difference

    return check
