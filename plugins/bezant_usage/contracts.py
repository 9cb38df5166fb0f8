"""What other plugins may know of usage: events in, outcomes, windows to measure, what was measured, and two hooks.

**Events.** ``(source, transaction_id)`` names an event for ever. Sending it again with the same content is a *duplicate* and does
nothing; with other content it is a *conflict* and is refused. A correction is an event of its own that names the event it
``replaces``; with ``deleted`` it only takes that one out. Nothing that was accepted is ever changed.

**Properties** are flat and are kept as text, numbers exactly as they were written: ``{"seats": "149", "origin": "EWR"}``. On arrival
``local_hour`` (``0`` to ``23``, the hour in the account's zone) is added to them, so that a metric can filter on the time of day;
so is the ``field`` of every metric that computes it by an ``expression``.

**Windows** are half-open, ``from_at <= at < to_at``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from bezant.sdk.values import DomainEvent, ReadModel, hookspec
from bezant_catalog.contracts import Delta, GroupMeasure, Measurement, Metric, MetricFilter

DEFAULT_SOURCE = "api"
LOCAL_HOUR = "local_hour"
"""The property that every event is given on arrival: the hour of its instant in the account's time zone, ``0`` to ``23``."""

PropertyValue = str | int | bool | Decimal | None
EventStatus = Literal["accepted", "duplicate", "conflict", "rejected"]

EVENTS = ReadModel(
    "usage_events",
    id="integer",
    source="text",
    transaction_id="text",
    type="text",
    at="instant",
    account_id="uuid",
    subscription_id="uuid",
    replaces_id="integer",
    deleted="boolean",
    batch_id="uuid",
)
"""Readable for joins and lists; ``id`` grows with arrival."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One event as it comes in. ``account`` and ``subscription`` are external ids; one of the two is needed.

    ``replaces`` is the transaction id (of the same source) of the event that this one corrects; with ``deleted`` it takes that
    event out and measures nothing itself.
    """

    transaction_id: str
    type: str
    at: datetime
    account: str | None = None
    subscription: str | None = None
    properties: Mapping[str, PropertyValue] = field(default_factory=dict)
    source: str = DEFAULT_SOURCE
    replaces: str | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class EventOutcome:
    """What became of one event. ``code`` is stable and for machines, ``reason`` names cause and remedy; both are empty when accepted."""

    source: str
    transaction_id: str
    status: EventStatus
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """What to measure: a metric over the events of a subscription (or account) in ``[from_at, to_at)``.

    - ``subscription_id``: only its events, and the account's that name no subscription if ``include_account_events``; None: all of
      the account's.
    - ``filters`` come on top of the metric's own; ``dimensions`` split the quantity (default: the metric's ``group_by``).
    - ``zone``: weigh by local days of that zone (prorated levels, section 1, rule 13 of the semantics): a change counts from its own day
      on, divided by ``period_days`` (default: the window's own days).
    - ``transactions``, ``deltas``: also answer the single amounts, or the single changes of level, where a price model asks for them.
    - ``amount_property``: also sum this property, for prices that the events carry.
    """

    key: str
    account_id: UUID
    metric: Metric
    from_at: datetime
    to_at: datetime
    subscription_id: UUID | None = None
    include_account_events: bool = True
    dimensions: tuple[str, ...] | None = None
    filters: tuple[MetricFilter, ...] = ()
    zone: str | None = None
    period_days: int | None = None
    transactions: bool = False
    deltas: bool = False
    amount_property: str | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What one window came to. ``quantity`` is rounded by the metric; ``groups`` split it by ``dimensions`` (empty without any).

    ``full_quantity`` is the level in whole units where the window was weighed by days, else the same as ``quantity``.
    """

    key: str
    quantity: Decimal = Decimal(0)
    events: int = 0
    dimensions: tuple[str, ...] = ()
    groups: tuple[GroupMeasure, ...] = ()
    full_quantity: Decimal = Decimal(0)
    transactions: tuple[Decimal, ...] | None = None
    carried_amount: Decimal | None = None
    deltas: tuple[Delta, ...] = ()

    @property
    def measurement(self) -> Measurement:
        """The same as the catalog rates it."""
        return Measurement(
            quantity=self.quantity,
            events=self.events,
            dimensions=self.dimensions,
            groups=self.groups,
            transactions=self.transactions,
            carried_amount=self.carried_amount,
            deltas=self.deltas,
            full_quantity=self.full_quantity,
        )


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an event names, by external ids."""

    account: str | None
    subscription: str | None


@dataclass(frozen=True, slots=True)
class ResolvedSubject:
    """Whose event it is. ``subscription_id`` is None where the event names no subscription."""

    account_id: UUID
    subscription_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it is kept. ``live`` is false once another event replaced it, and for deletions themselves."""

    id: int
    source: str
    transaction_id: str
    type: str
    at: datetime
    account_id: UUID
    subscription_id: UUID | None
    properties: Mapping[str, str]
    received_at: datetime
    live: bool = True


@dataclass(frozen=True, slots=True)
class ExplanationStep:
    """One sentence of "why was this (not) billed". ``ok`` is None where the step neither helps nor hinders (waiting for the next run)."""

    code: str
    text: str
    ok: bool | None = True
    url: str = ""


@dataclass(frozen=True, slots=True)
class UsageReceived(DomainEvent):
    """Events of an account came in; ``aggregate_id`` is the account, the instants are the earliest and latest of the events' own."""

    type: ClassVar[str] = "usage.events.received"
    earliest: datetime
    latest: datetime
    count: int


@hookspec(on_error="raise")
def bezant_resolve_subjects(subjects: Sequence[Subject]) -> Mapping[Subject, ResolvedSubject]:
    """Whose events these are, for subjects that name a subscription; what is not known is left out of the answer.

    Called by ``usage.services.ingest`` once per batch, inside its transaction, with the distinct subjects of the batch. Answers of
    several plugins are merged, the first one wins; a subject that nobody knows has its events rejected. An exception rejects
    the whole batch.
    """
    raise AssertionError("a specification is never called")


@hookspec(on_error="omit")
def bezant_explain_events(events: Sequence[StoredEvent]) -> Mapping[int, tuple[ExplanationStep, ...]]:
    """Why each of these events was billed, is still to be billed, or will not be: event id → steps, in the order to be read.

    Called by ``usage.services.explain``, outside a transaction, with events that are live. Steps of several plugins are put one after the
    other. An exception leaves that plugin's steps out.
    """
    raise AssertionError("a specification is never called")
