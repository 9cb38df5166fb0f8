"""Taking money and giving it back: three steps, keys that count once, and books that follow the money."""

import pytest

from bezant.sdk.db import in_unit_of_work, unit_of_work
from bezant.sdk.gateway import Answer, NotReached, Outcome, Unanswered
from bezant.sdk.values import Conflict, Invalid, Money, NotFound, SourceRef, new_id
from bezant.testing.gateways import ScriptedGateway
from bezant_ledger.contracts import NewEntry, NewPosting
from bezant_ledger.services import open_items, post, verify
from bezant_payments.contracts import NewMethod, NewPayment, NewRefund
from bezant_payments.services import (
    add_method,
    create_payment,
    load_payments,
    methods_of,
    refund_payment,
    register,
    remove_method,
    set_default_method,
    settle_by_hand,
    settle_payment,
    take_back_success,
)
from tests.plugins.payments.world import FEB, cash, states

pytestmark = [pytest.mark.plugins("gateway_sandbox")]


@pytest.fixture
def scripted(world):
    gateway = ScriptedGateway()
    register(gateway)
    add_method(NewMethod(world.account, "scripted", "tok", make_default=True))
    return gateway


def pay(world, minor=None, *items, **more):
    return create_payment(NewPayment(world.account, minor, item_ids=tuple(item.id for item in items), **more))


# --- three steps -----------------------------------------------------------------------------------------------------


def test_the_attempt_is_committed_before_the_gateway_is_called_and_no_transaction_is_open_meanwhile(world, scripted):
    seen = []

    def look(request):
        from bezant.sdk.db import session
        from bezant_payments.models import Transaction

        seen.append((in_unit_of_work(), session.query(Transaction.state).one()[0], request.amount))
        session.rollback()

    scripted.during = look
    assert pay(world, 500).state == "succeeded"
    assert seen == [(False, "started", Money(500, "USD"))]


def test_money_is_never_asked_for_inside_a_unit_of_work(world, scripted):
    with pytest.raises(RuntimeError, match="outside any unit of work"), unit_of_work():
        pay(world, 500)
    assert scripted.calls == []


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (Answer(Outcome.PENDING), "pending"),
        (Answer(Outcome.DECLINED, reason_code="no"), "declined"),
        (Answer(Outcome.NOT_ATTEMPTED), "not_attempted"),
        (Answer(Outcome.UNKNOWN), "unknown"),
        (NotReached("no route"), "not_attempted"),
        (Unanswered("time-out"), "unknown"),
        (ZeroDivisionError("a bug in the plugin"), "unknown"),
    ],
)
def test_whatever_a_gateway_says_or_raises_becomes_one_of_five_states(world, scripted, said, state):
    scripted.script = [said]
    [item] = world.owe(500)
    assert states(pay(world, None, item)) == [state]
    assert world.left() == [500] and cash("cash:scripted") == 0


def test_nonsense_is_unknown(world, scripted):
    scripted.purchase = lambda _request: "ok"
    assert states(pay(world, 500)) == ["unknown"]


def test_what_a_processor_tells_is_kept_without_card_numbers(world, scripted):
    scripted.script = [Answer(Outcome.DECLINED, message="card 4242 4242 4242 4242 was refused")]
    assert pay(world, 500).transactions[0].message == "card … was refused"


# --- what is paid ----------------------------------------------------------------------------------------------------


def test_one_payment_pays_several_items_and_what_is_over_stays_as_credit(world, scripted):
    items = world.owe(500, 300)
    payment = pay(world, 1000, *items)
    assert [target.asked_minor for target in payment.targets] == [500, 300]
    assert world.left() == [] and world.credit() == 200
    assert verify().ok


def test_part_of_an_item_can_be_paid(world, scripted):
    [item] = world.owe(500)
    pay(world, 200, item)
    assert world.left() == [300]


def test_less_than_asked_is_booked_and_the_rest_stays_due(world, scripted):
    scripted.script = [Answer(Outcome.SUCCEEDED, "r", Money(400, "USD"))]
    [item] = world.owe(500)
    payment = pay(world, None, item)
    assert (payment.state, payment.captured_minor) == ("succeeded", 400)
    assert world.left() == [100] and cash("cash:scripted") == 400


@pytest.mark.parametrize("processed", [Money(501, "USD"), Money(500, "EUR")])
def test_more_than_asked_or_another_currency_is_held_for_a_person(world, scripted, processed):
    scripted.script = [Answer(Outcome.SUCCEEDED, "r", processed)]
    [item] = world.owe(500)
    payment = pay(world, None, item)
    assert payment.state == "held" and payment.transactions[0].flagged_at is not None
    assert world.left() == [500] and cash("cash:scripted") == 0
    with pytest.raises(Conflict):
        pay(world, None, item)
    settled = settle_by_hand(payment.transactions[0].id, succeeded=True, amount_minor=450, note="as on the statement")
    assert (settled.state, settled.captured_minor) == ("succeeded", 450)
    assert world.left() == [50] and verify().ok


def test_an_item_settled_meanwhile_leaves_the_money_as_credit(world, scripted):
    [item] = world.owe(500)

    def somebody_else_pays(_request):
        write_off = (NewPosting("write_offs", 500), NewPosting("receivables", -500, account_id=world.account, item_id=item.id))
        post([NewEntry(new_id(), FEB, world.entity, "USD", SourceRef("test", new_id(), "W"), "written off", write_off)])

    scripted.during = somebody_else_pays
    assert pay(world, None, item).state == "succeeded"
    assert world.credit() == 500 and verify().ok


def test_what_cannot_be_paid_is_refused_before_anything_is_written(world, scripted):
    [item] = world.owe(500)
    other = world.other()
    [foreign] = world.owe(100, account=other)
    for new, code in (
        (NewPayment(world.account), "not_positive"),
        (NewPayment(world.account, -1), "not_positive"),
        (NewPayment(world.account, item_ids=(foreign.id,)), "no_such_item"),
        (NewPayment(world.account, 100, "EUR", (item.id,)), "other_currency"),
        (NewPayment(world.account, 100, method_id=new_id()), "no_such_method"),
        (NewPayment(other, 100), "no_method"),
        (NewPayment(world.account, 100, description="4242424242424242"), "card_number"),
    ):
        with pytest.raises(Invalid) as refused:
            create_payment(new)
        assert refused.value.problems[0].code == code
    with pytest.raises(NotFound):
        create_payment(NewPayment(new_id(), 100))
    assert scripted.calls == []


def test_a_currency_that_the_gateway_does_not_declare_is_refused_offline(world, scripted):
    scripted.currencies = frozenset({"EUR"})
    with pytest.raises(Invalid, match="takes no USD"):
        pay(world, 500)
    assert scripted.calls == []


# --- keys ------------------------------------------------------------------------------------------------------------


def test_after_a_success_a_key_replays(world, scripted):
    first, again = pay(world, 500, key="k"), pay(world, 500, key="k")
    assert (again.id, again.replayed, first.replayed) == (first.id, True, False)
    assert len(scripted.calls) == 1


def test_while_pending_the_same_key_settles_and_another_is_refused(world, scripted):
    [item] = world.owe(500)
    scripted.script, scripted.lookups = [Answer(Outcome.PENDING)], [Answer(Outcome.PENDING), Answer(Outcome.SUCCEEDED, "r")]
    assert pay(world, None, item, key="a").state == "pending"
    with pytest.raises(Conflict, match="not final"):
        pay(world, None, item, key="b")
    assert pay(world, 500, item, key="a").state == "succeeded"
    assert len(scripted.calls) == 1 and world.left() == []


def test_while_unknown_a_key_is_refused(world, scripted):
    scripted.script, scripted.lookups = [Answer(Outcome.UNKNOWN)], [Answer(Outcome.UNKNOWN)]
    pay(world, 500, key="k")
    with pytest.raises(Conflict) as refused:
        pay(world, 500, key="k")
    assert refused.value.code == "outcome_unknown" and len(scripted.calls) == 1


def test_an_unknown_attempt_that_turns_out_declined_frees_its_key_and_its_items(world, scripted):
    [item] = world.owe(500)
    scripted.script, scripted.lookups = [Answer(Outcome.UNKNOWN)], [Answer(Outcome.DECLINED, reason_code="no")]
    pay(world, None, item, key="k")
    payment = pay(world, None, item, key="k")
    assert states(payment) == ["declined", "succeeded"] and payment.state == "succeeded"
    assert len({request.key for request in scripted.calls}) == 2


def test_right_after_a_time_out_nobody_believes_that_it_never_arrived(world, scripted):
    [item] = world.owe(500)
    scripted.script, scripted.lookups = [Unanswered("time-out")], [Answer(Outcome.NOT_ATTEMPTED)]
    pay(world, None, item)
    with pytest.raises(Conflict):
        pay(world, None, item)
    assert len(scripted.calls) == 1


def test_after_a_decline_the_same_key_tries_again_as_a_further_attempt(world, scripted):
    [item] = world.owe(500)
    scripted.script = [Answer(Outcome.DECLINED, reason_code="no")]
    first = pay(world, None, item, key="k")
    again = pay(world, None, item, key="k")
    assert first.id == again.id and states(again) == ["declined", "succeeded"]
    assert world.left() == [] and again.captured_minor == 500


def test_a_key_belongs_to_one_account_and_one_operation_for_ever(world, scripted):
    scripted.script = [Answer(Outcome.DECLINED)]
    payment = pay(world, 500, key="k")
    other = world.other()
    add_method(NewMethod(other, "scripted", "tok"))
    with pytest.raises(Conflict) as refused:
        create_payment(NewPayment(other, 500, key="k"))
    assert refused.value.code == "key_of_other_account"
    paid = pay(world, 500, key="k")
    for wrong in (lambda: refund_payment(NewRefund(paid.id, 100, key="k")), lambda: pay(world, 400, key="k")):
        with pytest.raises(Invalid) as misused:
            wrong()
        assert misused.value.problems[0].code == "key_reused"
    assert payment.id == paid.id
    refund_payment(NewRefund(paid.id, 100, key="r"))
    assert refund_payment(NewRefund(paid.id, 100, key="r")).replayed
    with pytest.raises(Invalid) as misused:
        refund_payment(NewRefund(paid.id, 200, key="r"))
    assert misused.value.problems[0].code == "key_reused"


# --- late news -------------------------------------------------------------------------------------------------------


def test_a_success_that_comes_after_a_decline_is_booked(world, scripted):
    scripted.script, scripted.lookups = [Answer(Outcome.PENDING)], [Answer(Outcome.DECLINED)]
    [item] = world.owe(500)
    payment = pay(world, None, item)
    settle_payment(payment.id)
    assert load_payments([payment.id])[payment.id].state == "failed"
    pay(world, None, item)
    settle_by_hand(payment.transactions[0].id, succeeded=True, note="the processor says so")
    assert world.left() == [] and world.credit() == 500
    assert verify().ok


# --- giving back -----------------------------------------------------------------------------------------------------


def test_a_refund_re_opens_what_was_paid_last(world, scripted):
    old, new = world.owe(500, 300)
    payment = pay(world, None, old, new)
    refunded = refund_payment(NewRefund(payment.id, 400))
    assert (refunded.state, refunded.refunded_minor) == ("partially_refunded", 400)
    assert {i.id: i.residual_minor for i in open_items([world.account], kind="receivable")} == {old.id: 100, new.id: 300}
    assert cash("cash:scripted") == 400 and verify().ok


def test_a_refund_takes_unused_credit_first(world, scripted):
    [item] = world.owe(500)
    payment = pay(world, 800, item)
    refund_payment(NewRefund(payment.id, 300))
    assert world.left() == [] and world.credit() == 0
    assert verify().ok


def test_a_credit_note_covers_what_its_refund_re_opens(world, scripted):
    [item] = world.owe(500)
    payment = pay(world, None, item)
    note = (NewPosting("revenue", 500), NewPosting("customer_credit", -500, account_id=world.account))
    post([NewEntry(new_id(), FEB, world.entity, "USD", SourceRef("invoicing.credit_note", new_id(), "CN-1"), "Credit note", note)])
    refund_payment(NewRefund(payment.id))
    assert world.left() == [] and world.credit() == 0 and cash("cash:scripted") == 0
    assert verify().ok


def test_refunds_never_exceed_what_came_in_counting_those_under_way(world, scripted):
    payment = pay(world, 500)
    scripted.script = [Answer(Outcome.PENDING)]
    refund_payment(NewRefund(payment.id, 300))
    scripted.lookups = [Answer(Outcome.PENDING)] * 3
    with pytest.raises(Invalid) as refused:
        refund_payment(NewRefund(payment.id, 201))
    assert refused.value.problems[0].code == "too_much"
    assert refund_payment(NewRefund(payment.id, 200)).refunded_minor == 200


def test_a_declined_refund_changes_nothing(world, scripted):
    payment = pay(world, 500)
    scripted.script = [Answer(Outcome.DECLINED, reason_code="no")]
    assert refund_payment(NewRefund(payment.id, 300)).state == "succeeded"
    assert world.credit() == 500


def test_a_payment_without_money_is_not_refunded(world, scripted):
    scripted.script = [Answer(Outcome.DECLINED)]
    payment = pay(world, 500)
    with pytest.raises(Conflict, match="cannot follow"):
        refund_payment(NewRefund(payment.id))


def test_a_refund_repeated_by_its_key_gives_back_once(world, scripted):
    payment = pay(world, 500)
    first, again = refund_payment(NewRefund(payment.id, 100, "r")), refund_payment(NewRefund(payment.id, 100, "r"))
    assert (first.refunded_minor, again.refunded_minor, again.replayed) == (100, 100, True)


# --- a person decides ------------------------------------------------------------------------------------------------


def test_a_wrong_success_is_taken_back_and_the_item_is_due_again(world, scripted):
    [item] = world.owe(500)
    payment = pay(world, 700, item)
    corrected = take_back_success(payment.transactions[0].id, "it was a test card")
    assert (corrected.state, corrected.captured_minor, states(corrected)) == ("failed", 0, ["declined"])
    assert world.left() == [500] and world.credit() == 0 and cash("cash:scripted") == 0
    assert verify().ok
    with pytest.raises(Conflict):
        take_back_success(payment.transactions[0].id)


def test_a_success_that_was_refunded_is_not_taken_back(world, scripted):
    payment = pay(world, 500)
    refund_payment(NewRefund(payment.id, 100))
    with pytest.raises(Conflict, match="refunded"):
        take_back_success(payment.transactions[0].id)


def test_the_database_keeps_a_success_a_success_and_what_was_asked_as_it_was(world, scripted):
    from sqlalchemy import update
    from sqlalchemy.exc import DBAPIError

    from bezant.sdk.db import session
    from bezant_payments.models import OutcomeRow, Payment, Transaction

    pay(world, 500)
    for statement in (
        update(Transaction).values(state="declined", processed_minor=None),
        update(Transaction).values(asked_minor=1),
        update(OutcomeRow).values(state="declined"),
        update(Payment).values(refunded_minor=501),
    ):
        with pytest.raises(DBAPIError), unit_of_work():
            session.execute(statement)


# --- methods ---------------------------------------------------------------------------------------------------------


def test_an_account_has_one_default_among_its_methods(world):
    first, second = world.method("tok_a"), world.method("tok_b")
    assert (first.is_default, second.is_default) == (True, False)
    set_default_method(second.id)
    assert [(m.id, m.is_default) for m in methods_of([world.account])] == [(second.id, True), (first.id, False)]
    remove_method(second.id)
    assert [(m.id, m.is_default) for m in methods_of([world.account])] == [(first.id, True)]
    with pytest.raises(Conflict):
        set_default_method(second.id)


def test_the_same_token_is_one_method_and_comes_back_when_added_again(world):
    first = world.method("tok_a")
    assert world.method("tok_a").id == first.id
    remove_method(first.id)
    back = world.method("tok_a")
    assert (back.id, back.archived, back.is_default) == (first.id, False, True)


def test_a_method_of_a_gateway_that_is_not_there_is_refused(world):
    with pytest.raises(Invalid, match="there are: sandbox"):
        add_method(NewMethod(world.account, "stripe", "pm_1"))
