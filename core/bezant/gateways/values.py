"""What goes into a gateway and what comes out: frozen values, no session, no ORM, no request.

A gateway answers one of five things. *Unknown* is never *failed*: whoever cannot tell says unknown, and the platform asks again by
``lookup``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from bezant.money import Money


class Outcome(StrEnum):
    """The five answers."""

    SUCCEEDED = "succeeded"
    PENDING = "pending"  # accepted, not final; ``next_action`` may say what the payer has to do
    DECLINED = "declined"  # a final no; ``hard`` ones must not be tried again
    NOT_ATTEMPTED = "not_attempted"  # it never reached the processor
    UNKNOWN = "unknown"  # time-out, exception, nonsense: it may have happened


@dataclass(frozen=True, slots=True)
class NextAction:
    """What the payer has to do: ``redirect`` to ``url``, or ``display`` the ``details`` (a reference to transfer to)."""

    kind: str
    url: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """A gateway's answer. ``reference`` is the processor's own; ``processed`` is what it moved, where it differs from what was asked."""

    outcome: Outcome
    reference: str = ""
    processed: Money | None = None
    reason_code: str = ""
    message: str = ""
    hard: bool = False
    next_action: NextAction | None = None


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """One call that moves money. ``key`` is unique for ever: a second call with the same key must not move money again.

    ``parent_reference`` is the processor's reference of the transaction that a capture, refund or void belongs to.
    """

    key: str
    amount: Money
    method_token: str
    description: str = ""
    account_id: UUID | None = None
    parent_reference: str = ""
    return_url: str = ""
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LookupRequest:
    """Asks what became of an earlier call, by its key and, where known, its reference."""

    key: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """Asks for a hosted page (or fields) in which the payer enters a method, or pays an amount."""

    account_id: UUID
    return_url: str
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A hosted page."""

    url: str
    reference: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """What a processor told. ``id`` is its own, so that a repeat is known; ``key`` or ``reference`` names the transaction."""

    id: str
    kind: str
    answer: Answer
    key: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class GatewayInfo:
    """What a gateway is and can do. Empty ``currencies`` or ``countries``: all. ``automatic``: it can collect without the payer.
    ``by_hand``: it calls nobody; people carry payments out and say so. Business time may travel only where every other is in ``test_mode``.

    ``capabilities`` are names of the methods below that it offers: ``purchase``, ``refund``, ``lookup``, ``session``, ``webhook``, …
    """

    key: str
    title: str
    capabilities: frozenset[str]
    currencies: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    test_mode: bool = False
    automatic: bool = True
    by_hand: bool = False


class SignatureError(ValueError):
    """A webhook whose signature is missing, wrong or too old."""


class NotSupportedError(ValueError):
    """The gateway cannot do this: it has no hosted page, say."""


class Gateway(Protocol):
    """What a vendor implements. A method that the processor lacks answers ``NOT_ATTEMPTED`` and is left out of the capabilities."""

    @property
    def info(self) -> GatewayInfo:
        """What it is and can do; no network."""

    def create_session(self, request: SessionRequest) -> Session:
        """A hosted page for the payer. Raises ``NotSupportedError`` without the capability ``session``."""

    def authorize(self, request: PaymentRequest) -> Answer:
        """Reserves money."""

    def capture(self, request: PaymentRequest) -> Answer:
        """Takes reserved money, in whole or in part."""

    def purchase(self, request: PaymentRequest) -> Answer:
        """Takes money at once."""

    def refund(self, request: PaymentRequest) -> Answer:
        """Gives taken money back."""

    def void(self, request: PaymentRequest) -> Answer:
        """Lets reserved money go."""

    def lookup(self, request: LookupRequest) -> Answer:
        """What became of an earlier call; ``NOT_ATTEMPTED`` where the processor has never heard of it."""

    def parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> Sequence[WebhookEvent]:
        """The events in a webhook. Raises ``SignatureError`` unless the processor signed it recently."""
