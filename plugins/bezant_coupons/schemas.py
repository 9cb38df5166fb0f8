"""Coupons and redemptions as JSON, and their lists."""

from typing import Any

from flask import url_for
from marshmallow import fields, validate
from sqlalchemy import Select, case, select

from bezant.sdk.api import CurrencyCode, Day, DecimalString, Instant, MoneyString, Schema, Text, Uuid
from bezant.sdk.db import selectable
from bezant.sdk.lists import Choice, EmptyState, Field, ListSpec, Step, View
from bezant_accounts.contracts import ACCOUNTS
from bezant_coupons.contracts import Applied, Coupon, Limits, NewCoupon, Redemption
from bezant_coupons.models import CouponRow, RedemptionRow

KINDS = {"percentage": "Percentage", "amount": "Amount"}
DURATIONS = {"once": "Once", "invoices": "For some invoices", "forever": "For ever"}
STATES = (Choice("active", "Active", "ok", "dot"), Choice("used_up", "Used up", "idle", "ring"), Choice("ended", "Ended", "idle", "sq"))

COUNT = validate.Range(1, 1_000_000_000)

_coupons = CouponRow.__table__.c
_redemptions = RedemptionRow.__table__.c
_accounts = selectable(ACCOUNTS)


class CouponLimitsSchema(Schema):
    """Codes of plans, charges and metrics; empty for all."""

    plans = fields.List(Text(longest=64), load_default=list)
    charges = fields.List(Text(longest=64), load_default=list)
    metrics = fields.List(Text(longest=64), load_default=list)


class CouponBody(Schema):
    """A coupon to be created."""

    code = Text(required=True, longest=64, blank=False)
    name = Text(required=True, longest=200, blank=False, metadata={"hint": "Stands on invoices."})
    kind = fields.String(load_default="percentage", validate=validate.OneOf(list(KINDS), labels=list(KINDS.values())))
    percent = DecimalString(load_default=None, allow_none=True, metadata={"suffix": "%", "hint": "For a percentage."})
    amount = MoneyString(load_default=None, allow_none=True, metadata={"hint": "For an amount."})
    currency = CurrencyCode(load_default=None, allow_none=True, metadata={"hint": "Of the amount; other currencies get nothing."})
    duration = fields.String(load_default="once", validate=validate.OneOf(list(DURATIONS), labels=list(DURATIONS.values())))
    invoices = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=COUNT, metadata={"hint": "How many, where it is for some."}
    )
    limits = fields.Nested(CouponLimitsSchema, load_default=dict)
    redeem_by = Day(load_default=None, allow_none=True, metadata={"hint": "The last day on which it may be redeemed."})
    max_redemptions = fields.Integer(load_default=None, allow_none=True, strict=True, validate=COUNT)
    reusable = fields.Boolean(load_default=False, truthy={True}, falsy={False}, metadata={"label": "An account may redeem it again"})
    exclusive = fields.Boolean(load_default=False, truthy={True}, falsy={False}, metadata={"label": "No other coupon beside it"})
    order = fields.Integer(
        load_default=0, strict=True, validate=validate.Range(-1000, 1000), metadata={"hint": "Lower ones are taken first."}
    )


class CouponEdit(Schema):
    """What may change of a coupon."""

    name = Text(longest=200, blank=False, metadata={"hint": "Stands on invoices."})
    redeem_by = Day(metadata={"hint": "The last day on which it may be redeemed."})
    max_redemptions = fields.Integer(strict=True, validate=COUNT)


class CouponSchema(CouponBody):
    """A coupon."""

    id = Uuid()
    archived = fields.Boolean()
    version = fields.Integer()


class RedemptionBody(Schema):
    """A coupon for an account. ``percent``, ``amount`` and ``invoices`` override what it says."""

    coupon = Text(required=True, longest=64, blank=False, metadata={"hint": "Its code."})
    account_id = Text(required=True, blank=False, metadata={"label": "Account", "hint": "Its id, or external:<your id>."})
    from_on = Day(load_default=None, allow_none=True, metadata={"label": "From", "hint": "The first day of issue that it lowers."})
    percent = DecimalString(load_default=None, allow_none=True, metadata={"suffix": "%", "hint": "Instead of the coupon's."})
    amount = fields.String(load_default=None, allow_none=True, metadata={"hint": "Instead of the coupon's, in its currency."})
    invoices = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=COUNT, metadata={"hint": "Instead of the coupon's."}
    )


class RedemptionEndBody(Schema):
    """When a redemption ends."""

    on = Day(load_default=None, allow_none=True)


class RedemptionSchema(Schema):
    """A redeemed coupon and what is left of it."""

    id = Uuid()
    coupon = fields.String()
    account_id = Uuid()
    redeemed_at = Instant()
    from_on = Day()
    ended_on = Day(allow_none=True)
    percent = DecimalString(allow_none=True)
    currency = fields.String(allow_none=True)
    amount = MoneyString(allow_none=True)
    used_invoices = fields.Integer()
    invoices_left = fields.Integer(allow_none=True)
    amount_left = MoneyString(allow_none=True)
    state = fields.String()


class DiscountQuoteLineBody(Schema):
    """A line to be lowered."""

    amount = MoneyString(required=True)
    plan_code = Text(load_default="", longest=64)
    charge_code = Text(load_default="", longest=64)
    metric_code = Text(load_default="", longest=64)
    discountable = fields.Boolean(load_default=True, truthy={True}, falsy={False})


class DiscountQuoteCouponBody(Schema):
    """A coupon as it stands: a percentage, or the most it takes off."""

    code = Text(required=True, longest=64, blank=False)
    percent = DecimalString(load_default=None, allow_none=True, allow_negative=False)
    amount = MoneyString(load_default=None, allow_none=True)
    currency = CurrencyCode(load_default=None, allow_none=True)
    limits = fields.Nested(CouponLimitsSchema, load_default=dict)
    exclusive = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    order = fields.Integer(load_default=0, strict=True, validate=validate.Range(-1000, 1000))


class DiscountQuoteBody(Schema):
    """Lines and coupons, oldest first."""

    currency = CurrencyCode(required=True)
    lines = fields.List(fields.Nested(DiscountQuoteLineBody), required=True, validate=validate.Length(1, 1000))
    coupons = fields.List(fields.Nested(DiscountQuoteCouponBody), required=True, validate=validate.Length(0, 100))


class AppliedCouponSchema(Schema):
    """What one coupon takes off; ``exact`` are the shares in minor units before they were made whole."""

    code = fields.String()
    amount = MoneyString()
    amounts = fields.List(MoneyString())
    exact = fields.List(DecimalString())


class DiscountQuoteSchema(Schema):
    """What coupons take off, in the order taken."""

    currency = fields.String()
    coupons = fields.List(fields.Nested(AppliedCouponSchema))
    discount = MoneyString()


def new_coupon(body: dict[str, Any]) -> NewCoupon:
    """The input that a body describes."""
    rest = {name: value for name, value in body.items() if name not in ("amount", "limits")}
    return NewCoupon(**rest, amount_minor=body["amount"], limits=limits_of(body["limits"]))


def limits_of(body: dict[str, Any]) -> Limits:
    """Limits that a body describes."""
    return Limits(**{name: tuple(codes) for name, codes in body.items()})


def coupon_resource(coupon: Coupon) -> dict[str, Any]:
    """A coupon for :class:`CouponSchema`."""
    names = [name for name in CouponSchema().fields if name != "amount"]
    return {name: getattr(coupon, name) for name in names} | {"amount": coupon.amount_minor}


def redemption_resource(redemption: Redemption) -> dict[str, Any]:
    """A redemption for :class:`RedemptionSchema`."""
    names = ("id", "account_id", "redeemed_at", "from_on", "ended_on", "percent", "used_invoices", "invoices_left", "state")
    return {name: getattr(redemption, name) for name in names} | {
        "coupon": redemption.coupon.code,
        "currency": redemption.coupon.currency,
        "amount": redemption.amount_minor,
        "amount_left": redemption.amount_left_minor,
    }


def applied_resource(applied: Applied) -> dict[str, Any]:
    """What a coupon took off, for :class:`AppliedCouponSchema`."""
    return {"code": applied.coupon.code, "amount": applied.amount_minor, "amounts": applied.amounts, "exact": applied.exact}


_coupon_state = case((_coupons.archived_at.is_not(None), "ended"), else_="active")

COUPON_LIST = ListSpec(
    name="coupons",
    title="Coupons",
    permission="coupons.coupon.view",
    scope=CouponRow,
    statement=lambda: select().select_from(CouponRow.__table__),
    fields=(
        Field("id", "Id", _coupons.id, "uuid", hidden=True),
        Field("code", "Code", _coupons.code, "code"),
        Field("name", "Name", _coupons.name),
        Field("kind", "Kind", _coupons.kind, "status", choices=tuple(Choice(k, v) for k, v in KINDS.items())),
        Field("percent", "Per cent", _coupons.percent, "decimal"),
        Field("amount", "Amount", _coupons.amount_minor, "money"),
        Field("currency", "Currency", _coupons.currency, "code", hidden=True),
        Field("duration", "Holds", _coupons.duration, "status", choices=tuple(Choice(k, v) for k, v in DURATIONS.items())),
        Field("invoices", "Invoices", _coupons.invoices, "integer"),
        Field("redeem_by", "Redeem by", _coupons.redeem_by, "day"),
        Field("state", "State", _coupon_state, "status", choices=STATES),
    ),
    default_sort="code",
    search=("code", "name"),
    search_hint="Code or name",
    views=(View("active", "Active", "state=active"), View("ended", "Archived", "state=ended")),
    record=lambda row: url_for("coupons.coupon", code=row["code"]),
    empty=EmptyState(
        "No coupons yet",
        "A coupon lowers the invoices of the accounts that redeem it, before tax.",
        Step("New coupon", lambda: url_for("coupons.new_coupon_form"), permission="coupons.coupon.create"),
    ),
    actions=(Step("New coupon", lambda: url_for("coupons.new_coupon_form"), "plus", "coupons.coupon.create"),),
    name_field="name",
)


def _redemption_rows() -> Select[Any]:
    return (
        select()
        .select_from(RedemptionRow.__table__)
        .join(CouponRow.__table__, _coupons.id == _redemptions.coupon_id)
        .join(_accounts, _accounts.c.id == _redemptions.account_id)
    )


REDEMPTION_LIST = ListSpec(
    name="coupon_redemptions",
    title="Redeemed coupons",
    permission="coupons.coupon.view",
    scope=RedemptionRow,
    statement=_redemption_rows,
    fields=(
        Field("id", "Id", _redemptions.id, "uuid", hidden=True),
        Field("coupon", "Coupon", _coupons.code, "code"),
        Field("account", "Account", _accounts.c.name),
        Field("account_id", "Account id", _redemptions.account_id, "uuid", hidden=True),
        Field("redeemed_at", "Redeemed", _redemptions.redeemed_at, "instant"),
        Field("from_on", "From", _redemptions.from_on, "day"),
        Field("ended_on", "Ended", _redemptions.ended_on, "day"),
    ),
    default_sort="-redeemed_at",
    search=("coupon", "account"),
    record=lambda row: url_for("coupons.redemption", redemption_id=row["id"]),
    empty=EmptyState("Nobody redeemed it yet", "Redeem a coupon for an account, and its next invoices are lower."),
)
