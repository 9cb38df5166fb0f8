"""The catalog on the command line."""

import json

import pytest

from bezant.errors import Invalid
from bezant_catalog.cli import catalog

pytestmark = pytest.mark.plugins("catalog")


@pytest.fixture
def run(app, terminal):
    runner = app.test_cli_runner()

    def invoke(*arguments):
        return runner.invoke(catalog, arguments)

    return invoke


def test_plans_are_listed(run):
    (row,) = json.loads(run("plans", "--json").output)
    assert (row["code"], row["number"], row["charges"], row["state"]) == ("terminal", 1, 3, "active")
    assert "terminal" in run("plans").output


def test_a_plan_is_quoted(run):
    quote = json.loads(run("quote", "terminal", "departures=31", "--json").output)
    assert (quote["subtotal"], quote["true_up"], quote["total"]) == ("5445.00", "4555.00", "10000.00")
    assert "2945.00" in run("quote", "terminal", "departures=31").output


def test_a_price_in_a_file_is_quoted(run, tmp_path):
    file = tmp_path / "price.json"
    file.write_text(json.dumps({"model": "package", "price": "500", "size": "10", "free_units": "5"}))
    assert json.loads(run("quote", "--price", str(file), "--quantity", "26", "--currency", "USD", "--json").output)["total"] == "1500.00"
    assert run("quote").exit_code == 2
    for wrong in ("NaN", "1e999", "-1", "many"):
        refused = run("quote", "terminal", f"departures={wrong}")
        assert isinstance(refused.exception, Invalid) and refused.exception.problems[0].field == "departures"
