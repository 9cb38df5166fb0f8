"""The ledger against a simple model: whatever is done in whatever order, both say the same."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bezant.sdk.values import Invalid
from bezant_ledger.contracts import NewAllocation, NewPosting
from bezant_ledger.services import allocate, balances, credit_balance, open_items, post, reverse, verify
from tests.plugins.ledger.books import JAN, entry, invoice, open_account, payment

amounts = st.integers(1, 100_000)
days = st.integers(0, 60).map(lambda days: JAN + timedelta(days=days))


def machine(port):
    """The state machine over one legal entity with two accounts."""
    owners = [open_account("One"), open_account("Two")]

    class Ledger(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.before = {b.ledger_account: b.balance_minor for b in balances(legal_entity_id=port)}
            self.owed = {}  # item → (owner, left)
            self.credits = {}
            self.pairs = {}
            self.entries = {}
            self.cash = self.revenue = self.losses = 0

        @rule(owner=st.sampled_from(owners), amount=amounts, day=days)
        def bill(self, owner, amount, day):
            made = invoice(port, owner, amount, day=day)
            (item,) = post([made])[made.id]
            self.owed[item.id] = [owner, amount, amount]
            self.entries[item.id] = made.id
            self.revenue -= amount

        @rule(owner=st.sampled_from(owners), amount=amounts, day=days)
        def receive(self, owner, amount, day):
            made = payment(port, owner, amount, day=day)
            (item,) = post([made])[made.id]
            self.credits[item.id] = [owner, amount, amount]
            self.cash += amount

        @precondition(lambda self: self.owed and self.credits)
        @rule(data=st.data(), amount=st.integers(-100_000, 100_000).filter(bool), day=days)
        def pay(self, data, amount, day):
            credit = data.draw(st.sampled_from(sorted(self.credits)))
            item = data.draw(st.sampled_from(sorted(self.owed)))
            (payer, left, _), (debtor, open_, _) = self.credits[credit], self.owed[item]
            possible = payer == debtor and (amount <= min(left, open_) if amount > 0 else -amount <= self.pairs.get((credit, item), 0))
            if not possible:
                with pytest.raises(Invalid):
                    allocate([NewAllocation(credit, item, amount, day)])
                return
            allocate([NewAllocation(credit, item, amount, day)])
            self.credits[credit][1] -= amount
            self.owed[item][1] -= amount
            self.pairs[credit, item] = self.pairs.get((credit, item), 0) + amount

        @precondition(lambda self: self.owed)
        @rule(data=st.data(), amount=amounts, day=days)
        def write_off(self, data, amount, day):
            item = data.draw(st.sampled_from(sorted(self.owed)))
            owner, left, _ = self.owed[item]
            postings = NewPosting("write_offs", amount), NewPosting("receivables", -amount, account_id=owner, item_id=item)
            if amount > left:
                with pytest.raises(Invalid):
                    post([entry(port, *postings, day=day)])
                return
            post([entry(port, *postings, day=day)])
            self.owed[item][1] -= amount
            self.losses += amount

        @precondition(lambda self: self.entries)
        @rule(data=st.data(), day=days)
        def void(self, data, day):
            item = data.draw(st.sampled_from(sorted(self.entries)))
            _, left, amount = self.owed[item]
            if left != amount:
                with pytest.raises(Invalid):
                    reverse(self.entries[item], day)
                return
            reverse(self.entries.pop(item), day)
            self.owed[item][1] = 0
            self.revenue += amount

        @invariant()
        def both_say_the_same(self):
            kept = {b.ledger_account: b.balance_minor for b in balances(legal_entity_id=port)}
            owed, unused = (sum(left for _, left, _ in items.values()) for items in (self.owed, self.credits))
            expected = {"receivables": owed, "unapplied_cash": -unused, "cash:sandbox": self.cash}
            expected |= {"revenue": self.revenue, "write_offs": self.losses}
            assert {code: kept.get(code, 0) - self.before.get(code, 0) for code in expected} == expected
            found = {item.id: item.residual_minor for item in open_items(owners)}
            mine = {id: left for items in (self.owed, self.credits) for id, (_, left, _) in items.items() if left}
            assert {id: left for id, left in found.items() if id in self.owed or id in self.credits} == mine

        def teardown(self):
            assert verify().difference is None
            for owner in owners:
                left = sum(item.residual_minor for item in open_items([owner], kind="credit"))
                assert credit_balance([owner])[owner].get("USD", 0) == left

    return Ledger


@pytest.mark.plugins("ledger")
def test_the_ledger_agrees_with_a_simple_model(as_system, port):
    few = settings(max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine(port), settings=few)
