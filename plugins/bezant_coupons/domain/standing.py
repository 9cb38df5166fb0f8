"""What is left of a redemption, derived from the documents it lowered."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bezant_coupons.contracts import Duration, RedemptionState


@dataclass(frozen=True, slots=True)
class Terms:
    """What a redemption gives: the coupon's terms with the account's overrides."""

    percent: Decimal | None
    amount_minor: int | None
    duration: Duration
    invoices: int | None


@dataclass(frozen=True, slots=True)
class Use:
    """How many documents a redemption lowered, and by how much in all."""

    invoices: int = 0
    minor: int = 0

    def plus(self, minor: int) -> "Use":
        """After one more document."""
        return Use(self.invoices + 1, self.minor + minor)


def left_of(terms: Terms, use: Use) -> tuple[int | None, int | None]:
    """Documents left and amount left; None where that is not what limits it.

    A once-amount is limited by what is left of it, a once-percentage by the one document.
    """
    if terms.duration == "once" and terms.amount_minor is not None:
        return None, max(terms.amount_minor - use.minor, 0)
    limit = {"once": 1, "invoices": terms.invoices, "forever": None}[terms.duration]
    return None if limit is None else max(limit - use.invoices, 0), None


def standing(terms: Terms, use: Use) -> tuple[Decimal | None, int | None] | None:
    """Percentage, or the most minor units, that the next document gets; None once it is used up."""
    invoices_left, amount_left = left_of(terms, use)
    if invoices_left == 0 or amount_left == 0:
        return None
    return terms.percent, amount_left if amount_left is not None else terms.amount_minor


def state_of(terms: Terms, use: Use, ended_on: date | None) -> RedemptionState:
    """Where a redemption stands."""
    if standing(terms, use) is None:
        return "used_up"
    return "active" if ended_on is None else "ended"
