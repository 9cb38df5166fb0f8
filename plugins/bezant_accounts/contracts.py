"""What other plugins may know of accounts and legal entities: frozen values, events and readable tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol
from uuid import UUID

from bezant.sdk.values import DomainEvent, ReadModel, SourceRef

LEGAL_ENTITIES = ReadModel(
    "accounts_legal_entities",
    id="uuid",
    code="text",
    name="text",
    currency="text",
    timezone="text",
    locale="text",
    country="text",
    archived="boolean",
)
"""Readable for joins and lists."""

ACCOUNTS = ReadModel(
    "accounts_accounts",
    id="uuid",
    number="text",
    external_id="text",
    name="text",
    email="text",
    currency="text",
    timezone="text",
    locale="text",
    legal_entity_id="uuid",
    payment_terms_days="integer",
    bill_cycle_day="integer",
    parent_id="uuid",
    payer_id="uuid",
    tax_exempt="boolean",
    country="text",
    region="text",
    archived="boolean",
)
"""Readable for joins and lists."""


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; ``country`` is ISO 3166-1 alpha-2, ``region`` the subdivision without its country (``NY``)."""

    line1: str = ""
    line2: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class TaxId:
    """A tax number as people write it, checked offline; ``kind`` is ``eu_vat``, ``gb_vat``, ``us_ein``, … (see ``domain.tax_ids``)."""

    kind: str
    value: str
    country: str


@dataclass(frozen=True, slots=True)
class BankDetails:
    """Where payers send money; any part may be empty. ``iban`` and ``bic`` are compact and checked."""

    holder: str = ""
    bank: str = ""
    iban: str = ""
    bic: str = ""
    account: str = ""
    routing: str = ""


@dataclass(frozen=True, slots=True)
class LegalEntityInfo:
    """Who issues documents: everything that a document's head and foot need, and the calendar that dates it."""

    id: UUID
    code: str
    name: str
    currency: str
    timezone: str
    locale: str
    country: str
    address: Address = Address()
    tax_ids: tuple[TaxId, ...] = ()
    email: str = ""
    phone: str = ""
    website: str = ""
    tagline: str = ""
    legal_text: str = ""
    bank: BankDetails = BankDetails()
    payment_terms_days: int = 30
    paper: str = "a4"
    archived: bool = False
    is_default: bool = False
    version: int = 1


class Sender(Protocol):
    """What a printed document says of its sender: a ``LegalEntityInfo``, or what was kept of one when the document was issued."""

    @property
    def name(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def address(self) -> Address: ...
    @property
    def tax_ids(self) -> tuple[TaxId, ...]: ...
    @property
    def email(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def website(self) -> str: ...
    @property
    def tagline(self) -> str: ...
    @property
    def legal_text(self) -> str: ...
    @property
    def bank(self) -> BankDetails: ...
    @property
    def paper(self) -> str: ...


class Addressee(Protocol):
    """What a printed document says of whom it is sent to: an ``AccountInfo``, or what was kept of one."""

    @property
    def name(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def external_id(self) -> str | None: ...
    @property
    def address(self) -> Address: ...
    @property
    def locale(self) -> str: ...
    @property
    def tax_ids(self) -> tuple[TaxId, ...]: ...


@dataclass(frozen=True, slots=True)
class NewLegalEntity:
    """Input of ``create_legal_entity``. ``number_formats`` maps a series (``invoice``) to a format: ``{code}-{year}-{number:6}``."""

    code: str
    name: str
    currency: str
    timezone: str
    country: str
    locale: str = "en_US"
    address: Address = Address()
    tax_ids: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    website: str = ""
    tagline: str = ""
    legal_text: str = ""
    bank: BankDetails = BankDetails()
    payment_terms_days: int = 30
    paper: str = ""
    number_formats: Mapping[str, str] = field(default_factory=dict)
    is_default: bool = False
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """Who is billed. ``payer_id`` is the account whose money pays: itself, or the parent that pays for it."""

    id: UUID
    number: str
    external_id: str | None
    name: str
    email: str
    currency: str
    timezone: str
    locale: str
    legal_entity_id: UUID
    payment_terms_days: int
    bill_cycle_day: int | None
    parent_id: UUID | None
    payer_id: UUID
    country: str
    region: str
    tax_ids: tuple[TaxId, ...] = ()
    tax_exempt: bool = False
    archived: bool = False
    address: Address = Address()
    currency_frozen: bool = False
    invoice_as_draft: bool = False
    created_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Input of ``create_account``. What is ``None`` is taken from the legal entity; ``tax_ids`` are texts such as ``DE136695976``."""

    name: str
    currency: str | None = None
    external_id: str | None = None
    email: str = ""
    legal_entity_id: UUID | None = None
    timezone: str | None = None
    locale: str | None = None
    payment_terms_days: int | None = None
    bill_cycle_day: int | None = None
    parent_id: UUID | None = None
    parent_pays: bool = False
    address: Address = Address()
    tax_ids: tuple[str, ...] = ()
    tax_exempt: bool = False
    invoice_as_draft: bool = False
    number: str | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ContactInfo:
    """A person at an account. ``roles`` say what is sent to them: ``billing``, ``technical``, ``legal``, ``other``."""

    id: UUID
    account_id: UUID
    name: str
    email: str
    phone: str
    roles: tuple[str, ...]
    locale: str | None
    archived: bool
    version: int


@dataclass(frozen=True, slots=True)
class NewContact:
    """Input of ``create_contact``."""

    account_id: UUID
    name: str
    email: str = ""
    phone: str = ""
    roles: tuple[str, ...] = ("billing",)
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class AddressInfo:
    """A further address of an account. ``kind`` is ``delivery``, ``service`` or ``other``; ``name`` who is addressed there."""

    id: UUID
    account_id: UUID
    kind: str
    name: str
    address: Address
    archived: bool
    version: int


@dataclass(frozen=True, slots=True)
class NewAddress:
    """Input of ``create_address``."""

    account_id: UUID
    address: Address
    kind: str = "delivery"
    name: str = ""


HOLD_STOPS = ("billing", "collection", "dunning")
"""What a hold can stop: the billing run, automatic payments, reminders."""


@dataclass(frozen=True, slots=True)
class NewHold:
    """Input of ``place_hold``: why something is held back, and what that stops.

    ``subject_id`` is what is held (an open item, say), the whole account where ``None``; ``amount_minor`` how much of it, all where
    ``None``; ``source`` the dispute, ticket or promise behind it; ``until`` (UTC) when it ends by itself.
    """

    account_id: UUID
    reason: str
    stops: tuple[str, ...] = ("collection", "dunning")
    subject_id: UUID | None = None
    amount_minor: int | None = None
    currency: str | None = None
    source: SourceRef | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold in force, as ``active_holds`` gives it; fields as in ``NewHold``."""

    id: UUID
    account_id: UUID
    reason: str
    stops: tuple[str, ...]
    subject_id: UUID | None
    amount_minor: int | None
    currency: str | None
    source: SourceRef | None
    placed_at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class LegalEntityCreated(DomainEvent):
    """A legal entity was set up."""

    type: ClassVar[str] = "accounts.legal_entity.created"


@dataclass(frozen=True, slots=True)
class LegalEntityChanged(DomainEvent):
    """Some of a legal entity's data changed."""

    type: ClassVar[str] = "accounts.legal_entity.changed"


@dataclass(frozen=True, slots=True)
class AccountCreated(DomainEvent):
    """An account was created."""

    type: ClassVar[str] = "accounts.account.created"

    legal_entity_id: UUID


@dataclass(frozen=True, slots=True)
class AccountChanged(DomainEvent):
    """Some of an account's data changed; ``fields`` names them, comma separated."""

    type: ClassVar[str] = "accounts.account.changed"

    fields: str


@dataclass(frozen=True, slots=True)
class AccountArchived(DomainEvent):
    """An account was archived: it is billed no more and hidden from lists."""

    type: ClassVar[str] = "accounts.account.archived"


@dataclass(frozen=True, slots=True)
class AccountRestored(DomainEvent):
    """An archived account came back."""

    type: ClassVar[str] = "accounts.account.restored"


@dataclass(frozen=True, slots=True)
class HoldPlaced(DomainEvent):
    """Something of an account is held back; the aggregate is the account."""

    type: ClassVar[str] = "accounts.hold.placed"

    hold_id: UUID


@dataclass(frozen=True, slots=True)
class HoldReleased(DomainEvent):
    """A hold ended before its time; the aggregate is the account."""

    type: ClassVar[str] = "accounts.hold.released"

    hold_id: UUID


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Where a series stands: the last number taken in a year (0: none yet)."""

    legal_entity_id: UUID
    series: str
    year: int
    last: int
