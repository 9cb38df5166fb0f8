"""Coupons: created, renamed, archived. What one gives never changes."""

from dataclasses import asdict, fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import session
from bezant.sdk.events import post_events
from bezant.sdk.services import audit, now, query, use_case
from bezant.sdk.values import Conflict, Invalid, NotFound, Problem, Stale, new_id
from bezant_catalog.services import find_metrics, find_plan
from bezant_coupons.contracts import Coupon, CouponCreated, Limits, NewCoupon
from bezant_coupons.domain import check_coupon
from bezant_coupons.models import CouponRow


@use_case("coupons.coupon.create")
def create_coupon(new: NewCoupon) -> Coupon:
    """A new coupon. Raises ``Invalid`` naming what is wrong, unknown plans and metrics included, and ``Conflict`` for a code taken."""
    problems = check_coupon(new) + _unknown(new.limits)
    if problems:
        raise Invalid(problems=problems)
    if session.scalars(select(CouponRow.id).where(CouponRow.code == new.code)).first() is not None:
        text = f"There is a coupon {new.code} already; choose another code."
        raise Conflict(text, code="code_taken", problems=[Problem("code", "code_taken", text)])
    row = CouponRow(id=new_id(), **{one.name: getattr(new, one.name) for one in fields(new) if one.name != "limits"})
    row.limits = {name: list(codes) for name, codes in asdict(new.limits).items()}
    session.add(row)
    session.flush()
    audit("coupons.coupon.created", "coupons.coupon", row.id, {"code": new.code})
    post_events([CouponCreated(row.id, new.code)])
    return coupon_of(row)


@use_case("coupons.coupon.edit")
def edit_coupon(
    coupon_id: UUID,
    *,
    name: str | None = None,
    redeem_by: date | None = None,
    max_redemptions: int | None = None,
    expected_version: int | None = None,
) -> Coupon:
    """Renames a coupon, or limits who may still redeem it. Redemptions there are stay as they are. Raises ``NotFound`` and ``Stale``."""
    row = coupon_row(coupon_id)
    if expected_version is not None and row.version != expected_version:
        raise Stale("Somebody changed this coupon meanwhile; read it again and repeat your change.")
    changes = {"name": name, "redeem_by": redeem_by, "max_redemptions": max_redemptions}
    for field, value in changes.items():
        setattr(row, field, getattr(row, field) if value is None else value)
    session.flush()
    audit("coupons.coupon.edited", "coupons.coupon", row.id, {k: str(value) for k, value in changes.items() if value is not None})
    return coupon_of(row)


@use_case("coupons.coupon.archive")
def archive_coupon(coupon_id: UUID) -> Coupon:
    """Ends the redeeming of a coupon; who has it keeps it. Raises ``NotFound``."""
    return _set_archived(coupon_id, archived=True)


@use_case("coupons.coupon.archive")
def restore_coupon(coupon_id: UUID) -> Coupon:
    """Lets an archived coupon be redeemed again. Raises ``NotFound``."""
    return _set_archived(coupon_id, archived=False)


@query("coupons.coupon.view")
def get_coupon(key: UUID | str) -> Coupon:
    """The coupon with that id or code. Raises ``NotFound``."""
    return coupon_of(coupon_row(key))


def coupon_row(key: UUID | str) -> CouponRow:
    """The row of a coupon by id or code. Raises ``NotFound``."""
    condition = CouponRow.id == key if isinstance(key, UUID) else CouponRow.code == key
    row = session.scalars(select(CouponRow).where(condition)).one_or_none()
    if row is None:
        raise NotFound(f"There is no coupon {key}.")
    return row


def coupon_of(row: CouponRow) -> Coupon:
    """A coupon as a value."""
    special: dict[str, Any] = {"limits": limits_of(row), "archived": row.archived_at is not None}
    return Coupon(**special, **{one.name: getattr(row, one.name) for one in fields(Coupon) if one.name not in special})


def limits_of(row: CouponRow) -> Limits:
    """What a coupon is limited to."""
    return Limits(**{name: tuple(codes) for name, codes in row.limits.items()})


def _unknown(limits: Limits) -> list[Problem]:
    missing = set(limits.metrics) - set(find_metrics(limits.metrics)) if limits.metrics else set()
    problems = [Problem("limits.metrics", "unknown_metric", f"There is no metric {code}.") for code in sorted(missing)]
    return problems + [problem for code in limits.plans for problem in _unknown_plan(code)]


def _unknown_plan(code: str) -> list[Problem]:
    try:
        find_plan(code)
    except NotFound as error:
        return [Problem("limits.plans", "unknown_plan", error.message)]
    return []


def _set_archived(coupon_id: UUID, *, archived: bool) -> Coupon:
    row = coupon_row(coupon_id)
    if (row.archived_at is not None) != archived:
        row.archived_at = now() if archived else None
        session.flush()
        audit(f"coupons.coupon.{'archived' if archived else 'restored'}", "coupons.coupon", row.id)
    return coupon_of(row)
