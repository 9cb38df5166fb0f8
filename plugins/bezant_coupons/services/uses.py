"""What redemptions were used for, read from invoices: finalized ones that were not voided."""

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from bezant.sdk.db import ids_in, selectable, session
from bezant_coupons.contracts import REDEMPTION
from bezant_coupons.domain import Terms, Use
from bezant_coupons.models import CouponRow, RedemptionRow
from bezant_invoicing.contracts import INVOICE_DISCOUNTS, INVOICES

VOIDED = "voided"


def uses_of(redemption_ids: Collection[UUID]) -> dict[UUID, Use]:
    """How many documents each redemption lowered and by how much, with one query; those that lowered none are left out."""
    if not redemption_ids:
        return {}
    invoices, discounts = selectable(INVOICES), selectable(INVOICE_DISCOUNTS)
    statement = (
        select(discounts.c.source_id, func.count(), func.sum(discounts.c.amount_minor))
        .join(invoices, invoices.c.id == discounts.c.invoice_id)
        .where(
            discounts.c.source_type == REDEMPTION,
            ids_in(discounts.c.source_id, redemption_ids),
            discounts.c.amount_minor > 0,
            invoices.c.finalized_at.is_not(None),
            func.coalesce(invoices.c.closed_as, "") != VOIDED,
        )
        .group_by(discounts.c.source_id)
    )
    return {source_id: Use(int(count), int(minor)) for source_id, count, minor in session.execute(statement)}


def terms_of(redemption: RedemptionRow, coupon: CouponRow) -> Terms:
    """The coupon's terms with the account's overrides."""
    percent: Decimal | None = redemption.percent if redemption.percent is not None else coupon.percent
    amount = redemption.amount_minor if redemption.amount_minor is not None else coupon.amount_minor
    return Terms(percent, amount, coupon.duration, redemption.invoices or coupon.invoices)  # type: ignore[arg-type]
