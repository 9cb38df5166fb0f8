"""What the documentation shows works as it stands."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bezant_ledger import services as ledger

ROOT = Path(__file__).resolve().parents[2]
REQUEST = re.compile(r"```http\n(POST) (\S+)\n(.*?)```", re.DOTALL)

pytestmark = [pytest.mark.plugins("bundled"), pytest.mark.only_on("sqlite")]


def test_getting_started_leads_from_nothing_to_posted_invoices(api: Any, drain: Callable[[], int], clock: Any, as_system: None) -> None:
    clock.travel_to(2026, 2, 2)
    requests = REQUEST.findall((ROOT / "docs/getting-started.md").read_text(encoding="utf-8"))

    for _, path, body in requests:
        answer = api.post(path, json=json.loads(body))
        assert answer.status_code < 300, (path, answer.json)
    drain()

    invoices = api.get("/api/v1/invoices?sort=issued_on").json["data"]
    assert [(one["issued_on"], one["total"]) for one in invoices] == [("2026-01-01", "250.00"), ("2026-02-01", "259.50")]
    assert sum(item.amount_minor for item in ledger.open_items(as_of=date(2026, 2, 1))) == 509_50
