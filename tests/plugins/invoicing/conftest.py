"""A legal entity and two accounts to bill, and stand-ins for the plugins that lower, tax and cover what is billed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from bezant_accounts import services as accounts
from bezant_accounts.contracts import AccountInfo, Address, LegalEntityInfo, NewAccount, NewLegalEntity
from bezant_invoicing.contracts import DraftInvoice

from .builders import draft

FEB = date(2013, 2, 1)


@dataclass(frozen=True)
class World:
    """Who issues and who is billed."""

    entity: LegalEntityInfo
    account: AccountInfo
    other: AccountInfo

    def draft(self, *amounts: int, **other: object) -> DraftInvoice:
        """A draft for the first account."""
        given = {"account_id": self.account.id, "legal_entity_id": self.entity.id, "currency": "USD", "issued_on": FEB}
        return draft(*amounts, **{**given, **other})


@pytest.fixture
def world(as_system: None, clock: Any) -> World:
    clock.travel_to(2013, 2, 1, 12)
    entity = accounts.create_legal_entity(
        NewLegalEntity(
            code="PNY",
            name="Port of New York (demo)",
            currency="USD",
            timezone="America/New_York",
            country="US",
            address=Address("4 Ferry Plaza", "", "10004", "New York", "NY", "US"),
        )
    )
    account, other = (
        accounts.create_account(NewAccount(name=name, external_id=code, legal_entity_id=entity.id))
        for name, code in (("Hawaiian Airlines Inc.", "HA"), ("SkyWest Airlines Inc.", "OO"))
    )
    return World(entity, account, other)


@dataclass
class Answers:
    """Answers hook calls in place of other plugins: hook name → function."""

    given: dict[str, Callable[..., object]] = field(default_factory=dict)

    def implementations(self, hook: str) -> Sequence[tuple[str, Callable[..., object]]]:
        return [("stand-in", self.given[hook])] if hook in self.given else []


@pytest.fixture
def hooks(app: Any) -> Callable[..., Any]:
    """``with hooks(bezant_quote_taxes=function):`` lets functions stand in for plugins."""
    from bezant.hooks import using

    @contextmanager
    def stand_in(**given: Callable[..., object]) -> Iterator[None]:
        with using(Answers(given)):  # type: ignore[arg-type]
            yield

    return stand_in
