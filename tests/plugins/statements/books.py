"""What the tests of statements post: a port and its airlines, invoices, payments and credits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bezant.sdk.values import SourceRef, new_id
from bezant_accounts.contracts import Address, BankDetails, NewAccount, NewLegalEntity
from bezant_accounts.services import create_account, create_legal_entity
from bezant_ledger.contracts import NewAllocation, NewEntry, NewPosting
from bezant_ledger.services import allocate, post


@dataclass
class Book:
    """Posts what the tests tell about: amounts in minor units, items by id."""

    entity: UUID
    account: UUID
    numbers: Iterator[int]

    def invoice(
        self, amount: int, day: date, due: date, account: UUID | None = None, *, currency: str = "USD", payer: UUID | None = None
    ) -> UUID:
        """An invoice; the id of its item."""
        owner = account or self.account
        debit = NewPosting("receivables", amount, owner, due, payer)
        return self._opened("invoicing.invoice", "INV", day, currency, debit, ("revenue", -amount, owner))

    def payment(self, amount: int, day: date, account: UUID | None = None, currency: str = "USD") -> UUID:
        """Money received, not allocated yet; the id of its item."""
        owner = account or self.account
        return self._opened(
            "payments.payment", "PAY", day, currency, NewPosting("unapplied_cash", -amount, owner), ("cash:sandbox", amount, None)
        )

    def credit_note(self, amount: int, day: date) -> UUID:
        """A credit that is kept; the id of its item."""
        credit = NewPosting("customer_credit", -amount, self.account)
        return self._opened("invoicing.credit_note", "CN", day, "USD", credit, ("revenue", amount, self.account))

    def pay(self, item: UUID, amount: int, day: date, account: UUID | None = None) -> UUID:
        """Money received for an item, allocated to it; the id of the credit item."""
        credit = self.payment(amount, day, account)
        allocate([NewAllocation(credit, item, amount, day)])
        return credit

    def write_off(self, item: UUID, amount: int, day: date) -> None:
        """What is left of an item is given up."""
        postings = (NewPosting("write_offs", amount), NewPosting("receivables", -amount, self.account, item_id=item))
        self._post("ledger.write_off", "WO", day, "USD", postings)

    def refund(self, credit: UUID, amount: int, day: date) -> None:
        """Credit that is paid back."""
        postings = (NewPosting("unapplied_cash", amount, self.account, item_id=credit), NewPosting("cash:sandbox", -amount))
        self._post("payments.refund", "REF", day, "USD", postings)

    def _opened(self, kind: str, series: str, day: date, currency: str, item: NewPosting, other: tuple[str, int, UUID | None]) -> UUID:
        code, amount, owner = other
        return self._post(kind, series, day, currency, (item, NewPosting(code, amount, owner)))

    def _post(self, kind: str, series: str, day: date, currency: str, postings: tuple[NewPosting, ...]) -> UUID:
        source = SourceRef(kind, new_id(), f"{series}-{next(self.numbers)}")
        entry = NewEntry(new_id(), day, self.entity, currency, source, f"{series} {source.number}", postings)
        opened = post([entry])[entry.id]
        return opened[0].id if opened else entry.id


def open_port() -> UUID:
    """The legal entity of the tests."""
    new = NewLegalEntity(
        code="PNY",
        name="Port of New York (demo)",
        currency="USD",
        timezone="America/New_York",
        country="US",
        paper="letter",
        address=Address(line1="4 Ferry Plaza", city="New York", region="NY", postal_code="10004", country="US"),
        bank=BankDetails(bank="Demo Harbor Bank", account="000 123 4567", routing="000000000"),
    )
    return create_legal_entity(new).id


def open_account(name: str = "Hawaiian Airlines", **more: object) -> UUID:
    """An account of the port."""
    return create_account(NewAccount(name, **more)).id  # type: ignore[arg-type]


def open_book() -> Book:
    """The books of a port with one airline."""
    entity = open_port()
    return Book(entity, open_account(external_id="HA"), iter(range(1, 10_000)))
