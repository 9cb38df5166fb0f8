"""Automatic collection: what is issued to an account with a default method is paid, each item once, whatever happens."""

import pytest
from sqlalchemy import select

from bezant.sdk.db import session
from bezant_ledger.services import verify
from bezant_payments.models import Collection, Payment
from bezant_payments.services import collect_due, load_payments, plan_collections
from tests.plugins.payments.world import cash, owe

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
