"""What a gateway is made of: the Protocol, its values, and the HTTP client that keeps it honest."""

from bezant.gateways.http import GatewayClient, HostRefused, NotReached, Unanswered, answer_of
from bezant.gateways.values import (
    Answer,
    Gateway,
    GatewayInfo,
    LookupRequest,
    NextAction,
    Outcome,
    PaymentRequest,
    Session,
    SessionRequest,
    SignatureError,
    WebhookEvent,
)

__all__ = [
    "Answer",
    "Gateway",
    "GatewayClient",
    "GatewayInfo",
    "HostRefused",
    "LookupRequest",
    "NextAction",
    "NotReached",
    "Outcome",
    "PaymentRequest",
    "Session",
    "SessionRequest",
    "SignatureError",
    "Unanswered",
    "WebhookEvent",
    "answer_of",
]
