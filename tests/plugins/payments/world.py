"""What the tests of payments work with: a port, an airline that owes, and how to owe more."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from bezant.sdk.values import SourceRef, new_id
from bezant_accounts.contracts import NewAccount, NewLegalEntity
from bezant_accounts.services import create_account, create_legal_entity
from bezant_gateway_sandbox.services import SandboxGateway
from bezant_ledger.contracts import NewEntry, NewPosting, OpenItemInfo
from bezant_ledger.services import balances, open_items, post
from bezant_payments.contracts import MethodInfo, NewMethod, PaymentInfo
from bezant_payments.services import add_method, gateways

FEB = date(2013, 2, 1)


@dataclass(frozen=True)
class World:
    """Who is paid, and who pays."""

    entity: UUID
    account: UUID

    def method(self, token: str = "tok_ok", account: UUID | None = None, **more: Any) -> MethodInfo:
        """A payment method in the sandbox."""
        return add_method(NewMethod(account or self.account, "sandbox", token, label="Visa", last4="4242", **more))

    def other(self, name: str = "SkyWest Airlines") -> UUID:
        """Another account."""
        return create_account(NewAccount(name)).id

    def owe(self, *amounts: int, account: UUID | None = None, day: date = FEB, due: date | None = None) -> list[OpenItemInfo]:
        """Invoices over these amounts; their open items."""
        return owe([(account or self.account, amount) for amount in amounts], self.entity, day, due)

    def left(self) -> list[int]:
        """What is left of the account's open items."""
        return [item.residual_minor for item in open_items([self.account], kind="receivable")]

    def credit(self) -> int:
        """What the account has as unused credit."""
        return sum(item.residual_minor for item in open_items([self.account], kind="credit"))

    @property
    def processor(self) -> Any:
        """The sandbox's processor."""
        found = gateways()["sandbox"]
        assert isinstance(found, SandboxGateway)
        return found.processor


def owe(
    amounts: list[tuple[UUID, int]], entity: UUID, day: date = FEB, due: date | None = None, payer: UUID | None = None
) -> list[OpenItemInfo]:
    """Invoices over these amounts, posted together; their open items."""
    entries = []
    for n, (account, amount) in enumerate(amounts, start=1):
        source = SourceRef("invoicing.invoice", new_id(), f"INV-{n}")
        debit = NewPosting("receivables", amount, account_id=account, due_on=due or day, payer_id=payer)
        postings = (debit, NewPosting("revenue", -amount, account_id=account))
        entries.append(NewEntry(new_id(), day, entity, "USD", source, f"Invoice INV-{n}", postings))
    return [item for items in post(entries).values() for item in items]


def open_world() -> World:
    """A port and an airline."""
    new = NewLegalEntity(code="PNY", name="Port of New York (demo)", currency="USD", timezone="America/New_York", country="US")
    entity = create_legal_entity(new).id
    return World(entity, create_account(NewAccount("Hawaiian Airlines")).id)


def cash(code: str = "cash:sandbox") -> int:
    """The balance of a cash account."""
    return sum(b.balance_minor for b in balances(ledger_accounts=[code]) if b.account_id is None)


def states(payment: PaymentInfo) -> list[str]:
    """The states of a payment's transactions."""
    return [str(transaction.state) for transaction in payment.transactions]
