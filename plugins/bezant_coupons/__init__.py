"""Coupons: discounts that accounts redeem, taken before tax, counted by the documents they lowered."""
