"""Pure rules: what may follow what, what an answer means, when to ask again, and sums that hold over every sequence."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.sdk.gateway import Answer, Outcome
from bezant.sdk.values import Invalid, Money, SourceRef
from bezant_accounts.contracts import Hold
from bezant_ledger.contracts import OpenItemInfo
from bezant_payments.contracts import MethodInfo, NewMethod, Operation, PaymentState, TargetInfo, TransactionState
from bezant_payments.domain.booking import Booking, applications, plan_refund
from bezant_payments.domain.collecting import BUSY, HELD_BACK, Usable, decide
from bezant_payments.domain.due import collected_at
from bezant_payments.domain.ladder import parse_ladder, rung
from bezant_payments.domain.methods import check_method, label_of
from bezant_payments.domain.operations import FREED, IN_DOUBT, NEXT, OPEN, Step, allowed_next, check_next, payment_state, total
from bezant_payments.domain.outcomes import MOVES, resolve
from bezant_payments.domain.requests import check_items, share_out

S = TransactionState
NOW = datetime(2013, 2, 1, 12, tzinfo=UTC)


def done(operation, minor=1000, key=""):
    return Step(operation, S.SUCCEEDED, minor, key)


# --- what may follow what --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "allowed"),
    [
        (None, {Operation.AUTHORIZE, Operation.CREDIT, Operation.PURCHASE}),
        (Operation.AUTHORIZE, {Operation.CAPTURE, Operation.VOID}),
        (Operation.CAPTURE, {Operation.CAPTURE, Operation.REFUND, Operation.CHARGEBACK}),
        (Operation.PURCHASE, {Operation.REFUND, Operation.CHARGEBACK}),
        (Operation.REFUND, {Operation.REFUND, Operation.CHARGEBACK}),
        (Operation.CHARGEBACK, {Operation.CHARGEBACK, Operation.CHARGEBACK_REVERSAL}),
        (Operation.CHARGEBACK_REVERSAL, {Operation.REFUND}),
        (Operation.VOID, set()),
    ],
)
def test_the_last_success_decides_what_may_follow(last, allowed):
    assert NEXT[last] == allowed


def test_a_permissive_processor_lets_operations_be_taken_back():
    added = {last: allowed_next(last, "permissive") - allowed_next(last) for last in NEXT}
    assert {last: names for last, names in added.items() if names} == {
        Operation.CAPTURE: {Operation.VOID},
        Operation.REFUND: {Operation.VOID},
        Operation.CREDIT: {Operation.VOID},
        Operation.VOID: {Operation.VOID, Operation.CAPTURE, Operation.REFUND, Operation.CREDIT},
    }
    voided = [done(Operation.PURCHASE), done(Operation.VOID, 0)]
    assert check_next(voided, Operation.REFUND, 1000, "USD").code == "invalid_operation"
    assert check_next(voided, Operation.REFUND, 1000, "USD", "permissive") is None


def test_what_failed_does_not_count():
    steps = [done(Operation.AUTHORIZE), Step(Operation.CAPTURE, S.DECLINED, 500), Step(Operation.VOID, S.NOT_ATTEMPTED, 0)]
    assert check_next(steps, Operation.CAPTURE, 1000, "USD") is None


def test_an_authorization_is_voided_once():
    steps = [done(Operation.AUTHORIZE), done(Operation.VOID, 0)]
    assert check_next(steps, Operation.VOID, 0, "USD").code == "invalid_operation"
    assert total(steps).authorized == 0


@pytest.mark.parametrize("state", sorted(IN_DOUBT))
def test_nothing_is_done_while_money_may_have_moved(state):
    assert check_next([Step(Operation.PURCHASE, state, 1000)], Operation.PURCHASE, 1000, "USD").code == "outcome_unknown"
    assert (
        check_next([done(Operation.PURCHASE), Step(Operation.REFUND, state, 100)], Operation.REFUND, 100, "USD").code == "outcome_unknown"
    )


def test_a_pending_first_attempt_keeps_a_second_from_beginning():
    assert check_next([Step(Operation.PURCHASE, S.PENDING, 1000)], Operation.PURCHASE, 1000, "USD").code == "still_open"


def test_refunds_under_way_count_against_what_is_left():
    steps = [done(Operation.PURCHASE), done(Operation.REFUND, 400), Step(Operation.REFUND, S.PENDING, 500)]
    assert check_next(steps, Operation.REFUND, 100, "USD") is None
    assert check_next(steps, Operation.REFUND, 101, "USD").code == "too_much"


def test_captures_never_exceed_what_was_authorized():
    steps = [done(Operation.AUTHORIZE), done(Operation.CAPTURE, 600)]
    assert check_next(steps, Operation.CAPTURE, 400, "USD") is None
    assert check_next(steps, Operation.CAPTURE, 401, "USD").code == "too_much"


@pytest.mark.parametrize(
    ("steps", "kept", "refunded"),
    [
        (
            [
                done(Operation.AUTHORIZE),
                done(Operation.CAPTURE),
                done(Operation.REFUND, 100),
                done(Operation.CHARGEBACK, 1000, "c"),
                done(Operation.CHARGEBACK_REVERSAL, 1000, "c"),
            ],
            1000,
            100,
        ),
        ([done(Operation.PURCHASE), done(Operation.CHARGEBACK, 1000, "c"), done(Operation.CHARGEBACK_REVERSAL, 1000, "c")], 1000, 0),
        (
            [
                done(Operation.PURCHASE),
                done(Operation.REFUND, 100),
                done(Operation.CHARGEBACK, 100, "c"),
                done(Operation.CHARGEBACK, 100, "d"),
                done(Operation.CHARGEBACK_REVERSAL, 100, "c"),
            ],
            900,
            100,
        ),
    ],
)
def test_a_reversed_chargeback_no_longer_counts(steps, kept, refunded):
    totals = total(steps)
    assert (totals.kept, totals.refunded) == (kept, refunded)


operations = st.sampled_from(Operation)
results = st.sampled_from([S.SUCCEEDED, S.SUCCEEDED, S.DECLINED, S.NOT_ATTEMPTED, S.PENDING])


@given(st.lists(st.tuples(operations, st.integers(1, 2000), results, st.sampled_from("cd")), max_size=25))
def test_whatever_is_tried_in_whatever_order_the_sums_hold(tries):
    steps = []
    for operation, minor, state, key in tries:
        if check_next(steps, operation, minor, "USD") is None:
            steps.append(Step(operation, state, minor, key))
    totals = total(steps)
    if any(step.operation is Operation.AUTHORIZE and step.state is S.SUCCEEDED for step in steps) and not totals.voided:
        assert totals.captured + totals.open_captures <= totals.authorized
    assert totals.refunded + totals.open_refunds <= totals.captured
    assert 0 <= totals.charged_back <= totals.captured
    if steps:
        assert isinstance(payment_state(steps), PaymentState)


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([Step(Operation.PURCHASE, S.STARTED, 10)], "started"),
        ([Step(Operation.PURCHASE, S.DECLINED, 10)], "failed"),
        ([Step(Operation.PURCHASE, S.DECLINED, 10), Step(Operation.PURCHASE, S.PENDING, 10)], "pending"),
        ([done(Operation.PURCHASE), Step(Operation.REFUND, S.DECLINED, 10)], "succeeded"),
        ([done(Operation.PURCHASE), done(Operation.REFUND, 999)], "partially_refunded"),
        ([done(Operation.PURCHASE), done(Operation.REFUND, 1000)], "refunded"),
        ([Step(Operation.PURCHASE, S.HELD, 10)], "held"),
    ],
)
def test_a_payment_is_what_its_transactions_make_it(steps, state):
    assert payment_state(steps) == state


# --- what an answer means --------------------------------------------------------------------------------------------

ASKED = Money(1000, "USD")


@pytest.mark.parametrize(
    ("processed", "state"),
    [
        (None, S.SUCCEEDED),
        (Money(1000, "USD"), S.SUCCEEDED),
        (Money(400, "USD"), S.SUCCEEDED),
        (Money(1001, "USD"), S.HELD),
        (Money(1000, "EUR"), S.HELD),
        (Money(0, "USD"), S.UNKNOWN),
        (Money(-1, "USD"), S.UNKNOWN),
    ],
)
def test_less_is_booked_more_or_another_currency_is_held_and_nonsense_is_unknown(processed, state):
    assert resolve(S.STARTED, ASKED, Answer(Outcome.SUCCEEDED, processed=processed)).state is state


@given(st.lists(st.sampled_from(Outcome), max_size=12))
def test_no_answer_ever_takes_a_success_back(outcomes):
    state = S.SUCCEEDED
    for outcome in outcomes:
        state = resolve(state, ASKED, Answer(outcome)).state
    assert state is S.SUCCEEDED


@given(st.permutations([Outcome.PENDING, Outcome.SUCCEEDED, Outcome.UNKNOWN, Outcome.NOT_ATTEMPTED]))
def test_a_success_wins_in_whatever_order_it_is_told(outcomes):
    state = S.STARTED
    for outcome in outcomes:
        state = resolve(state, ASKED, Answer(outcome)).state
    assert state is S.SUCCEEDED


def test_unknown_is_never_failed():
    assert all(resolve(state, ASKED, Answer(Outcome.UNKNOWN)).state not in FREED for state in OPEN)
    assert resolve(S.PENDING, ASKED, Answer(Outcome.NOT_ATTEMPTED)).state is S.PENDING


def test_every_state_says_where_answers_may_lead():
    assert set(MOVES) == set(TransactionState)
    assert MOVES[S.SUCCEEDED] == MOVES[S.HELD] == frozenset()


# --- when to ask again -----------------------------------------------------------------------------------------------


def test_a_ladder_is_climbed_rung_by_rung():
    ladder = parse_ladder(["5m", "1h", "1d"], "payments.unknown_checks")
    assert [rung(ladder, done_so_far, NOW) for done_so_far in range(4)] == [
        NOW + timedelta(minutes=5),
        NOW + timedelta(hours=1),
        NOW + timedelta(days=1),
        None,
    ]


@pytest.mark.parametrize("text", ["", "5", "m", "0m", "-1h", "1.5h", "5 m", "1w"])
def test_what_is_no_wait_is_refused(text):
    with pytest.raises(Invalid, match="is not a wait"):
        parse_ladder([text], "payments.retries")


# --- booking -------------------------------------------------------------------------------------------------------


def item(left, day=date(2013, 2, 1), **more):
    values = {"id": uuid4(), "currency": "USD", "legal_entity_id": uuid4(), "account_id": uuid4(), "due_on": day, "posted_on": day}
    values |= {"kind": "receivable", "ledger_account": "receivables", "source": SourceRef("invoicing.invoice", uuid4(), "INV-1")}
    values |= {"amount_minor": left, "residual_minor": left} | more
    return OpenItemInfo(payer_id=values["account_id"], **values)


@given(st.integers(1, 5000), st.lists(st.tuples(st.integers(1, 2000), st.integers(0, 2000)), max_size=6))
def test_money_pays_items_in_order_never_more_than_asked_left_or_there(processed, wanted):
    items = [item(left) for _, left in wanted]
    targets = [TargetInfo(i.id, asked) for i, (asked, _) in zip(items, wanted, strict=True)]
    ids = [uuid4() for _ in range(5)]
    booking = Booking(ids[0], ids[1], "PAY-1", ids[2], ids[3], "sandbox", Money(processed, "USD"), date(2013, 2, 3), ids[4])
    made = applications(booking, targets, {i.id: i for i in items})
    by_item = {one.item_id: one.amount_minor for one in made}
    assert sum(by_item.values()) == min(processed, sum(min(asked, left) for asked, left in wanted))
    assert all(0 < by_item.get(i.id, 1) <= max(1, min(asked, left)) for i, (asked, left) in zip(items, wanted, strict=True))


@given(st.integers(1, 3000), st.integers(0, 1000), st.lists(st.integers(1, 900), max_size=5))
def test_refunded_money_comes_from_unused_credit_first_then_from_what_was_paid_last(amount, credit, paid):
    allocations = [(uuid4(), minor) for minor in paid]
    plan = plan_refund(amount, credit, allocations)
    taken = dict(plan.take_back)
    assert plan.from_credit + plan.uncovered == amount
    assert plan.uncovered == max(0, amount - credit - sum(paid))
    assert sum(taken.values()) == max(0, min(amount, credit + sum(paid)) - credit)
    untouched = [i for i, (id, minor) in enumerate(allocations) if taken.get(id, 0) < minor]
    assert all(allocations[i][0] not in taken for i in untouched[:-1])


# --- collecting ------------------------------------------------------------------------------------------------------

METHOD = MethodInfo(uuid4(), uuid4(), "sandbox", "tok_ok", "card", "Visa", "", None, True, False, NOW, 1)
ANY = Usable(frozenset())


def hold(one, minor=None, until=None, subject=None):
    return Hold(uuid4(), one.account_id, "dispute", ("collection",), subject, minor, "USD", None, NOW, until)


def test_an_item_is_collected_by_what_is_left_of_it():
    assert decide(item(700), METHOD, ANY, (), (), NOW).minor == 700


def test_a_hold_with_an_amount_leaves_the_rest_to_be_collected():
    one = item(700)
    assert decide(one, METHOD, ANY, [hold(one, 200)], (), NOW).minor == 500
    assert decide(one, METHOD, ANY, [hold(one, 700)], (), NOW).again_at == NOW + HELD_BACK
    assert decide(one, METHOD, ANY, [hold(one, until=NOW + timedelta(hours=3))], (), NOW).again_at == NOW + timedelta(hours=3)
    assert decide(one, METHOD, ANY, [hold(one, subject=uuid4())], (), NOW).minor == 700
    assert decide(one, METHOD, ANY, [hold(one, subject=one.source.id)], (), NOW).minor == 0


def test_why_an_item_is_not_collected():
    one = item(700)
    assert decide(None, METHOD, ANY, (), (), NOW).reason == "settled"
    assert decide(item(0), METHOD, ANY, (), (), NOW).reason == "settled"
    assert decide(one, None, ANY, (), (), NOW).reason == "no_method"
    assert decide(one, METHOD, None, (), (), NOW).reason == "gateway_not_automatic"
    assert decide(one, METHOD, Usable(frozenset({"EUR"})), (), (), NOW).reason == "currency_not_supported"
    assert decide(one, METHOD, ANY, (), {one.id}, NOW).again_at == NOW + BUSY


def test_a_due_day_begins_where_the_payer_lives():
    assert collected_at(item(1, date(2013, 3, 3)), "America/New_York", NOW) == datetime(2013, 3, 3, 5, tzinfo=UTC)
    assert collected_at(item(1, date(2013, 1, 1)), "America/New_York", NOW) == NOW


# --- requests and methods --------------------------------------------------------------------------------------------


def test_one_payment_pays_items_of_one_payer_currency_and_legal_entity():
    one, other = item(100), item(100)
    assert check_items([one.id], {one.id: one}, one.payer_id) == []
    assert [p.code for p in check_items([one.id, one.id], {one.id: one}, one.payer_id)] == ["twice"]
    assert {p.code for p in check_items([one.id, other.id], {one.id: one, other.id: other}, one.payer_id)} == {
        "no_such_item",
        "mixed_books",
    }
    paid = item(0)
    assert [p.code for p in check_items([paid.id], {paid.id: paid}, paid.payer_id)] == ["settled"]


def test_an_amount_is_shared_over_items_in_their_order():
    one, two = item(100), item(100)
    assert [t.asked_minor for t in share_out(150, [one, two])] == [100, 50]
    assert [t.asked_minor for t in share_out(500, [one, two])] == [100, 100]


def test_a_method_is_named_by_its_last_digits():
    new = NewMethod(uuid4(), "sandbox", "tok", label="Visa", last4="4242")
    assert label_of(new) == "Visa •••• 4242"
    assert [p.field for p in check_method(NewMethod(uuid4(), "sandbox", "", kind="cash", last4="12345"))] == ["token", "kind", "last4"]
