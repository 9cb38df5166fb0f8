"""Signed webhooks: HMAC-SHA256 over the time and the raw body, compared in constant time, good for five minutes.

The header reads ``t=<unix seconds>,v1=<hex>``; several ``v1`` may stand in it, and several secrets may hold, while one is replaced.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bezant.gateways.values import SignatureError

TOLERANCE = timedelta(minutes=5)


def sign(body: bytes, secret: str, at: datetime) -> str:
    """The header of a body sent ``at``."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(body, secret, seconds)}"


def verify(body: bytes, header: str, secrets: Sequence[str], now: datetime, tolerance: timedelta = TOLERANCE) -> None:
    """Raises ``SignatureError`` unless one of the secrets signed the body within ``tolerance`` of ``now`` (system time)."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t" and value.isascii() and value.isdigit() and len(value) <= 12]
    given = [value for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not given:
        raise SignatureError("the signature is missing")
    if abs(now - datetime.fromtimestamp(int(times[0]), UTC)) > tolerance:
        raise SignatureError("the signature is too old")
    wanted = [_digest(body, secret, int(times[0])) for secret in secrets if secret]
    if not any(hmac.compare_digest(w.encode(), g.encode()) for w in wanted for g in given):
        raise SignatureError("the signature is wrong")


def header_of(headers: Mapping[str, str], name: str) -> str:
    """A header whatever its case, empty where it is missing."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def _digest(body: bytes, secret: str, seconds: int) -> str:
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
