"""Keys of reconciliation: what makes two spans of coverage the same thing.

- a *charge key* names a charge of a plan over all its versions: ``pro/seats``;
- a *price key* changes with anything that changes the price of a full period: price model, currency, interval, quantity;
- a *lane* is the number under which the database keeps spans of one (subscription, charge, layer) apart.
"""

from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

from bezant.sdk.values import calendars
from bezant_catalog.contracts import PriceModel

LANE_BITS = 62


def charge_key(plan_code: str, charge_code: str) -> str:
    """``plan/charge``."""
    return f"{plan_code}/{charge_code}"


@lru_cache(maxsize=4096)
def price_key(price: PriceModel, currency: str, interval: calendars.Interval, prorated: bool) -> str:
    """A short digest of all that makes a unit price."""
    text = f"{type(price).__name__}|{price!r}|{currency}|{interval.unit}|{interval.count}|{prorated}"
    return blake2b(text.encode(), digest_size=9).hexdigest()


def with_quantity(key: str, quantity: Decimal) -> str:
    """The price key of a charge whose whole price changes with its quantity."""
    return f"{key}*{quantity.normalize():f}"


def lane(subscription: UUID, charge: str, layer: str) -> int:
    """A 62-bit number for (subscription, charge key, layer)."""
    digest = blake2b(subscription.bytes + charge.encode() + b"|" + layer.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> (64 - LANE_BITS)
