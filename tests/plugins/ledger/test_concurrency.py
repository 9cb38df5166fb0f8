"""Two at once: seals stay a chain, balances add up, a credit is used once."""

import threading

import pytest

from bezant.auth.context import SYSTEM, acting_as
from bezant.sdk.values import Invalid
from bezant_ledger.contracts import NewAllocation
from bezant_ledger.services import allocate, balances, credit_balance, post, verify
from tests.plugins.ledger.books import FEB, invoice, open_account, payment

pytestmark = [pytest.mark.plugins("ledger"), pytest.mark.usefixtures("as_system")]


def at_once(app, *tasks):
    """Runs tasks in threads of their own, begun together; gives what each returned or raised."""
    outcomes: list[object] = [None] * len(tasks)
    start = threading.Barrier(len(tasks))

    def run(index, task):
        with app.app_context(), acting_as(SYSTEM):
            start.wait()
            try:
                outcomes[index] = task()
            except Exception as error:
                outcomes[index] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_threads_post_to_the_same_books(app, port, account):
    other = open_account("Somebody else")

    def post_some(owner):
        for number in range(10):
            post([invoice(port, owner, 100 + number), invoice(port, other, 1)])

    outcomes = at_once(app, lambda: post_some(account), lambda: post_some(account))
    assert outcomes == [None, None]
    report = verify()
    assert (report.difference, report.entries, report.seals) == (None, 40, 20)
    assert [b.balance_minor for b in balances(account_ids=[other], ledger_accounts=["receivables"])] == [20]


def test_a_credit_is_used_once(app, port, account):
    owed, paid = [invoice(port, account, 100) for _ in range(2)], payment(port, account, 100)
    opened = post([*owed, paid])
    credit = opened[paid.id][0].id
    tasks = [lambda item=opened[entry.id][0].id: allocate([NewAllocation(credit, item, 100, FEB)]) for entry in owed]
    outcomes = at_once(app, *tasks)
    assert sorted(isinstance(outcome, Invalid) for outcome in outcomes) == [False, True]
    assert credit_balance([account]) == {account: {}}
    assert verify().ok
