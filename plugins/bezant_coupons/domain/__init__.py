"""The rules of coupons: values in, values out."""

from bezant_coupons.domain.applying import apply_coupons
from bezant_coupons.domain.checks import check_coupon, check_redemption
from bezant_coupons.domain.standing import Terms, Use, left_of, standing, state_of

__all__ = ["Terms", "Use", "apply_coupons", "check_coupon", "check_redemption", "left_of", "standing", "state_of"]
