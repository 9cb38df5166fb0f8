"""``bezant usage``."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bezant_catalog.contracts import NewMetric
from bezant_catalog.services import create_metric
from bezant_usage.cli import usage
from bezant_usage.contracts import NewEvent
from bezant_usage.services import find_event, ingest

pytestmark = [pytest.mark.plugins("usage"), pytest.mark.usefixtures("account")]

LINE = {"transaction_id": "e1", "type": "call", "at": "2024-05-01T12:00:00Z", "account": "acme", "properties": {"minutes": 2}}


def test_a_file_is_imported_and_what_was_refused_is_written_beside(tmp_path: Path) -> None:
    path, errors = tmp_path / "calls.ndjson", tmp_path / "errors.ndjson"
    path.write_text("\n".join(json.dumps(line) for line in (LINE, LINE, {**LINE, "transaction_id": "e2", "account": "nobody"})))
    done = CliRunner().invoke(usage, ["import", str(path), "--source", "switch", "--errors", str(errors), "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout) == {"accepted": 1, "duplicate": 1, "conflict": 0, "rejected": 1}
    assert [(one["line"], one["code"]) for one in map(json.loads, errors.read_text().splitlines())] == [(3, "unknown_account")]
    assert find_event("e1", "switch").origin == "file calls.ndjson"


def test_the_summary_and_the_explanation_can_be_read_by_programs(clock: object) -> None:
    create_metric(NewMetric(code="minutes", name="Minutes", event_type="call", aggregation="sum", field="minutes"))
    now = clock.travel_to(2024, 5, 2)  # type: ignore[attr-defined]
    ingest([NewEvent("e1", "call", now, "acme", properties={"minutes": "2.50"})])
    summary = CliRunner().invoke(usage, ["summary", "acme", "--json"])
    assert json.loads(summary.stdout) == [{"metric": "minutes", "quantity": "2.5", "events": 1}]
    explained = CliRunner().invoke(usage, ["explain", "e1", "--json"])
    assert "Metric minutes counts it." in [step["step"] for step in json.loads(explained.stdout)]
