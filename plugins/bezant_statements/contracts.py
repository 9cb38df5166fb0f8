"""What other plugins may know of statements: frozen values, events and a readable table.

Amounts are whole minor units; what the account owes is positive, what it is owed is negative. Days are days of the legal entity's
zone. A statement is never changed: a later one of the same account, period and kind supersedes it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from bezant.sdk.values import DomainEvent, ReadModel, SourceRef

BALANCE_FORWARD = "balance_forward"
OPEN_ITEM = "open_item"
Kind = Literal["balance_forward", "open_item"]
"""Balance forward: opening balance, what happened in the period, closing balance. Open item: every document with something left."""

STATEMENT = "statements.statement"
"""Type of a reference to a statement."""

STATEMENTS = ReadModel(
    "statements_statements",
    id="uuid",
    number="text",
    kind="text",
    account_id="uuid",
    legal_entity_id="uuid",
    currency="text",
    from_on="day",
    to_on="day",
    issued_on="day",
    closing_minor="minor",
    past_due_minor="minor",
)


@dataclass(frozen=True, slots=True)
class Bucket:
    """What falls due ``days_from`` to ``days_to`` days before the day that is looked at, both included; None leaves a side open.

    The first bucket is (None, 0): not due yet, or due on that very day.
    """

    days_from: int | None
    days_to: int | None
    amount_minor: int

    @property
    def label(self) -> str:
        """``current``, ``1-30``, ``91+``."""
        if self.days_from is None:
            return "current"
        return f"{self.days_from}+" if self.days_to is None else f"{self.days_from}-{self.days_to}"


@dataclass(frozen=True, slots=True)
class Aging:
    """What is owed by age. ``credit_minor`` (negative) is credit not yet set against anything; buckets and credit add up to the balance."""

    buckets: tuple[Bucket, ...]
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """Everything together: the ledger's balance."""
        return sum(bucket.amount_minor for bucket in self.buckets) + self.credit_minor

    @property
    def past_due_minor(self) -> int:
        """What should have been paid already."""
        return sum(bucket.amount_minor for bucket in self.buckets if bucket.days_from is not None)


@dataclass(frozen=True, slots=True)
class AgingRow:
    """The aging of an account with a legal entity in a currency, as of the day ``as_of``; ``id`` names the three."""

    id: str
    account_id: UUID
    legal_entity_id: UUID
    currency: str
    as_of: date
    aging: Aging


@dataclass(frozen=True, slots=True)
class StatementLineInfo:
    """A line of a statement.

    Balance forward: a movement, ``amount_minor`` signed, ``balance_minor`` the balance after it. Open item: a document with
    ``amount_minor`` (signed), of which ``open_minor`` is left, ``balance_minor`` the sum so far; ``days_late`` counts from ``due_on``.
    """

    position: int
    day: date
    source: SourceRef
    word: str
    description: str
    amount_minor: int
    open_minor: int | None
    due_on: date | None
    days_late: int | None
    balance_minor: int

    @property
    def settled_minor(self) -> int | None:
        """What of a document was paid, credited or used, signed like it; None for a movement."""
        return None if self.open_minor is None else self.amount_minor - self.open_minor


@dataclass(frozen=True, slots=True)
class StatementInfo:
    """A statement as issued. ``to_on`` is the last day it states; opening + charges + credits = closing, which is also what the
    aging adds up to. ``superseded_by_id`` names the later statement that replaces it, if there is one."""

    id: UUID
    number: str
    kind: str
    account_id: UUID
    legal_entity_id: UUID
    currency: str
    from_on: date
    to_on: date
    issued_on: date
    opening_minor: int
    charges_minor: int
    credits_minor: int
    closing_minor: int
    past_due_minor: int
    aging: Aging
    run_id: UUID | None
    superseded_by_id: UUID | None = None

    @property
    def status(self) -> str:
        """``issued`` or ``superseded``."""
        return "superseded" if self.superseded_by_id else "issued"


@dataclass(frozen=True, slots=True)
class NewStatement:
    """What to state: ``kind``, the days from ``from_on`` to ``to_on`` (both included; an open-item statement looks at ``to_on`` alone)."""

    account_id: UUID
    kind: Kind
    from_on: date
    to_on: date
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class NewRun:
    """Statements for all accounts that have any, or for those of one legal entity. ``skip_settled`` leaves out accounts that owe
    nothing, are owed nothing and did nothing in the period."""

    kind: Kind
    from_on: date
    to_on: date
    legal_entity_id: UUID | None = None
    skip_settled: bool = True


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A statement run. ``state`` is queued, running or done; ``parked`` counts accounts that failed, each with its reason."""

    id: UUID
    kind: str
    from_on: date
    to_on: date
    legal_entity_id: UUID | None
    skip_settled: bool
    state: str
    accounts: int
    done: int
    issued: int
    skipped: int
    parked: int
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ParkedAccount:
    """An account whose statement failed in a run, and why."""

    account_id: UUID
    message: str


@dataclass(frozen=True, slots=True)
class StatementIssued(DomainEvent):
    """A statement was issued; the aggregate is the statement."""

    type: ClassVar[str] = "statements.statement.issued"

    account_id: UUID
    legal_entity_id: UUID


@dataclass(frozen=True, slots=True)
class RunFinished(DomainEvent):
    """A statement run is through; the aggregate is the run."""

    type: ClassVar[str] = "statements.run.finished"

    issued: int
    parked: int
