"""Domain events of invoicing."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from bezant.sdk.values import DomainEvent


@dataclass(frozen=True, slots=True)
class InvoiceFinalized(DomainEvent):
    """An invoice was issued: it has a number and is posted."""

    type: ClassVar[str] = "invoicing.invoice.finalized"
    version: ClassVar[int] = 1
    account_id: UUID
    legal_entity_id: UUID
    number: str
    currency: str
    total_minor: int
    issued_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class InvoicePaid(DomainEvent):
    """Nothing is left to pay on an invoice, by payment or credit."""

    type: ClassVar[str] = "invoicing.invoice.paid"
    version: ClassVar[int] = 1
    account_id: UUID
    number: str


@dataclass(frozen=True, slots=True)
class InvoiceReopened(DomainEvent):
    """An invoice that was paid is open again (a refund, a returned debit)."""

    type: ClassVar[str] = "invoicing.invoice.reopened"
    version: ClassVar[int] = 1
    account_id: UUID
    number: str


@dataclass(frozen=True, slots=True)
class InvoiceVoided(DomainEvent):
    """An invoice was voided by a credit note."""

    type: ClassVar[str] = "invoicing.invoice.voided"
    version: ClassVar[int] = 1
    account_id: UUID
    number: str
    credit_note_id: UUID


@dataclass(frozen=True, slots=True)
class InvoiceMarkedUncollectible(DomainEvent):
    """What was left of an invoice was written off."""

    type: ClassVar[str] = "invoicing.invoice.marked_uncollectible"
    version: ClassVar[int] = 1
    account_id: UUID
    number: str
    currency: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class CreditNoteFinalized(DomainEvent):
    """A credit note was issued: it has a number and is posted."""

    type: ClassVar[str] = "invoicing.credit_note.finalized"
    version: ClassVar[int] = 1
    account_id: UUID
    legal_entity_id: UUID
    invoice_id: UUID
    number: str
    currency: str
    total_minor: int
    issued_on: date


@dataclass(frozen=True, slots=True)
class CreditNoteVoided(DomainEvent):
    """An unused credit note was taken back."""

    type: ClassVar[str] = "invoicing.credit_note.voided"
    version: ClassVar[int] = 1
    account_id: UUID
    invoice_id: UUID
    number: str
