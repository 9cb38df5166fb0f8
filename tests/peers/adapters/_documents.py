"""Invoices with coupons and taxes, in the words of the cases, priced as invoicing prices them; nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from bezant.sdk.values import SourceRef
from bezant_coupons.contracts import ActiveCoupon, Applied, DiscountLine, Limits
from bezant_coupons.domain import Terms, Use, apply_coupons, left_of, standing, state_of
from bezant_invoicing.contracts import Discount, DraftInvoice, DraftLine, IssuedInvoice, TaxRate
from bezant_invoicing.domain.discounts import Offered, take_discounts
from bezant_invoicing.domain.invoices import compute_invoice

from ._metrics import NOBODY, number

ANY_DAY = date(2024, 1, 1)
DURATIONS = {"once": "once", "recurring": "invoices", "forever": "forever"}


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice as it would be issued, with what each coupon gave, in the order in which the case has them."""

    invoice: IssuedInvoice
    coupons: tuple[int, ...]
    states: tuple[str, ...]


def make_document(
    lines: Sequence[Mapping[str, Any]], currency: str, percents: Mapping[str, Any], coupons: Sequence[Mapping[str, Any]] = ()
) -> Document:
    """Lines ``{amount_minor, taxes, plan, metric}``, rates by code, coupons as they were applied."""
    draft = DraftInvoice(
        id=uuid4(), account_id=NOBODY, legal_entity_id=NOBODY, currency=currency, issued_on=ANY_DAY, lines=tuple(map(_line, lines))
    )
    held = [(uuid4(), _terms(coupon)) for coupon in coupons]
    active = [_active(key, terms, coupon, currency) for (key, terms), coupon in zip(held, coupons, strict=True)]
    looked_at = [DiscountLine(line.amount_minor, line.plan_code, "", line.metric_code) for line in draft.lines]
    applied = {one.coupon.key: one for one in apply_coupons(looked_at, active, currency)}
    taken = take_discounts(draft, [Offered("coupons", _discount(one, place)) for place, one in enumerate(applied.values())])
    rates = [tuple(TaxRate(code, code, number(percents[code])) for code in line.get("taxes") or ()) for line in lines]
    invoice = compute_invoice(draft, payer_id=NOBODY, due_on=ANY_DAY, discounts=taken, rates=rates)
    given = tuple(applied[key].amount_minor if key in applied else 0 for key, _ in held)
    states = tuple(_state(terms, Use().plus(minor) if minor else Use()) for (_, terms), minor in zip(held, given, strict=True))
    return Document(invoice, given, states)


def _line(given: Mapping[str, Any]) -> DraftLine:
    return DraftLine(
        id=uuid4(),
        kind="manual",
        description="Line",
        amount_minor=int(given["amount_minor"]),
        plan_code=given.get("plan") or "",
        metric_code=given.get("metric") or "",
    )


def _terms(coupon: Mapping[str, Any]) -> Terms:
    duration = DURATIONS[coupon.get("frequency") or "once"]
    percent = number(coupon["percent"]) if coupon["type"] == "percent" else None
    amount = int(coupon["amount_minor"]) if coupon["type"] == "fixed" else None
    return Terms(percent, amount, duration, coupon.get("periods_left"))  # type: ignore[arg-type]


def _active(key: UUID, terms: Terms, coupon: Mapping[str, Any], currency: str) -> ActiveCoupon:
    percent, amount = standing(terms, Use()) or (None, 0)
    limits = Limits(plans=tuple(coupon.get("only_plans") or ()), metrics=tuple(coupon.get("only_metrics") or ()))
    return ActiveCoupon(key, "coupon", "Coupon", percent, amount, coupon.get("currency") or currency, limits)


def _discount(applied: Applied, place: int) -> Discount:
    source = SourceRef("coupons.redemption", applied.coupon.key, applied.coupon.code)
    return Discount(source, applied.coupon.code, applied.coupon.name, applied.amounts, applied.exact, place)


def _state(terms: Terms, use: Use) -> str:
    state, (invoices, _) = state_of(terms, use, None).replace("_", " "), left_of(terms, use)
    return state if state == "used up" or invoices is None else f"{state}, {invoices} periods left"


def exact_discounts(invoice: IssuedInvoice) -> list[Decimal]:
    """What coupons exactly take off each line, in minor units."""
    return [line.discount_exact for line in invoice.lines]
