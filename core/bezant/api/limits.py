"""Rate limits: so many requests per credential, and fewer for whoever comes with wrong keys.

Headers follow draft-ietf-httpapi-ratelimit-headers: ``RateLimit-Policy`` names quota and window, ``RateLimit`` what is left
and in how many seconds the window starts anew.
"""

from dataclasses import dataclass
from typing import cast

from flask import Flask, Response, current_app, g
from limits import RateLimitItem, parse
from limits.errors import ConfigurationError as LimitsConfigurationError
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from bezant import clock
from bezant.errors import ConfigurationError, Throttled
from bezant.platform import setting

_EXTENSION = "bezant.api.limiter"


@dataclass(frozen=True, slots=True)
class Limiter:
    """Counts requests. ``requests`` and ``failures`` are the limits; ``requests`` may be off."""

    strategy: FixedWindowRateLimiter
    requests: RateLimitItem | None
    failures: RateLimitItem


def install_limits(app: Flask) -> None:
    """Sets up counting as configured. Needs an application context."""
    try:
        storage = cast(Storage, storage_from_string(str(setting("api.rate_limit_storage"))))
    except (LimitsConfigurationError, ValueError) as error:
        raise ConfigurationError(f"api.rate_limit_storage: {error}") from error
    requests = _rate("api.rate_limit") if setting("api.rate_limit") else None
    app.extensions[_EXTENSION] = Limiter(FixedWindowRateLimiter(storage), requests, _rate("api.failure_limit"))


def _rate(key: str) -> RateLimitItem:
    try:
        return parse(str(setting(key)))
    except ValueError:
        raise ConfigurationError(f"{key}: {setting(key)!r} is no limit; write it like 600/minute.") from None


def count_request(caller: str) -> None:
    """Counts one request of a credential. Raises ``Throttled`` (429) beyond the limit."""
    limiter = _limiter()
    if limiter.requests is None:
        return
    allowed = limiter.strategy.hit(limiter.requests, "requests", caller)
    left = limiter.strategy.get_window_stats(limiter.requests, "requests", caller)
    seconds = _seconds_until(left.reset_time)
    g.bezant_api_limit = (limiter.requests, left.remaining, seconds)
    if not allowed:
        raise Throttled(f"More than {limiter.requests.amount} requests in {limiter.requests.get_expiry()} seconds.", retry_after=seconds)


def count_failure(address: str) -> None:
    """Counts one wrong key from an address. Raises ``Throttled`` beyond the limit; right keys from there are not held up."""
    limiter = _limiter()
    if not limiter.strategy.hit(limiter.failures, "failures", address):
        left = limiter.strategy.get_window_stats(limiter.failures, "failures", address)
        raise Throttled("Too many requests with a wrong API key.", retry_after=_seconds_until(left.reset_time))


def add_limit_headers(response: Response) -> None:
    """Tells the caller what is left."""
    found = g.get("bezant_api_limit")
    if found is not None:
        limit, remaining, seconds = found
        response.headers["RateLimit-Policy"] = f'"default";q={limit.amount};w={limit.get_expiry()}'
        response.headers["RateLimit"] = f'"default";r={remaining};t={seconds}'


def _limiter() -> Limiter:
    found: Limiter = current_app.extensions[_EXTENSION]
    return found


def _seconds_until(instant: float) -> int:
    return max(1, round(instant - clock.system().timestamp()))
