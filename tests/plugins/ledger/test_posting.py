"""Posting: what balances is posted as a whole, what does not is refused as a whole, and the items follow the item rule."""

from datetime import date

import pytest

from bezant.sdk.db import savepoint, unit_of_work
from bezant.sdk.values import Invalid, new_id
from bezant_accounts.services import load_accounts
from bezant_ledger.contracts import BalanceInfo, NewPosting
from bezant_ledger.services import balances, credit_balance, ledger_accounts, load_entries, open_items, post, reverse, verify
from tests.plugins.ledger.books import FEB, JAN, entry, invoice, open_account, open_books, payment

pytestmark = [pytest.mark.plugins("ledger"), pytest.mark.usefixtures("as_system")]


def test_an_invoice_opens_a_receivable_and_moves_the_balances(port, account):
    made = invoice(port, account, 2_225_347, due=FEB)
    (item,) = post([made])[made.id]
    assert (item.kind, item.account_id, item.payer_id, item.due_on, item.amount_minor, item.residual_minor) == (
        "receivable",
        account,
        account,
        FEB,
        2_225_347,
        2_225_347,
    )
    assert item.id == load_entries([made.id])[made.id].postings[0].id
    assert open_items([account]) == [item]
    assert balances() == [BalanceInfo(port, "receivables", None, "USD", 2_225_347), BalanceInfo(port, "revenue", None, "USD", -2_225_347)]
    assert verify().ok


def test_money_that_came_in_is_a_credit_of_the_account_until_it_is_allocated(port, account):
    made = payment(port, account, 500)
    (item,) = post([made])[made.id]
    assert (item.kind, item.due_on, item.residual_minor) == ("credit", None, 500)
    assert credit_balance([account, port]) == {account: {"USD": 500}, port: {}}


def test_the_number_of_statements_does_not_grow_with_the_entries(port, account, count_queries):
    def statements(count):
        with count_queries() as seen:
            post([invoice(port, account, 100 + i) for i in range(count)])
        return len(seen)

    statements(1)
    assert statements(2) == statements(50)


def test_nothing_is_posted_where_one_entry_is_wrong(port, account):
    wrong = entry(port, NewPosting("receivables", 100, account_id=account, due_on=JAN), NewPosting("revenue", -99))
    with pytest.raises(Invalid, match="sum to 1 minor units USD instead of zero") as refused:
        post([invoice(port, account, 100), wrong])
    assert refused.value.problems[0].field == "entries.1.postings"
    assert balances() == []


@pytest.mark.parametrize(
    ("posting", "code"),
    [
        (NewPosting("receivables", 100, due_on=JAN), "account_missing"),
        (NewPosting("receivables", 100, account_id=new_id()), "due_day_missing"),
        (NewPosting("receivables", -100, account_id=new_id()), "item_missing"),
        (NewPosting("unapplied_cash", 100, account_id=new_id()), "item_missing"),
        (NewPosting("receivables", 0, account_id=new_id(), item_id=new_id()), "zero"),
        (NewPosting("receivables", -100, account_id=new_id(), item_id=new_id()), "no_such_item"),
    ],
)
def test_the_item_rule(port, posting, code):
    with pytest.raises(Invalid) as refused:
        post([entry(port, posting, NewPosting("revenue", -posting.amount_minor))])
    assert [problem.code for problem in refused.value.problems] == [code]


def test_one_posting_alone_is_no_entry(port):
    with pytest.raises(Invalid, match="two postings"):
        post([entry(port, NewPosting("revenue", 0))])


def test_unknown_ledger_accounts_are_refused_and_sub_accounts_open_by_themselves(port, account):
    with pytest.raises(Invalid, match="no ledger account revenues"):
        post([entry(port, NewPosting("cash", 1), NewPosting("revenues", -1))])
    post([payment(port, account, 500)])
    opened = next(a for a in ledger_accounts() if a.code == "cash:sandbox")
    assert (opened.title, opened.type, opened.items) == ("Cash, sandbox", "asset", None)


def test_a_document_of_zero_opens_an_item_that_is_settled(port, account):
    made = invoice(port, account, 0)
    (item,) = post([made])[made.id]
    assert item.is_settled
    assert open_items([account]) == []
    assert open_items([account], include_settled=True) == [item]
    reverse(made.id, JAN)
    assert verify().ok


def test_a_write_off_takes_from_the_item_and_its_reversal_gives_back(port, account):
    made = invoice(port, account, 1000)
    (item,) = post([made])[made.id]
    write_off = entry(port, NewPosting("write_offs", 400), NewPosting("receivables", -400, account_id=account, item_id=item.id))
    post([write_off])
    assert [i.residual_minor for i in open_items([account])] == [600]
    reverse(write_off.id, FEB)
    assert [i.residual_minor for i in open_items([account])] == [1000]
    assert verify().ok


def test_more_than_is_left_cannot_be_taken(port, account):
    (item,) = next(iter(post([invoice(port, account, 1000)]).values()))
    with pytest.raises(Invalid, match=r"10\.01 USD cannot be taken from INV-1: 10\.00 is left"):
        post([entry(port, NewPosting("write_offs", 1001), NewPosting("receivables", -1001, account_id=account, item_id=item.id))])


def test_an_item_may_be_taken_from_in_the_call_that_opens_it(port, account):
    opened = new_id()
    debit = NewPosting("receivables", 100, account_id=account, due_on=JAN, id=opened)
    made = entry(port, debit, NewPosting("revenue", -100))
    write_off = entry(port, NewPosting("write_offs", 30), NewPosting("receivables", -30, account_id=account, item_id=opened))
    (item,) = post([made, write_off])[made.id]
    assert (item.id, item.residual_minor) == (opened, 70)
    assert verify().ok


def test_reversing_an_invoice_closes_its_item_once(port, account):
    made = invoice(port, account, 1000)
    post([made])
    undone = reverse(made.id, FEB)
    assert undone.reverses_id == made.id
    assert open_items([account]) == []
    assert balances() == []
    with pytest.raises(Exception, match="reversed already"):
        reverse(made.id, FEB)


def test_posting_fixes_the_currency_of_the_account(port, account):
    post([invoice(port, account, 1000)])
    assert load_accounts([account])[account].currency_frozen


def test_balances_of_any_day(port, account):
    post([invoice(port, account, 100, day=JAN), invoice(port, account, 10, day=FEB)])
    assert [b.balance_minor for b in balances(date(2013, 1, 31), ledger_accounts=["receivables"])] == [100]
    assert [b.balance_minor for b in balances(account_ids=[account], ledger_accounts=["receivables"])] == [110]
    assert [(b.account_id, b.balance_minor) for b in balances(account_ids=[account], ledger_accounts=["revenue"])] == [(account, -110)]
    assert balances(date(2012, 12, 31)) == []


def test_balances_count_what_this_transaction_has_posted_already(port, account):
    post([invoice(port, account, 100)])
    with unit_of_work():
        post([invoice(port, account, 11)])
        assert [b.balance_minor for b in balances(ledger_accounts=["receivables"])] == [111]
    assert [b.balance_minor for b in balances(ledger_accounts=["receivables"])] == [111]


def test_what_a_savepoint_undid_is_neither_sealed_nor_counted(port, account):
    with unit_of_work():
        post([invoice(port, account, 100)])
        with pytest.raises(RuntimeError), savepoint():
            post([invoice(port, account, 11)])
            raise RuntimeError("parked")
        post([invoice(port, account, 1)])
    report = verify()
    assert (report.ok, report.entries, report.seals) == (True, 2, 1)
    assert [b.balance_minor for b in balances(ledger_accounts=["receivables"])] == [101]


def test_one_seal_per_transaction_and_legal_entity(port, account):
    other = open_books("OTH")
    far = open_account("Elsewhere", legal_entity_id=other)
    with unit_of_work():
        post([invoice(port, account, 100)])
        post([invoice(port, account, 100), invoice(other, far, 5)])
    assert verify().seals == 2
