"""What others may know of subscriptions: inputs, what is told about subscriptions and runs, events, readable tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from bezant.sdk.values import DomainEvent, ReadModel
from bezant_invoicing.contracts import IssuedPage

SUBSCRIPTION = "subscriptions.subscription"
BILLING_RUN = "subscriptions.billing_run"
"""Types of the source references by which documents name what made them."""

Alignment = Literal["calendar", "anniversary", "cycle_day"]
State = Literal["future", "active", "paused", "ended"]
RunState = Literal["queued", "running", "interrupted", "finished", "failed"]
CatchUp = Literal["per_date", "one"]
When = Literal["auto", "now", "period_end"]
UnusedPolicy = Literal["credit", "keep"]

SUBSCRIPTIONS = ReadModel(
    "subscriptions_subscriptions",
    id="uuid",
    account_id="uuid",
    external_id="text",
    currency="text",
    plan_id="uuid",
    plan_version_id="uuid",
    plan_code="text",
    quantity="decimal",
    started_at="instant",
    started_on="day",
    ends_at="instant",
    ends_on="day",
    paused_from="instant",
)
"""Readable for joins and lists: one row per subscription, with what holds now; days are the account's."""

BILLING_RUNS = ReadModel(
    "subscriptions_billing_runs",
    id="uuid",
    state="text",
    trigger="text",
    through="day",
    started_at="instant",
    finished_at="instant",
    total="integer",
    done="integer",
    invoices="integer",
    credit_notes="integer",
    parked="integer",
)
"""Readable for joins and lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscription:
    """Input of ``subscribe``. What is None is taken from the settings, from the account, or is now.

    ``start_on`` and ``end_on`` are days of the account's zone (midnight); an end on the first day of a period ends the period
    before it. ``plan`` is a plan's code; ``key`` makes repeating the call harmless.
    """

    account_id: UUID
    plan: str
    external_id: str | None = None
    start_on: date | None = None
    start_at: datetime | None = None
    end_on: date | None = None
    quantity: Decimal = Decimal(1)
    alignment: Alignment | None = None
    cycle_day: int | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionInfo:
    """A subscription as its facts have it at this moment. Days are the account's.

    ``late_usage_from``: the earliest usage that became known after its time was billed and that no run has looked at since.
    """

    id: UUID
    account_id: UUID
    external_id: str | None
    currency: str
    plan_code: str
    plan_version_id: UUID
    quantity: Decimal
    state: State
    started_at: datetime
    started_on: date
    ends_at: datetime | None
    ends_on: date | None
    paused_from: datetime | None
    billed_through: date | None
    next_due_on: date | None
    late_usage_from: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class FactInfo:
    """A fact of the timeline, for people. ``summary`` says it in a sentence; ``withdrawn`` facts no longer count."""

    seq: int
    kind: str
    effective_at: datetime
    local_day: date
    recorded_at: datetime
    summary: str
    payload: Mapping[str, object]
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class StretchInfo:
    """What holds over ``[start, end)``; ``end`` is None where nothing ends it."""

    start: date
    end: date | None
    plan_code: str
    quantity: Decimal
    phase: str


@dataclass(frozen=True, slots=True)
class TimelineInfo:
    """A subscription's facts and what they come to."""

    subscription: SubscriptionInfo
    facts: tuple[FactInfo, ...]
    stretches: tuple[StretchInfo, ...]


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A billing run. ``amounts``: currency → (invoiced, credited) in minor units; times are the machine's."""

    id: UUID
    state: RunState
    trigger: str
    through: date
    catch_up: CatchUp
    started_at: datetime
    seen_at: datetime
    finished_at: datetime | None
    total: int
    done: int
    invoices: int
    credit_notes: int
    lines: int
    parked: int
    amounts: Mapping[str, tuple[int, int]]
    billing_date: date | None
    note: str

    @property
    def lasted(self) -> timedelta:
        """How long it ran, so far."""
        return (self.finished_at or self.seen_at) - self.started_at

    @property
    def invoices_per_second(self) -> Decimal:
        """Invoices per second, so far, to one decimal."""
        milliseconds = self.lasted // timedelta(milliseconds=1)
        return (Decimal(self.invoices * 1000) / milliseconds).quantize(Decimal("0.1")) if milliseconds else Decimal(0)

    @property
    def ends_at(self) -> datetime | None:
        """When it will be through at this speed; None where that cannot be told."""
        if self.finished_at or not self.done or self.done >= self.total:
            return self.finished_at
        return self.seen_at + self.lasted * (self.total - self.done) / self.done


@dataclass(frozen=True, slots=True)
class Parked:
    """An account that could not be billed: why, and what would mend it."""

    account_id: UUID
    subscription_id: UUID | None
    billing_date: date
    code: str
    explanation: str
    remedy: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be issued on a billing date, without numbers; and accounts that could not be computed."""

    billing_date: date
    page: IssuedPage
    parked: tuple[Parked, ...] = ()


@dataclass(frozen=True, slots=True)
class SubscriptionStarted(DomainEvent):
    """A subscription was made; it starts at ``starts_at``, perhaps later."""

    type: ClassVar[str] = "subscriptions.subscription.started"
    account_id: UUID
    plan_code: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class SubscriptionChanged(DomainEvent):
    """A fact was added to a subscription's timeline, effective at an instant of the past, now or later."""

    type: ClassVar[str] = "subscriptions.subscription.changed"
    account_id: UUID
    kind: str
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class SubscriptionCancelled(DomainEvent):
    """A subscription was cancelled; it ends at ``ends_at``, perhaps later."""

    type: ClassVar[str] = "subscriptions.subscription.cancelled"
    account_id: UUID
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class BillingRunFinished(DomainEvent):
    """A billing run came to its end; ``aggregate_id`` is the run."""

    type: ClassVar[str] = "subscriptions.run.finished"
    through: date
    invoices: int
    credit_notes: int
    parked: int
