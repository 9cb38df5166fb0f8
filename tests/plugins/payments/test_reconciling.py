"""Reconciliation: what a crash or a time-out left open is settled by asking, with one charge, and in the end by a person."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bezant.sdk.db import session, unit_of_work
from bezant.sdk.gateway import Answer, Outcome, Unanswered
from bezant.sdk.services import system_time
from bezant.testing.gateways import ScriptedGateway
from bezant_ledger.services import verify
from bezant_payments.contracts import NewMethod, NewPayment, NewRefund
from bezant_payments.models import Collection, OutcomeRow, Payment, Transaction
from bezant_payments.services import (
    add_method,
    collect_due,
    counts,
    create_payment,
    load_payments,
    plan_collections,
    reconcile,
    refund_payment,
    register,
)
from tests.plugins.payments.world import cash, owe

pytestmark = [pytest.mark.plugins("gateway_sandbox")]


class Killed(BaseException):
    """The process dies here: nothing after it runs."""


def die(_request):
    raise Killed


@pytest.fixture
def scripted(world):
    gateway = ScriptedGateway()
    register(gateway)
    add_method(NewMethod(world.account, "scripted", "tok", make_default=True))
    return gateway


def only_payment():
    session.expire_all()
    [id] = session.scalars(select(Payment.id))
    return load_payments([id])[id]


def lease_ends():
    with unit_of_work():
        session.execute(update(Transaction).values(leased_until=system_time() - timedelta(seconds=1)))


def collect(*items):
    plan_collections([item.id for item in items])
    return collect_due()


# --- crashes ---------------------------------------------------------------------------------------------------------


def test_killed_between_charge_and_outcome_one_charge_and_a_paid_invoice(world, scripted):
    items = world.owe(500)
    scripted.after = die
    with pytest.raises(Killed):
        collect(*items)
    assert only_payment().state == "started" and len(scripted.charged) == 1

    scripted.after = lambda _request: None
    collect()
    assert reconcile().attempts == 0, "the lease of the dead process still runs"
    lease_ends()
    assert reconcile().states == {"succeeded": 1}
    assert world.left() == [] and cash("cash:scripted") == 500
    assert len(scripted.charged) == len(scripted.calls) == 1
    assert verify().ok


def test_killed_before_the_call_nothing_was_charged_and_it_is_collected_later(world, scripted, clock):
    [item] = world.owe(500)
    scripted.during = die
    with pytest.raises(Killed):
        collect(item)
    scripted.during = lambda _request: None
    lease_ends()
    assert reconcile().states == {"not_attempted": 1}
    session.expire_all()
    assert session.get(Collection, item.id).state == "planned"
    clock.travel_to(2013, 2, 1, 13)
    assert collect_due().states == {"succeeded": 1}
    assert world.left() == [] and len(scripted.charged) == 1


def test_killed_in_the_middle_of_a_page_each_is_charged_once(world, scripted):
    accounts = [world.other(f"Airline {n}") for n in range(6)]
    for account in accounts:
        add_method(NewMethod(account, "scripted", f"tok-{account}"))
    items = owe([(account, 100 + n) for n, account in enumerate(accounts)], world.entity)
    left = iter(range(100))

    def third(_request):
        if next(left) == 2:
            raise Killed

    scripted.after = third
    with pytest.raises(Killed):
        collect(*items)
    scripted.after = lambda _request: None
    lease_ends()
    reconcile()
    with unit_of_work():
        session.execute(update(Collection).where(Collection.state == "planned").values(run_at=system_time() - timedelta(days=9999)))
    collect_due()
    assert sum(money.minor for money in scripted.charged.values()) == cash("cash:scripted") == sum(100 + n for n in range(6))
    assert len(scripted.charged) == 6 and verify().ok


def test_killed_while_refunding_gives_back_once(world, scripted):
    payment = create_payment(NewPayment(world.account, 500))
    scripted.after = die
    with pytest.raises(Killed):
        refund_payment(NewRefund(payment.id, 200, key="r"))
    scripted.after = lambda _request: None
    lease_ends()
    done = refund_payment(NewRefund(payment.id, 200, key="r"))
    assert (done.refunded_minor, len(scripted.calls)) == (200, 2)
    assert verify().ok


# --- the ladder ------------------------------------------------------------------------------------------------------


def test_an_unknown_attempt_is_asked_about_after_5_minutes_1_hour_and_then_daily_until_a_person_has_to_look(world, scripted, clock):
    scripted.script, scripted.lookups = [Unanswered("time-out")], [Answer(Outcome.UNKNOWN)] * 20
    create_payment(NewPayment(world.account, 500))
    asked = []
    for day, hour, minute in (
        (1, 12, 4),
        (1, 12, 6),
        (1, 12, 59),
        (1, 13, 7),
        (2, 13, 8),
        (3, 13, 9),
        (4, 13, 10),
        (5, 13, 11),
        (6, 13, 12),
        (9, 0, 0),
    ):
        clock.travel_to(2013, 2, day, hour, minute)
        reconcile()
        asked.append(len(scripted.asked))
    transaction = only_payment().transactions[0]
    assert asked == [0, 1, 1, 2, 3, 4, 5, 6, 7, 7]
    assert (transaction.state, transaction.next_check_at) == ("unknown", None) and transaction.flagged_at is not None
    assert counts().attention == 1


def test_a_lookup_in_vain_leaves_no_history(world, scripted, clock):
    scripted.script, scripted.lookups = [Answer(Outcome.UNKNOWN)], [ZeroDivisionError("lookup is broken")]
    create_payment(NewPayment(world.account, 500))
    clock.travel_to(2013, 2, 1, 12, 6)
    assert reconcile().states == {"unknown": 1}
    assert len(session.scalars(select(OutcomeRow)).all()) == 1


def test_a_pending_attempt_is_asked_about_by_its_own_ladder(world, scripted, clock):
    scripted.script, scripted.lookups = [Answer(Outcome.PENDING)], [Answer(Outcome.PENDING), Answer(Outcome.SUCCEEDED, "r")]
    create_payment(NewPayment(world.account, 500))
    clock.travel_to(2013, 2, 1, 12, 30)
    assert reconcile().attempts == 0
    clock.travel_to(2013, 2, 1, 13, 1)
    assert reconcile().states == {"pending": 1}
    clock.travel_to(2013, 2, 2, 13, 2)
    assert reconcile().states == {"succeeded": 1}
    assert cash("cash:scripted") == 500


def test_what_turns_out_never_to_have_arrived_is_collected_again_with_another_key(world, scripted, clock):
    items = world.owe(500)
    scripted.script = [Unanswered("time-out")]
    collect(*items)
    clock.travel_to(2013, 2, 1, 12, 6)
    assert reconcile().states == {"not_attempted": 1}
    clock.travel_to(2013, 2, 1, 12, 30)
    assert collect_due().states == {"succeeded": 1}
    assert [t.state for t in only_payment().transactions] == ["not_attempted", "succeeded"]
    assert len({request.key for request in scripted.calls}) == 2 and world.left() == []


# --- retries ---------------------------------------------------------------------------------------------------------


def test_a_soft_decline_is_tried_again_by_schedule_and_then_given_up(world, scripted, clock):
    [item] = world.owe(500)
    scripted.script = [Answer(Outcome.DECLINED, reason_code="insufficient_funds")] * 9
    collect(item)
    for day in (1, 2, 3, 5, 6, 12, 13, 20):
        clock.travel_to(2013, 2, day, 12, 5)
        collect_due()
    assert len(scripted.calls) == 4 and len(only_payment().transactions) == 4
    session.expire_all()
    assert session.get(Collection, item.id).state == "failed"


def test_a_hard_decline_is_not_tried_again(world, scripted, clock):
    [item] = world.owe(500)
    scripted.script = [Answer(Outcome.DECLINED, reason_code="stolen_card", hard=True)]
    collect(item)
    clock.travel_to(2013, 6, 1)
    assert collect_due().attempts == 0 and len(scripted.calls) == 1
    session.expire_all()
    assert session.get(Collection, item.id).state == "failed"


def test_less_than_asked_is_not_tried_again(world, scripted, clock):
    from bezant.sdk.values import Money

    items = world.owe(500)
    scripted.script = [Answer(Outcome.SUCCEEDED, "r", Money(100, "USD"))]
    collect(*items)
    clock.travel_to(2013, 6, 1)
    assert collect_due().attempts == 0 and world.left() == [400]


def test_a_gateway_that_stopped_answering_is_left_alone_for_the_rest_of_the_page(world, scripted):
    accounts = [world.other(f"Airline {n}") for n in range(12)]
    for account in accounts:
        add_method(NewMethod(account, "scripted", f"tok-{account}"))
    scripted.script = [Unanswered("time-out")] * 12
    report = collect(*owe([(account, 100) for account in accounts], world.entity))
    assert report.states["unknown"] == len(scripted.calls) < 12
    assert report.states["not_attempted"] == 12 - len(scripted.calls)


def test_one_outcome_that_cannot_be_written_does_not_keep_the_others_from_being_booked(world, scripted, monkeypatch):
    from bezant_payments.services import ledger

    accounts = [world.other(f"Airline {n}") for n in range(4)]
    for account in accounts:
        add_method(NewMethod(account, "scripted", f"tok-{account}"))
    items = owe([(account, 100 + n) for n, account in enumerate(accounts)], world.entity)
    whole = ledger.book

    def broken(successes):
        if any(payment.amount_minor == 102 for payment, _, _ in successes):
            raise ZeroDivisionError("a bug")
        return whole(successes)

    monkeypatch.setattr("bezant_payments.services.outcomes.book", broken)
    assert collect(*items).states == {"succeeded": 3}
    assert cash("cash:scripted") == 100 + 101 + 103

    monkeypatch.undo()
    lease_ends()
    assert reconcile().states == {"succeeded": 1}
    assert cash("cash:scripted") == 100 + 101 + 102 + 103 and len(scripted.charged) == 4
