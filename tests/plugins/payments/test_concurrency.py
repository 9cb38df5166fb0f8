"""At the same time: one charge per item and key, no refund beyond what came in, whoever comes first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bezant.auth.context import SYSTEM, acting_as
from bezant.db.model import session
from bezant.errors import BillingError
from bezant_ledger.services import verify
from bezant_payments.contracts import NewPayment, NewRefund
from bezant_payments.services import collect_due, create_payment, load_payments, plan_collections, reconcile, refund_payment
from tests.plugins.payments.world import cash, owe

pytestmark = [pytest.mark.plugins("gateway_sandbox")]


def at_once(app, clock, work: Callable[[int], object], times: int = 6) -> list[object]:
    """What ``times`` calls of ``work`` at the same time gave, or raised."""

    def run(n):
        with app.app_context(), acting_as(SYSTEM):
            try:
                return work(n)
            except BillingError as error:
                return error
            finally:
                session.remove()

    session.commit()
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def refused(results):
    return [result for result in results if isinstance(result, BillingError)]


def test_one_item_is_charged_once(app, clock, world):
    world.method()
    [item] = world.owe(500)
    results = at_once(app, clock, lambda n: create_payment(NewPayment(world.account, item_ids=(item.id,), key=f"k{n}")))
    assert len(refused(results)) == len(results) - 1
    assert world.processor.count() == 1 and world.left() == [] and cash() == 500


def test_one_key_is_used_once(app, clock, world):
    world.method()
    results = at_once(app, clock, lambda _n: create_payment(NewPayment(world.account, 500, key="k")))
    paid = {result.id for result in results if not isinstance(result, BillingError)}
    assert len(paid) == 1 and world.processor.count() == 1 and cash() == 500


def test_refunds_never_exceed_what_came_in(app, clock, world):
    world.method()
    payment = create_payment(NewPayment(world.account, 500))
    results = at_once(app, clock, lambda _n: refund_payment(NewRefund(payment.id, 200)))
    session.expire_all()
    made = len(results) - len(refused(results))  # one that arrives while another is under way is refused, and may be repeated
    refunded = load_payments([payment.id])[payment.id].refunded_minor
    assert 1 <= made <= 2 and refunded == 200 * made
    assert cash() == 500 - refunded and verify().ok


def test_two_runs_of_collection_collect_each_item_once(app, clock, world):
    accounts = [world.other(f"Airline {n}") for n in range(15)]
    for account in accounts:
        world.method(account=account)
    plan_collections([item.id for item in owe([(account, 100) for account in accounts], world.entity)])
    reports = at_once(app, clock, lambda _n: collect_due(), 3)
    assert sum(report.attempts for report in reports) == world.processor.count() == 15
    assert cash() == 1500 and verify().ok


def test_two_reconcilers_book_a_success_once(app, clock, world):
    world.method("tok_timeout")
    create_payment(NewPayment(world.account, 500))
    clock.travel_to(2013, 2, 1, 13)
    at_once(app, clock, lambda _n: reconcile(), 3)
    assert cash() == 500 and verify().ok
