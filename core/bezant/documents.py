"""Printed documents: what a plugin fills in to have an invoice, a credit note, a statement or a reminder rendered.

The values are plain and frozen: no ORM object, no text that depends on the reader's language. Labels, number formats and
dates are the templates' work, in the language of the buyer. Amounts are whole minor units of ``currency`` and signed as the
reader shall see them: what is credited is negative. Days are dates; a span ``from`` – ``to`` excludes its last day.

``Seller`` and ``Buyer`` of a legal entity and an account are made by ``bezant_accounts.services`` (``seller_of``, ``buyer_of``).
Templates see the document as ``doc``, ``doc.seller`` as ``seller`` and ``doc.buyer`` as ``buyer``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Paper = Literal["a4", "letter"]
"""The two paper sizes that documents are laid out for."""

LETTER_COUNTRIES = frozenset({"BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"})
"""Where US Letter is the usual paper (CLDR, ``paperSize``)."""


def paper_for(country: str) -> Paper:
    """The usual paper of a country (ISO 3166 code)."""
    return "letter" if country.upper() in LETTER_COUNTRIES else "a4"


@dataclass(frozen=True, slots=True)
class TaxId:
    """A number under which a party is known to a tax office: ``TaxId("USt-IdNr.", "DE123456789")``."""

    label: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankDetails:
    """Where money is to be sent: an IBAN, or an account with its routing number (``routing="ABA 021000021"``)."""

    name: str
    iban: str = ""
    bic: str = ""
    routing: str = ""
    account: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Who issues the document. ``address`` holds the postal lines below the name; ``logo`` is a ``data:`` address of an image."""

    name: str
    address: tuple[str, ...]
    country: str
    tagline: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    registration: str = ""
    tax_ids: tuple[TaxId, ...] = ()
    bank: BankDetails | None = None
    logo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who is addressed. ``address`` is all that stands in the window, the name included; ``account`` is the account's number."""

    name: str
    address: tuple[str, ...]
    account: str
    tax_ids: tuple[TaxId, ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayBy:
    """How the open amount may be paid: the seller's bank, a payment page (``link``), or both.

    ``reference`` is what the payer quotes; one that begins with ``RF`` is taken as a creditor reference of ISO 11649.
    """

    amount_minor: int
    reference: str
    due_on: date | None = None
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What all documents share. ``number`` is empty as long as none was taken: such a document is marked as a draft."""

    number: str
    issued_on: date
    currency: str
    seller: Seller
    buyer: Buyer
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an invoice or credit note.

    ``tax_percent`` holds every rate that applies, empty for none; ``running_minor`` is the sum of the amounts up to this line.
    ``[service_from, service_to)`` is printed as a span of days below the text, after ``note``.
    """

    text: str
    amount_minor: int
    running_minor: int
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    tax_percent: tuple[Decimal, ...] = ()
    note: str = ""
    service_from: date | None = None
    service_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxTotal:
    """The tax of one rate on the document: its base and the tax. ``exempt`` names the reason where nothing is charged."""

    label: str
    percent: Decimal
    net_minor: int
    tax_minor: int
    exempt: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """A named amount: a discount, a credit that was set off, a use of a credit note (then with its day)."""

    text: str
    amount_minor: int
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """``subtotal + Σ discounts = net``, ``net + tax = total``, ``total + Σ settled = due``; discounts and settled are negative."""

    subtotal_minor: int
    net_minor: int
    tax_minor: int
    total_minor: int
    due_minor: int
    discounts: tuple[Amount, ...] = ()
    settled: tuple[Amount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDocument(Document):
    """An invoice: kind ``invoice``. ``pay`` is left out where nothing is to be sent (paid, or collected by the seller)."""

    due_on: date
    lines: tuple[Line, ...]
    totals: Totals
    taxes: tuple[TaxTotal, ...] = ()
    subject: str = ""
    purchase_order: str = ""
    pay: PayBy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNoteDocument(Document):
    """A credit note: kind ``credit_note``. It names the invoice it corrects, why, and what becomes of the credit."""

    lines: tuple[Line, ...]
    totals: Totals
    taxes: tuple[TaxTotal, ...] = ()
    invoice_number: str = ""
    invoice_issued_on: date | None = None
    reason: str = ""
    uses: tuple[Amount, ...] = ()
    purchase_order: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One column of an aging: ``days_from`` – ``days_to`` days past due, both included; None is open-ended, so (None, 0) is not due yet."""

    days_from: int | None
    days_to: int | None
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One movement of a balance-forward statement, or one open document of an open-item statement.

    ``kind`` is a word of the templates' catalogue (``Invoice``, ``Payment``), ``text`` what stands beside it as it is. In an
    open-item statement ``charge_minor`` is the document's amount, ``open_minor`` what is left of it, and ``days_late`` counts
    from its due day. ``balance_minor`` is the sum so far in both.
    """

    day: date
    number: str
    kind: str
    balance_minor: int
    text: str = ""
    charge_minor: int | None = None
    credit_minor: int | None = None
    open_minor: int | None = None
    due_on: date | None = None
    days_late: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDocument(Document):
    """A statement of account: kind ``statement``. ``to_on`` is the last day stated; ``opening + charges + credits = closing``.

    ``credit_minor`` (negative) is credit that is not set against a document yet; with the aging it adds up to the closing balance.
    ``open_item`` chooses the list of open documents in place of the list of movements; opening, charges and credits are zero then.
    """

    from_on: date
    to_on: date
    closing_minor: int
    past_due_minor: int
    aging: tuple[Bucket, ...]
    lines: tuple[StatementLine, ...]
    open_item: bool = False
    opening_minor: int = 0
    charges_minor: int = 0
    credits_minor: int = 0
    credit_minor: int = 0
    pay: PayBy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderLine:
    """One overdue document, or a fee (without days)."""

    number: str
    amount_minor: int
    issued_on: date | None = None
    due_on: date | None = None
    days_late: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderDocument(Document):
    """A dunning letter: kind ``reminder``. ``opening`` and ``closing`` are paragraphs in the buyer's language."""

    due_on: date
    total_minor: int
    lines: tuple[ReminderLine, ...]
    subject: str = ""
    opening: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    pay: PayBy | None = None


def running_sums(amounts: Sequence[int]) -> list[int]:
    """The sum up to and including each amount: what ``Line.running_minor`` wants."""
    total = 0
    return [total := total + amount for amount in amounts]
