"""What can be asked of coupons."""

from bezant_coupons.domain import apply_coupons
from bezant_coupons.services.coupons import archive_coupon, create_coupon, edit_coupon, get_coupon, restore_coupon
from bezant_coupons.services.discounts import discount_invoices
from bezant_coupons.services.redemptions import end_redemption, get_redemption, redeem, redemptions_of

__all__ = [
    "apply_coupons",
    "archive_coupon",
    "create_coupon",
    "discount_invoices",
    "edit_coupon",
    "end_redemption",
    "get_coupon",
    "get_redemption",
    "redeem",
    "redemptions_of",
    "restore_coupon",
]
