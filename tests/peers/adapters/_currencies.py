"""Currencies that ISO 4217 does not have, and amounts of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from bezant.money import FurtherCurrency, Money, round_to_minor, use_currencies

FURTHER = (FurtherCurrency("BTC", 8),)


@contextmanager
def further_currencies() -> Iterator[None]:
    """As in a deployment that has configured them."""
    use_currencies(FURTHER)
    try:
        yield
    finally:
        use_currencies(())


def money(text: str, currency: str) -> Money:
    """An amount, which may have more decimals than its currency."""
    return Money(round_to_minor(Decimal(text), currency), currency)
