"""Automatic collection: what is issued to an account with a default method is paid, each item once, whatever happens."""

from datetime import date

import pytest
from sqlalchemy import select

from bezant.sdk.db import session
from bezant.testing.gateways import ScriptedGateway
from bezant_accounts.contracts import NewAccount, NewHold
from bezant_accounts.services import create_account, place_hold
from bezant_ledger.services import open_items, verify
from bezant_payments.contracts import NewMethod
from bezant_payments.models import Collection, Payment
from bezant_payments.services import add_method, collect_due, load_payments, plan_collections, register, stop_collections
from tests.plugins.payments.world import cash, owe, states

pytestmark = [pytest.mark.plugins("gateway_sandbox")]


def payments():
    session.expire_all()
    ids = session.scalars(select(Payment.id).order_by(Payment.id))
    return list(load_payments(list(ids)).values())


def collection(item):
    session.expire_all()
    return session.get(Collection, item.id)


def test_an_invoice_of_an_account_with_a_default_method_is_collected(world, drain):
    world.method()
    [item] = world.owe(2_225_347)
    drain()
    [payment] = payments()
    assert (payment.number, payment.state, payment.captured_minor, payment.origin) == (
        "PNY-PAYMENT-2013-000001",
        "succeeded",
        2_225_347,
        "automatic",
    )
    assert [target.item_id for target in payment.targets] == [item.id]
    assert world.left() == [] and world.credit() == 0
    assert cash() == 2_225_347
    assert collection(item).state == "done"
    assert verify().ok


def test_without_a_method_nothing_is_collected(world, drain):
    world.owe(100)
    drain()
    assert payments() == [] and world.left() == [100]


def test_the_number_of_statements_does_not_grow_with_the_items(world, count_queries):
    accounts = [world.other(f"Airline {n}") for n in range(40)]
    for account in accounts:
        world.method(account=account)

    def statements(count):
        plan_collections([item.id for item in owe([(account, 100 + i) for i, account in enumerate(accounts[:count])], world.entity)])
        with count_queries() as seen:
            report = collect_due()
        assert report.attempts == count and report.states == {"succeeded": count}
        return len(seen)

    statements(1)
    assert statements(2) == statements(40)


def test_each_state_of_the_world_leads_to_one_charge_at_most(world, drain):
    world.method("tok_timeout")
    world.owe(500)
    drain()
    [payment] = payments()
    assert payment.state == "unknown" and world.left() == [500]
    collect_due()
    assert world.processor.count() == 1


def test_a_parent_that_pays_is_charged_for_its_child(world, drain):
    world.method()
    child = create_account(NewAccount("Ohana by Hawaiian", parent_id=world.account, parent_pays=True)).id
    owe_through = owe([(child, 500)], world.entity, payer=world.account)
    drain()
    [payment] = payments()
    assert (payment.account_id, payment.targets[0].item_id) == (world.account, owe_through[0].id)
    assert open_items([child], kind="receivable") == [] and verify().ok


def test_what_is_on_hold_waits_until_the_hold_ends(world, drain, clock):
    world.method()
    [item] = world.owe(500)
    place_hold(NewHold(world.account, "dispute", ("collection",), until=clock.travel_to(2013, 2, 4)))
    clock.travel_to(2013, 2, 1, 12)
    drain()
    assert payments() == [] and collection(item).reason == "on_hold"
    clock.travel_to(2013, 2, 4, 1)
    assert collect_due().states == {"succeeded": 1}


@pytest.mark.settings({"payments.collect": "due"})
def test_items_may_be_collected_when_they_are_due(world, drain, clock):
    world.method()
    world.owe(500, due=date(2013, 3, 3))
    drain()
    assert payments() == []
    clock.travel_to(2013, 3, 3, 4, 59)
    assert collect_due().attempts == 0, "in New York it is still the day before"
    clock.travel_to(2013, 3, 3, 5, 1)
    assert collect_due().states == {"succeeded": 1}


@pytest.mark.settings({"payments.collect": "never"})
def test_automatic_collection_may_be_switched_off(world, drain):
    world.method()
    world.owe(500)
    drain()
    assert payments() == [] and world.left() == [500]


def test_what_was_declined_for_good_is_collected_when_somebody_asks_after_a_better_method_came(world, drain):
    world.method("tok_decline_hard")
    [item] = world.owe(500)
    drain()
    assert [states(payment) for payment in payments()] == [["declined"]]
    world.method("tok_ok", make_default=True)
    plan_collections([item.id], again=True)
    collect_due()
    assert [states(payment) for payment in payments()] == [["declined", "succeeded"]]
    assert world.left() == []


def test_a_planned_collection_can_be_stopped(world):
    world.method()
    [item] = world.owe(500)
    plan_collections([item.id])
    assert stop_collections([item.id]) == 1
    assert collect_due().attempts == 0 and collection(item).state == "stopped"


def test_a_default_method_of_a_gateway_that_does_not_collect_by_itself_is_left_alone(world, drain):
    register(ScriptedGateway(capabilities=frozenset({"refund"})))
    add_method(NewMethod(world.account, "scripted", "tok"))
    world.owe(500)
    drain()
    assert payments() == []
