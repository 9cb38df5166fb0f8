"""Killed at any moment, or run twice at once, a year of billing comes to the same invoices, to the cent and to the number."""

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from bezant.db.model import db, session
from bezant.sdk.db import selectable
from bezant_demo import services
from bezant_ledger import services as ledger
from bezant_payments.contracts import PAYMENTS

pytestmark = pytest.mark.plugins("demo")

PROCESS = Path(__file__).parent / "billing_process.py"
KILLS = 10


def start(app: Flask, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "BEZANT_DATA_DIR": str(folder),
        "BEZANT_DATABASE__URL": db.engine.url.render_as_string(hide_password=False),
        "BEZANT_SUBSCRIPTIONS__PAGE_SIZE": "3",
        "BEZANT_LOG__LEVEL": "error",
    }
    session.rollback()
    return subprocess.Popen(
        [sys.executable, str(PROCESS), *arguments], env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(process: subprocess.Popen[str]) -> None:
    _, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors


def killed_after(process: subprocess.Popen[str], seconds: float) -> bool:
    """Kills the process so long after it was ready; false where it had finished by then."""
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return True
    return False


TOTALS = {"HA": "271799.01", "OO": "120345.99"}


def check(accounts: dict[str, Any]) -> None:
    session.expire_all()
    outcome = services.outcome(accounts)
    numbers = sorted(i["number"] for a in outcome["accounts"].values() for i in a["invoices"])
    assert numbers == [f"PNY-2013-{n:06}" for n in range(1, 193)] + [f"PNY-2014-{n:06}" for n in range(1, 17)]
    assert {code: outcome["accounts"][code]["total"] for code in TOTALS} == TOTALS
    assert all(len(account["invoices"]) == 13 for account in outcome["accounts"].values())
    report = ledger.verify()
    assert report.ok, report.difference


def test_killed_ten_times_it_comes_to_the_same(app: Flask, accounts: dict[str, Any], tmp_path: Path) -> None:
    chance = random.Random(2013)
    kills = sum(killed_after(start(app, tmp_path, "bill"), chance.uniform(0.02, 0.6)) for _ in range(KILLS))
    finish(start(app, tmp_path))

    assert kills >= KILLS // 2
    check(accounts)
    assert not ledger.open_items(kind="receivable")
    assert session.scalar(select(func.count()).select_from(selectable(PAYMENTS))) == 208


@pytest.mark.only_on("postgresql")
def test_two_runs_at_once_bill_once(app: Flask, accounts: dict[str, Any], tmp_path: Path) -> None:
    both = [start(app, tmp_path, "bill"), start(app, tmp_path, "bill")]
    for process in both:
        finish(process)

    check(accounts)
