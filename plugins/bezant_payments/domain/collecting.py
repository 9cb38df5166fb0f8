"""Automatic collection: whether an open item is collected now, later or not at all."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bezant_accounts.contracts import Hold
from bezant_ledger.contracts import OpenItemInfo
from bezant_payments.contracts import MethodInfo

HELD_BACK = timedelta(days=1)
"""When an item is looked at again that a hold without an end keeps from being collected."""

BUSY = timedelta(hours=1)
"""When an item is looked at again that another attempt is being made for."""


@dataclass(frozen=True, slots=True)
class Decision:
    """``minor`` > 0: collect that much now. Else look again at ``again_at``; without it never, for ``reason``."""

    minor: int = 0
    again_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Usable:
    """What a gateway can do for automatic collection; no currencies: all."""

    currencies: frozenset[str]


def decide(
    item: OpenItemInfo | None,
    method: MethodInfo | None,
    usable: Usable | None,
    holds: Sequence[Hold],
    live: Collection[UUID],
    now: datetime,
) -> Decision:
    """Whether an item is collected: something is left, nobody else is at it, no hold covers it, and a method can take it.

    ``method`` is the payer's default, ``usable`` its gateway (``None``: not there, or it cannot collect by itself), ``live`` the items
    with an attempt that is not final.
    """
    if item is None or item.is_settled:
        return Decision(reason="settled")
    if item.id in live:
        return Decision(again_at=now + BUSY, reason="attempt_under_way")
    held = _held(item, holds)
    if held >= item.residual_minor:
        return Decision(again_at=_end(item, holds) or now + HELD_BACK, reason="on_hold")
    if method is None:
        return Decision(reason="no_method")
    if usable is None:
        return Decision(reason="gateway_not_automatic")
    if usable.currencies and item.currency not in usable.currencies:
        return Decision(reason="currency_not_supported")
    return Decision(minor=item.residual_minor - held)


def _held(item: OpenItemInfo, holds: Sequence[Hold]) -> int:
    """How much of an item is held back; all of it where a hold names no amount."""
    return sum(item.residual_minor if hold.amount_minor is None else hold.amount_minor for hold in _covering(item, holds))


def _end(item: OpenItemInfo, holds: Sequence[Hold]) -> datetime | None:
    ends = [hold.until for hold in _covering(item, holds)]
    return min((end for end in ends if end is not None), default=None) if all(ends) else None


def _covering(item: OpenItemInfo, holds: Sequence[Hold]) -> list[Hold]:
    """The holds on an item, its document, or the whole account."""
    return [hold for hold in holds if hold.subject_id in (None, item.id, item.source.id)]
