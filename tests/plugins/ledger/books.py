"""What the tests of the ledger post."""

from datetime import date
from uuid import UUID

from bezant.sdk.values import SourceRef, new_id
from bezant_accounts.contracts import NewAccount, NewLegalEntity
from bezant_accounts.services import create_account, create_legal_entity
from bezant_ledger.contracts import NewEntry, NewPosting

JAN, FEB, MAR = date(2013, 1, 1), date(2013, 2, 1), date(2013, 3, 1)


def open_books(code: str = "PNY") -> UUID:
    """A legal entity; its id."""
    new = NewLegalEntity(code=code, name="Port of New York (demo)", currency="USD", timezone="America/New_York", country="US")
    return create_legal_entity(new).id


def open_account(name: str = "Hawaiian Airlines", **more: object) -> UUID:
    """An account of the default legal entity; its id."""
    return create_account(NewAccount(name, **more)).id  # type: ignore[arg-type]


def entry(legal_entity_id: UUID, *postings: NewPosting, day: date = JAN, number: str = "INV-1", **more: object) -> NewEntry:
    """A journal entry in USD with these postings."""
    source = SourceRef("invoicing.invoice", new_id(), number)
    return NewEntry(new_id(), day, legal_entity_id, "USD", source, f"Invoice {number}", postings, **more)  # type: ignore[arg-type]


def invoice(legal_entity_id: UUID, account_id: UUID, amount: int, day: date = JAN, due: date | None = None, **more: object) -> NewEntry:
    """An invoice: Dr receivables, Cr revenue."""
    debit = NewPosting("receivables", amount, account_id=account_id, due_on=due or day, payer_id=more.pop("payer_id", None))  # type: ignore[arg-type]
    return entry(legal_entity_id, debit, NewPosting("revenue", -amount, account_id=account_id), day=day, **more)


def payment(legal_entity_id: UUID, account_id: UUID, amount: int, day: date = JAN, **more: object) -> NewEntry:
    """Money that came in: Dr cash, Cr unapplied cash."""
    credit = NewPosting("unapplied_cash", -amount, account_id=account_id)
    return entry(legal_entity_id, NewPosting("cash:sandbox", amount), credit, day=day, number="PAY-1", **more)
