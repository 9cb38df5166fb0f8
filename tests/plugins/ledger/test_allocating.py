"""Allocations: what pays what, in which order, and how it is taken back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.sdk.values import Invalid, NotFound, SourceRef, new_id
from bezant_ledger.contracts import AllocationInfo, NewAllocation, OpenItemInfo, OpenItemOpened, OpenItemReopened, OpenItemSettled
from bezant_ledger.domain.items import allocation_entry, in_order, oldest_first
from bezant_ledger.services import (
    allocate,
    allocate_oldest_first,
    allocate_one,
    credit_balance,
    deallocate,
    load_allocations,
    open_items,
    post,
    verify,
)
from tests.plugins.ledger.books import FEB, JAN, MAR, invoice, open_account, open_books, payment


def _item(due, amount):
    nobody = new_id()
    return OpenItemInfo(
        new_id(), "receivable", "receivables", nobody, nobody, nobody, "USD", SourceRef("x", nobody), due, JAN, amount, amount
    )


_ITEMS = st.lists(st.builds(_item, st.dates(date(2013, 1, 1), date(2013, 12, 31)), st.integers(0, 1000)), max_size=8)


@given(st.integers(0, 5000), _ITEMS)
def test_money_is_given_out_until_it_or_the_debt_is_used_up(available, items):
    paid = oldest_first(available, items)
    assert sum(amount for _, amount in paid) == min(available, sum(item.residual_minor for item in items))
    left = {item.id: item.residual_minor for item in items}
    assert all(0 < amount <= left[id] for id, amount in paid)


@given(st.integers(0, 5000), _ITEMS)
def test_nothing_is_paid_before_what_is_due_earlier(available, items):
    paid = dict(oldest_first(available, items))
    short = [item for item in items if paid.get(item.id, 0) < item.residual_minor]
    if short:
        first = min(item.due_on for item in short)
        assert all(item.due_on <= first for item in items if item.id in paid)


def test_named_items_are_paid_in_the_order_named():
    first, second = _item(MAR, 100), _item(JAN, 100)
    assert in_order(150, [first, second]) == [(first.id, 100), (second.id, 50)]


_DAYS = st.sampled_from([JAN, FEB, MAR])
_TWO_AND_TWO = st.tuples(*[st.tuples(_DAYS, st.integers(1, 3))] * 4)
_ASKED = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), st.booleans(), st.integers(1, 3), _DAYS), max_size=16)


@given(_TWO_AND_TWO, _ASKED)
def test_on_no_day_is_more_taken_from_an_item_than_there_is(opened, asked):
    """Two credits and two receivables, posted on any day; allocated and taken back in any order, on any day asked for."""
    nobody = new_id()
    kinds = ("credit", "credit", "receivable", "receivable")
    items = [
        OpenItemInfo(new_id(), kind, kind, nobody, nobody, nobody, "USD", SourceRef("x", nobody), day, day, amount, amount)
        for kind, (day, amount) in zip(kinds, opened, strict=True)
    ]
    made = []
    for which_credit, which_item, back, at_most, day in asked:
        credit, item = items[which_credit], items[2 + which_item]
        between = sum(a.amount_minor for a in made if (a.credit_item_id, a.item_id) == (credit.id, item.id))
        amount = -min(at_most, between) if back else min(at_most, left(credit, made), left(item, made))
        if amount:
            wanted = NewAllocation(credit.id, item.id, amount, day, id=new_id())
            dated = allocation_entry(wanted, credit, item, new_id(), made).date
            made.append(AllocationInfo(wanted.id, new_id(), credit.id, item.id, amount, dated))
            assert dated >= max(day, credit.posted_on, item.posted_on)

    for on in {a.date for a in made}:
        assert all(0 <= left(one, [a for a in made if a.date <= on]) <= one.amount_minor for one in items)


def left(item, made):
    return item.amount_minor - sum(a.amount_minor for a in made if item.id in (a.credit_item_id, a.item_id))


@pytest.fixture
def books(port, account):
    """Three invoices and a payment that covers one and a half of them: ids of the items, the credit last."""
    entries = [
        invoice(port, account, 10_000, due=MAR),
        invoice(port, account, 10_000, due=JAN),
        invoice(port, account, 10_000, due=FEB),
        payment(port, account, 15_000),
    ]
    opened = post(entries)
    return [opened[entry.id][0].id for entry in entries]


@pytest.mark.plugins("ledger")
class TestOnTheDatabase:
    def test_oldest_due_first(self, books, account):
        late, first, second, credit = books
        made = allocate_oldest_first(credit, day=FEB)
        assert [(a.item_id, a.amount_minor) for a in made] == [(first, 10_000), (second, 5_000)]
        assert {item.id: item.residual_minor for item in open_items([account])} == {second: 5_000, late: 10_000}
        assert credit_balance([account]) == {account: {}}
        assert verify().ok

    def test_what_the_payer_named(self, books):
        late, _, _, credit = books
        assert [(a.item_id, a.amount_minor) for a in allocate_oldest_first(credit, [late])] == [(late, 10_000)]

    def test_credit_that_comes_later_is_used_when_it_is_there(self, port, account, books):
        late, *_ = books
        entry = payment(port, account, 10_000, day=MAR)
        (credit,) = post([entry])[entry.id]
        (made,) = allocate([NewAllocation(credit.id, late, 10_000, JAN)])
        assert (made.date, load_allocations([credit.id])[0].date) == (MAR, MAR)
        (back,) = deallocate(credit.id, day=FEB)
        assert back.date == MAR
        with pytest.raises(Invalid, match="both there from 2013-03"):
            allocate_one(credit.id, late, 10_000, "USD", FEB)

    def test_residuals_of_any_day(self, books, account):
        late, first, second, credit = books
        allocate_oldest_first(credit, day=FEB)
        before = {item.id: item.residual_minor for item in open_items([account], as_of=JAN)}
        after = {item.id: item.residual_minor for item in open_items([account], as_of=FEB)}
        assert before == {late: 10_000, first: 10_000, second: 10_000, credit: 15_000}
        assert after == {late: 10_000, second: 5_000}

    def test_an_allocation_is_taken_back_by_a_negative_one(self, books, account):
        _late, first, _second, credit = books
        allocate_oldest_first(credit, day=FEB)
        taken_back = deallocate(credit, day=MAR)
        assert sorted(a.amount_minor for a in taken_back) == [-10_000, -5_000]
        assert credit_balance([account]) == {account: {"USD": 15_000}}
        assert len(load_allocations([credit])) == 4
        with pytest.raises(Invalid, match=r"Only 0\.00 USD"):
            allocate([NewAllocation(credit, first, -1, MAR)])
        assert verify().ok

    def test_more_than_is_left_is_refused_and_changes_nothing(self, books, account):
        late, first, _, credit = books
        with pytest.raises(Invalid, match="cannot be taken"):
            allocate([NewAllocation(credit, first, 10_000, FEB), NewAllocation(credit, late, 5_001, FEB)])
        assert credit_balance([account]) == {account: {"USD": 15_000}}

    def test_what_cannot_pay_what(self, books, port, account):
        _late, first, _, credit = books
        other = post([payment(port, open_account("Somebody else"), 100)])
        ((foreign,),) = other.values()
        with pytest.raises(Invalid, match="another payer"):
            allocate([NewAllocation(foreign.id, first, 100, FEB)])
        with pytest.raises(Invalid, match="takes from a credit item"):
            allocate([NewAllocation(first, credit, 100, FEB)])
        with pytest.raises(Invalid, match="no open item"):
            allocate([NewAllocation(credit, new_id(), 100, FEB)])
        with pytest.raises(NotFound):
            allocate_oldest_first(new_id())

    def test_a_parent_pays_for_its_child(self, port):
        parent = open_account("Group")
        child = open_account("Subsidiary", parent_id=parent, parent_pays=True)
        owed, paid = invoice(port, child, 500, payer_id=parent), payment(port, parent, 500)
        opened = post([owed, paid])
        assert [a.amount_minor for a in allocate_oldest_first(opened[paid.id][0].id)] == [500]
        assert open_items([child]) == []

    def test_money_of_one_legal_entity_does_not_pay_another(self, books, account):
        other = open_books("OTH")
        elsewhere = invoice(other, account, 500)
        item = post([elsewhere])[elsewhere.id][0]
        with pytest.raises(Invalid, match="different legal entities"):
            allocate([NewAllocation(books[3], item.id, 500, FEB)])

    def test_opening_settling_and_reopening_are_told(self, books, drain, monkeypatch):
        from bezant_ledger.services import posting

        told = []
        monkeypatch.setattr(posting, "post_events", lambda events: told.extend(events))
        _, first, _, credit = books
        allocate([NewAllocation(credit, first, 10_000, FEB)])
        allocate([NewAllocation(credit, first, -1, FEB)])
        assert [(type(event), event.aggregate_id) for event in told] == [(OpenItemSettled, first), (OpenItemReopened, first)]
        assert OpenItemOpened.type == "ledger.open_item.opened"
