"""Invoicing's hook: the discounts of a page of invoices."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import ids_in, session
from bezant.sdk.values import SourceRef
from bezant_coupons.contracts import REDEMPTION, ActiveCoupon, Applied, DiscountLine
from bezant_coupons.domain import Terms, Use, apply_coupons, standing
from bezant_coupons.models import CouponRow, RedemptionRow
from bezant_coupons.services.coupons import limits_of
from bezant_coupons.services.uses import terms_of, uses_of
from bezant_invoicing.contracts import Discount, DiscountQuote, DraftInvoice


@dataclass(slots=True)
class _Held:
    """A redemption while a page is computed; ``use`` grows with the invoices of the page."""

    row: RedemptionRow
    coupon: CouponRow
    terms: Terms
    use: Use = field(default_factory=Use)

    def on(self, draft: DraftInvoice) -> ActiveCoupon | None:
        """What it gives an invoice; None where it holds no more, not yet, or is used up."""
        begun = self.row.from_on <= draft.issued_on and (self.row.ended_on is None or draft.issued_on < self.row.ended_on)
        left = standing(self.terms, self.use)
        if not begun or left is None:
            return None
        percent, amount = left
        coupon = self.coupon
        return ActiveCoupon(
            self.row.id, coupon.code, coupon.name, percent, amount, coupon.currency, limits_of(coupon), coupon.exclusive, coupon.order
        )


def discount_invoices(drafts: Sequence[DraftInvoice]) -> list[DiscountQuote]:
    """The coupons of a page of invoices: two queries, however many invoices.

    Several invoices of one account use its coupons up in order of their dates. Runs under the permissions of whoever issues.
    """
    held = _held({draft.account_id for draft in drafts})
    if not held:
        return []
    by_date = sorted(drafts, key=lambda draft: draft.issued_on)
    return [_quote(draft, held[draft.account_id]) for draft in by_date if draft.account_id in held]


def _held(account_ids: set[UUID]) -> dict[UUID, list[_Held]]:
    """What accounts redeemed, oldest first (ids rise), with what it was used for so far."""
    columns = RedemptionRow.__table__.c
    statement = (
        select(RedemptionRow, CouponRow)
        .join(CouponRow, CouponRow.id == RedemptionRow.coupon_id)
        .where(ids_in(columns.account_id, account_ids))
        .order_by(columns.id)
    )
    rows = session.execute(statement).all()
    uses = uses_of([row.id for row, _ in rows])
    found: dict[UUID, list[_Held]] = {}
    for row, coupon in rows:
        found.setdefault(row.account_id, []).append(_Held(row, coupon, terms_of(row, coupon), uses.get(row.id, Use())))
    return found


def _quote(draft: DraftInvoice, held: Sequence[_Held]) -> DiscountQuote:
    active = [coupon for one in held if (coupon := one.on(draft)) is not None]
    lines = [DiscountLine(line.amount_minor, line.plan_code, line.charge_code, line.metric_code, line.discountable) for line in draft.lines]
    applied = apply_coupons(lines, active, draft.currency) if active else []
    by_id = {one.row.id: one for one in held}
    for one in applied:
        by_id[one.coupon.key].use = by_id[one.coupon.key].use.plus(one.amount_minor)
    return DiscountQuote(draft.id, tuple(_discount(one, place) for place, one in enumerate(applied)))


def _discount(applied: Applied, place: int) -> Discount:
    coupon = applied.coupon
    return Discount(SourceRef(REDEMPTION, coupon.key, coupon.code), coupon.code, coupon.name, applied.amounts, applied.exact, order=place)
