"""Commands: collect, reconcile, and the processor's side of a rehearsal."""

import json

import pytest
from click.testing import CliRunner

from bezant_gateway_sandbox.cli import sandbox
from bezant_payments.cli import payments as command
from bezant_payments.contracts import NewPayment
from bezant_payments.services import create_payment, load_payments, plan_collections

pytestmark = [pytest.mark.plugins("gateway_sandbox"), pytest.mark.settings({"gateway_sandbox.webhook_secrets": ["whsec"]})]


def run(group, *arguments):
    result = CliRunner().invoke(group, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_is_due_is_collected(world):
    world.method()
    plan_collections([item.id for item in world.owe(100, 200)])
    assert json.loads(run(command, "collect", "--json")) == [{"attempts": 2, "skipped": 0, "succeeded": 2}]
    assert world.left() == []


def test_what_is_open_is_asked_about(world, clock):
    world.method("tok_timeout")
    create_payment(NewPayment(world.account, 500))
    clock.travel_to(2013, 2, 1, 13)
    assert json.loads(run(command, "reconcile", "--json")) == [{"attempts": 1, "skipped": 0, "succeeded": 1}]


def test_gateways_are_listed(world):
    assert "sandbox" in run(command, "gateways")


def test_the_sandbox_tells_of_a_payment_as_often_as_asked(world, drain):
    world.method("tok_pending_then_success")
    payment = create_payment(NewPayment(world.account, 500))
    assert run(sandbox, "tell", payment.number, "--times", "3") == "Sent 3, new: 1.\n"
    drain()
    assert load_payments([payment.id])[payment.id].state == "succeeded"
    assert [row["amount"] for row in json.loads(run(sandbox, "charges", "--json"))] == ["5.00"]
