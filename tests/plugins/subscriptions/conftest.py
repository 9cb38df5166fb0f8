"""Accounts and plans to subscribe with."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bezant_accounts import services as accounts
from bezant_accounts.contracts import AccountInfo, NewAccount, NewLegalEntity
from bezant_catalog import services as catalog
from bezant_catalog.contracts import Flat, NewCharge, NewPlan, NewPlanVersion, PerUnit
from bezant_subscriptions import services as subscriptions
from bezant_subscriptions.contracts import NewSubscription, SubscriptionInfo


@pytest.fixture
def entity(as_system: None) -> Any:
    """Who issues the documents."""
    return accounts.create_legal_entity(NewLegalEntity("ACME", "Acme", "EUR", "UTC", "DE", is_default=True))


@pytest.fixture
def new_account(entity: Any) -> Callable[..., AccountInfo]:
    """Makes an account; zone UTC unless said otherwise."""

    def make(name: str = "Buyer", **values: Any) -> AccountInfo:
        return accounts.create_account(NewAccount(name, **{"timezone": "UTC", **values}))

    return make


@pytest.fixture
def new_plan(as_system: None) -> Callable[..., str]:
    """Makes a plan with one published version; gives its code."""

    def make(code: str, *charges: NewCharge, **version: Any) -> str:
        catalog.create_plan(NewPlan(code, code.title(), NewPlanVersion("EUR", charges or (fee(),), **version)), publish=True)
        return code

    return make


def fee(code: str = "fee", price: str = "31.00", **values: Any) -> NewCharge:
    """A flat recurring charge in advance."""
    return NewCharge(code, code.title(), Flat(Decimal(price)), **{"timing": "advance", **values})


def seats(code: str = "seats", price: str = "3.10", **values: Any) -> NewCharge:
    """A recurring charge in advance by seats."""
    return NewCharge(code, code.title(), PerUnit(Decimal(price)), **{"timing": "advance", "quantity_source": "seats", **values})


@pytest.fixture
def start(new_account: Callable[..., AccountInfo]) -> Callable[..., SubscriptionInfo]:
    """Starts a subscription of a new account."""

    def make(plan: str, on: date, account: AccountInfo | None = None, **values: Any) -> SubscriptionInfo:
        owner = account or new_account()
        return subscriptions.subscribe(NewSubscription(account_id=owner.id, plan=plan, start_on=on, **values))

    return make
