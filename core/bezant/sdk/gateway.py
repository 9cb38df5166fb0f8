"""What a gateway is made of: the Protocol, its values, a base to inherit, and the HTTP client that keeps it honest."""

from bezant.gateways.base import NOT_SUPPORTED, GatewayBase
from bezant.gateways.http import GatewayClient, HostRefused, NotReached, Unanswered, answer_of
from bezant.gateways.signatures import header_of, sign, verify
from bezant.gateways.values import (
    Answer,
    Gateway,
    GatewayInfo,
    LookupRequest,
    NextAction,
    NotSupportedError,
    Outcome,
    PaymentRequest,
    Session,
    SessionRequest,
    SignatureError,
    WebhookEvent,
)

__all__ = [
    "NOT_SUPPORTED",
    "Answer",
    "Gateway",
    "GatewayBase",
    "GatewayClient",
    "GatewayInfo",
    "HostRefused",
    "LookupRequest",
    "NextAction",
    "NotReached",
    "NotSupportedError",
    "Outcome",
    "PaymentRequest",
    "Session",
    "SessionRequest",
    "SignatureError",
    "Unanswered",
    "WebhookEvent",
    "answer_of",
    "header_of",
    "sign",
    "verify",
]
