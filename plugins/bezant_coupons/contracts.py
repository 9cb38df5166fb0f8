"""What others may know of coupons."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from bezant.sdk.values import DomainEvent, Exact, ReadModel

Kind = Literal["percentage", "amount"]
Duration = Literal["once", "invoices", "forever"]
RedemptionState = Literal["active", "used_up", "ended"]

REDEMPTION = "coupons.redemption"
"""Type of the source references by which invoices name what lowered them."""

COUPONS = ReadModel("coupons_coupons", id="uuid", code="text", name="text", kind="text")
REDEMPTIONS = ReadModel("coupons_redemptions", id="uuid", coupon_id="uuid", account_id="uuid", from_on="day", ended_on="day")


@dataclass(frozen=True, slots=True)
class Limits:
    """Codes of plans, charges and metrics whose lines a coupon lowers; empty for all. A line must pass each kind that is limited."""

    plans: tuple[str, ...] = ()
    charges: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class NewCoupon:
    """A coupon to be created.

    ``percentage`` takes ``percent`` of the eligible lines, ``amount`` up to ``amount_minor`` of ``currency`` off each invoice (off
    all together where it holds ``once``; its unused rest waits for the next invoice). ``duration`` ``invoices`` means the first
    ``invoices`` documents that it lowers. It may be redeemed before ``redeem_by`` and ``max_redemptions`` times in all, by one account once
    unless ``reusable``. Coupons of a lower ``order`` are taken first; where an ``exclusive`` one applies, it alone does.
    """

    code: str
    name: str
    kind: Kind = "percentage"
    percent: Decimal | None = None
    amount_minor: int | None = None
    currency: str | None = None
    duration: Duration = "once"
    invoices: int | None = None
    limits: Limits = NO_LIMITS
    redeem_by: date | None = None
    max_redemptions: int | None = None
    reusable: bool = False
    exclusive: bool = False
    order: int = 0


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon as it is stored; fields as in :class:`NewCoupon`."""

    id: UUID
    code: str
    name: str
    kind: Kind
    percent: Decimal | None
    amount_minor: int | None
    currency: str | None
    duration: Duration
    invoices: int | None
    limits: Limits
    redeem_by: date | None
    max_redemptions: int | None
    reusable: bool
    exclusive: bool
    order: int
    archived: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class NewRedemption:
    """A coupon for an account, from the documents of ``from_on`` on (None: today).

    ``percent``, ``amount_minor`` and ``invoices`` override what the coupon says, for this account.
    """

    coupon: str
    account_id: UUID
    from_on: date | None = None
    percent: Decimal | None = None
    amount_minor: int | None = None
    invoices: int | None = None


@dataclass(frozen=True, slots=True)
class Redemption:
    """A redeemed coupon and what is left of it.

    ``used_invoices`` and ``used_minor`` are what finalized documents, void ones left out, say. ``invoices_left`` is None for ever and for
    a once-amount, whose rest is ``amount_left_minor``.
    """

    id: UUID
    coupon: Coupon
    account_id: UUID
    redeemed_at: datetime
    from_on: date
    ended_on: date | None
    percent: Decimal | None
    amount_minor: int | None
    invoices: int | None
    used_invoices: int
    used_minor: int
    invoices_left: int | None
    amount_left_minor: int | None
    state: RedemptionState


@dataclass(frozen=True, slots=True)
class DiscountLine:
    """What a coupon looks at of a document line; its amount in whole minor units."""

    amount_minor: int
    plan_code: str = ""
    charge_code: str = ""
    metric_code: str = ""
    discountable: bool = True


@dataclass(frozen=True, slots=True)
class ActiveCoupon:
    """A redemption as it stands before a document: what it still gives. ``amount_minor`` is the most it takes off this document."""

    key: UUID
    code: str
    name: str
    percent: Decimal | None = None
    amount_minor: int | None = None
    currency: str | None = None
    limits: Limits = NO_LIMITS
    exclusive: bool = False
    order: int = 0


@dataclass(frozen=True, slots=True)
class Applied:
    """What one coupon took off a document: in all, per line in whole minor units, and the exact shares before they were made whole."""

    coupon: ActiveCoupon
    amount_minor: int
    amounts: tuple[int, ...]
    exact: tuple[Exact, ...]


@dataclass(frozen=True, slots=True)
class CouponCreated(DomainEvent):
    """A coupon was created."""

    type: ClassVar[str] = "coupons.coupon.created"
    code: str


@dataclass(frozen=True, slots=True)
class CouponRedeemed(DomainEvent):
    """An account redeemed a coupon; ``aggregate_id`` is the redemption."""

    type: ClassVar[str] = "coupons.redemption.created"
    coupon_id: UUID
    account_id: UUID


@dataclass(frozen=True, slots=True)
class RedemptionEnded(DomainEvent):
    """A redemption was ended before it was used up; ``aggregate_id`` is the redemption."""

    type: ClassVar[str] = "coupons.redemption.ended"
    coupon_id: UUID
    account_id: UUID
