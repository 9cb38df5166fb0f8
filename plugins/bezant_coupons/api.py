"""REST: coupons, redemptions, and quotes of what coupons take off."""

from fractions import Fraction
from typing import Any
from uuid import UUID

from bezant.sdk.api import ApiBlueprint, if_match, list_endpoint, requires, resolve_id
from bezant.sdk.db import Shared
from bezant.sdk.values import NotFound, new_id, parse_plain
from bezant_accounts.services import account_id_of
from bezant_catalog.contracts import as_decimal
from bezant_coupons import services
from bezant_coupons.contracts import ActiveCoupon, DiscountLine, NewRedemption
from bezant_coupons.models import CouponRow, RedemptionRow
from bezant_coupons.schemas import (
    COUPON_LIST,
    REDEMPTION_LIST,
    CouponBody,
    CouponEdit,
    CouponSchema,
    DiscountQuoteBody,
    DiscountQuoteSchema,
    RedemptionBody,
    RedemptionEndBody,
    RedemptionSchema,
    applied_resource,
    coupon_resource,
    limits_of,
    new_coupon,
    redemption_resource,
)

coupons = ApiBlueprint("coupons", __name__, scope=CouponRow, url_prefix="/coupons", description="Percentages and amounts off.")
redemptions = ApiBlueprint(
    "coupon_redemptions", __name__, scope=RedemptionRow, url_prefix="/coupon-redemptions", description="Coupons of accounts."
)
quotes = ApiBlueprint(
    "discount_quotes",
    __name__,
    scope=Shared("what is sent is computed; nothing is stored"),
    url_prefix="/discount-quotes",
    description="What coupons take off; nothing is stored.",
)
BLUEPRINTS = (coupons, redemptions, quotes)

list_endpoint(coupons, COUPON_LIST)
list_endpoint(redemptions, REDEMPTION_LIST)


@coupons.route("", methods=["POST"])
@requires("coupons.coupon.create")
@coupons.arguments(CouponBody)
@coupons.response(201, CouponSchema)
def create_coupon(body: dict[str, Any]) -> object:
    """Create a coupon."""
    return coupon_resource(services.create_coupon(new_coupon(body)))


@coupons.route("/<string:reference>")
@requires("coupons.coupon.view")
@coupons.response(200, CouponSchema)
def get_coupon(reference: str) -> object:
    """One coupon; ``external:<code>`` names it too."""
    return coupon_resource(services.get_coupon(_coupon_id(reference)))


@coupons.route("/<string:reference>", methods=["PATCH"])
@requires("coupons.coupon.edit")
@coupons.arguments(CouponEdit)
@coupons.response(200, CouponSchema)
def edit_coupon(body: dict[str, Any], reference: str) -> object:
    """Rename a coupon, or limit who may still redeem it."""
    return coupon_resource(services.edit_coupon(_coupon_id(reference), **body, expected_version=if_match()))


@coupons.route("/<string:reference>/archive", methods=["POST"])
@requires("coupons.coupon.archive")
@coupons.response(200, CouponSchema)
def archive_coupon(reference: str) -> object:
    """End the redeeming of a coupon; who has it keeps it."""
    return coupon_resource(services.archive_coupon(_coupon_id(reference)))


@coupons.route("/<string:reference>/restore", methods=["POST"])
@requires("coupons.coupon.archive")
@coupons.response(200, CouponSchema)
def restore_coupon(reference: str) -> object:
    """Let an archived coupon be redeemed again."""
    return coupon_resource(services.restore_coupon(_coupon_id(reference)))


@redemptions.route("", methods=["POST"])
@requires("coupons.redemption.create")
@redemptions.arguments(RedemptionBody)
@redemptions.response(201, RedemptionSchema)
def redeem(body: dict[str, Any]) -> object:
    """Redeem a coupon for an account."""
    amount = body.pop("amount")
    currency = services.get_coupon(body["coupon"]).currency or ""
    body["account_id"] = account_id_of(body["account_id"])
    new = NewRedemption(**body, amount_minor=parse_plain(amount, currency) if amount else None)
    return redemption_resource(services.redeem(new))


@redemptions.route("/<uuid:redemption_id>")
@requires("coupons.coupon.view")
@redemptions.response(200, RedemptionSchema)
def get_redemption(redemption_id: UUID) -> object:
    """One redemption, with what is left of it."""
    return redemption_resource(services.get_redemption(redemption_id))


@redemptions.route("/<uuid:redemption_id>/end", methods=["POST"])
@requires("coupons.redemption.end")
@redemptions.arguments(RedemptionEndBody)
@redemptions.response(200, RedemptionSchema)
def end_redemption(body: dict[str, Any], redemption_id: UUID) -> object:
    """End a redemption before it is used up."""
    return redemption_resource(services.end_redemption(redemption_id, body["on"]))


@quotes.route("", methods=["POST"])
@requires("coupons.coupon.view")
@quotes.arguments(DiscountQuoteBody)
@quotes.response(200, DiscountQuoteSchema)
def quote_discounts(body: dict[str, Any]) -> object:
    """What coupons take off lines, in the order taken. Nothing is stored."""
    lines = [DiscountLine(line.pop("amount"), **line) for line in body["lines"]]
    applied = services.apply_coupons(lines, [_active(one, body["currency"]) for one in body["coupons"]], body["currency"])
    found = [applied_resource(one) | {"exact": [as_decimal(Fraction(part), 12) for part in one.exact]} for one in applied]
    return {"currency": body["currency"], "coupons": found, "discount": sum(one.amount_minor for one in applied)}


def _active(body: dict[str, Any], currency: str) -> ActiveCoupon:
    return ActiveCoupon(
        new_id(),
        body["code"],
        body["code"],
        body["percent"],
        body["amount"],
        body["currency"] or currency,
        limits_of(body["limits"]),
        body["exclusive"],
        body["order"],
    )


def _coupon_id(reference: str) -> UUID:
    return resolve_id(reference, _find, what="coupon")


def _find(code: str) -> UUID | None:
    try:
        return services.get_coupon(code).id
    except NotFound:
        return None
