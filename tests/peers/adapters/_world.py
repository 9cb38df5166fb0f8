"""A fresh Bezant for a case that needs a database: who bills, who is billed, business time, and the documents that came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from bezant.calendars import local_day
from bezant.sdk.db import selectable, session
from bezant.stored import store_setting
from bezant.testing.clocks import FixedClock
from bezant_accounts import services as accounts
from bezant_accounts.contracts import NewAccount, NewLegalEntity
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import CREDIT_NOTES, INVOICES, CreditNoteInfo, InvoiceInfo
from bezant_payments import services as payments
from bezant_payments.contracts import NewReceipt, PaymentInfo
from bezant_subscriptions import services as subscriptions
from bezant_tax_rates import services as tax_rates
from bezant_tax_rates.contracts import NewRate

PLUGINS = ("subscriptions", "tax_rates", "coupons", "payments", "gateway_sandbox", "statements")
"""One application for all cases with a database, so that it is made once."""


@dataclass
class World:
    """One legal entity and one account, both in the same time zone, and the clock."""

    clock: FixedClock
    entity: UUID
    account: UUID
    currency: str
    zone: str
    refs: dict[str, Any] = field(default_factory=dict)

    def travel_to(self, at: datetime) -> None:
        """Business time stands at an instant."""
        self.clock.travel_to(at.year, at.month, at.day, at.hour, at.minute, at.second)

    def today(self, at: datetime) -> date:
        """The local day of an instant."""
        return local_day(at, self.zone)

    def bill(self, at: datetime) -> None:
        """Everything that has fallen due by an instant is billed, billing date by billing date; whoever cannot be billed is an error."""
        self.travel_to(at)
        run = subscriptions.run_billing(account_ids=[self.account])
        if run.parked:
            raise AssertionError(subscriptions.parked_accounts()[0].explanation)

    def invoices(self) -> list[InvoiceInfo]:
        """The account's invoices, drafts included, in the order in which they were made."""
        table = selectable(INVOICES)
        ids = session.scalars(select(table.c.id).where(table.c.account_id == self.account).order_by(table.c.id)).all()
        found = invoicing.load_invoices(ids)
        return [found[id] for id in ids]

    def credit_notes(self) -> list[CreditNoteInfo]:
        """The account's credit notes, likewise."""
        table = selectable(CREDIT_NOTES)
        ids = session.scalars(select(table.c.id).where(table.c.account_id == self.account).order_by(table.c.id)).all()
        found = invoicing.load_credit_notes(ids)
        return [found[id] for id in ids]

    def receive(self, minor: int, on: date, *invoices: InvoiceInfo) -> PaymentInfo:
        """Money that came in for invoices; what is over stays as credit."""
        items = tuple(invoice.open_item_id for invoice in invoices if invoice.open_item_id)
        receipt = NewReceipt(self.account, "bank", uuid4().hex, minor, self.currency, on, items, oldest_first=False)
        return payments.record_receipts([receipt])[0]

    def add_tax(self, code: str, percent: Any) -> None:
        """A tax on everything; several add up."""
        tax_rates.create_rate(NewRate(code, code, percent, tax=code))


@contextmanager
def open_world(currency: str, zone: str = "UTC", settings: dict[str, Any] | None = None, **account: Any) -> Iterator[World]:
    """A world in which nothing has happened yet."""
    for key, value in (settings or {}).items():
        store_setting(key, value)
    entity = accounts.create_legal_entity(NewLegalEntity("PEER", "Peer", currency, zone, "FR", is_default=True, payment_terms_days=0)).id
    made = accounts.create_account(NewAccount("Buyer", currency=currency, timezone=zone, external_id="buyer", **account))
    with FixedClock().installed() as clock:
        yield World(clock, entity, made.id, currency, zone)
