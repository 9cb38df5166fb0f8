"""Redeeming coupons, and what is left of them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bezant.sdk.db import find, in_scope, session
from bezant.sdk.events import post_events
from bezant.sdk.services import audit, now, query, use_case
from bezant.sdk.values import Conflict, Invalid, NotFound, new_id
from bezant_accounts.services import get_account
from bezant_coupons.contracts import CouponRedeemed, NewRedemption, Redemption, RedemptionEnded
from bezant_coupons.domain import Use, check_redemption, left_of, state_of
from bezant_coupons.models import CouponRow, RedemptionRow
from bezant_coupons.services.coupons import coupon_of, coupon_row
from bezant_coupons.services.uses import terms_of, uses_of


@use_case("coupons.redemption.create")
def redeem(new: NewRedemption) -> Redemption:
    """Redeems a coupon for an account.

    Raises ``NotFound`` for an unknown coupon or account, and ``Invalid`` where it is archived, expired, exhausted, redeemed by the
    account already, or overridden in a way that does not fit it.
    """
    coupon = _locked(new.coupon)
    today = _today(new.account_id)
    redeemed, by_account = _counts(coupon.id, new.account_id)
    problems = check_redemption(new, coupon_of(coupon), redeemed, by_account, today)
    if problems:
        raise Invalid(problems=problems)
    row = RedemptionRow(
        id=new_id(),
        coupon_id=coupon.id,
        account_id=new.account_id,
        redeemed_at=now(),
        from_on=new.from_on or today,
        percent=new.percent,
        amount_minor=new.amount_minor,
        invoices=new.invoices,
    )
    session.add(row)
    session.flush()
    audit("coupons.redemption.created", "coupons.redemption", row.id, {"coupon": coupon.code, "account_id": str(new.account_id)})
    post_events([CouponRedeemed(row.id, coupon.id, new.account_id)])
    return _redemption(row, coupon, Use())


@use_case("coupons.redemption.end")
def end_redemption(redemption_id: UUID, on: date | None = None) -> Redemption:
    """Ends a redemption: it lowers no document issued on that day (None: today) or later. Raises ``Conflict`` where it has ended."""
    row = find(RedemptionRow, redemption_id)
    if row is None:
        raise NotFound(f"There is no redemption {redemption_id}.")
    if row.ended_on is not None:
        raise Conflict(f"It ended on {row.ended_on} already.", code="ended")
    row.ended_on = on or _today(row.account_id)
    session.flush()
    audit("coupons.redemption.ended", "coupons.redemption", row.id, {"on": row.ended_on.isoformat()})
    post_events([RedemptionEnded(row.id, row.coupon_id, row.account_id)])
    return get_redemption(redemption_id)


@query("coupons.coupon.view")
def get_redemption(redemption_id: UUID) -> Redemption:
    """One redemption with what is left of it. Raises ``NotFound``."""
    found = _load(RedemptionRow.id == redemption_id)
    if not found:
        raise NotFound(f"There is no redemption {redemption_id}.")
    return found[0]


@query("coupons.coupon.view")
def redemptions_of(account_ids: Sequence[UUID]) -> list[Redemption]:
    """What accounts redeemed, oldest first, with what is left; two queries however many accounts."""
    return _load(RedemptionRow.account_id.in_(list(account_ids)))


def _load(condition: object) -> list[Redemption]:
    statement = select(RedemptionRow, CouponRow).join(CouponRow, CouponRow.id == RedemptionRow.coupon_id)
    rows = session.execute(statement.where(condition, in_scope(RedemptionRow)).order_by(RedemptionRow.id)).all()  # type: ignore[arg-type]
    uses = uses_of([row.id for row, _ in rows])
    return [_redemption(row, coupon, uses.get(row.id, Use())) for row, coupon in rows]


def _redemption(row: RedemptionRow, coupon: CouponRow, use: Use) -> Redemption:
    terms = terms_of(row, coupon)
    invoices_left, amount_left = left_of(terms, use)
    return Redemption(
        id=row.id,
        coupon=coupon_of(coupon),
        account_id=row.account_id,
        redeemed_at=row.redeemed_at,
        from_on=row.from_on,
        ended_on=row.ended_on,
        percent=terms.percent,
        amount_minor=terms.amount_minor,
        invoices=terms.invoices,
        used_invoices=use.invoices,
        used_minor=use.minor,
        invoices_left=invoices_left,
        amount_left_minor=amount_left,
        state=state_of(terms, use, row.ended_on),
    )


def _locked(code: str) -> CouponRow:
    """The coupon, held until the end of the transaction, so that its redemptions are counted one after the other."""
    row = coupon_row(code)
    session.refresh(row, with_for_update=True)
    return row


def _today(account_id: UUID) -> date:
    account = get_account(account_id)
    return now().astimezone(ZoneInfo(account.timezone)).date()


def _counts(coupon_id: UUID, account_id: UUID) -> tuple[int, int]:
    """How often a coupon was redeemed, in all and by one account."""
    by_account = func.count().filter(RedemptionRow.account_id == account_id)
    row = session.execute(select(func.count(), by_account).where(RedemptionRow.coupon_id == coupon_id)).one()
    return row[0], row[1]
