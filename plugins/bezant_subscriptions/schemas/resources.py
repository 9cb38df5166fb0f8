"""Bodies and resources of subscriptions and billing runs; the bodies are the forms of the pages, too."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from bezant.sdk.api import CurrencyCode, Day, DecimalString, ExternalId, Instant, MoneyString, Schema, Text, Uuid
from bezant.sdk.values import Money
from bezant_invoicing.contracts import IssuedCreditNote, IssuedInvoice
from bezant_subscriptions.contracts import NewSubscription, Preview, RunInfo, TimelineInfo

ALIGNMENTS = (("anniversary", "From the day of the start"), ("calendar", "Calendar periods"), ("cycle_day", "On a cycle day"))
TIMINGS = (("auto", "At once if dearer, else at the end of the period"), ("now", "At once"), ("period_end", "At the end of the period"))
CANCEL_TIMINGS = (("now", "Now, or on the day below"), ("period_end", "At the end of the period"))
UNUSED = (("credit", "Credit what is paid and not used"), ("keep", "Keep what is paid"))
KEY_HINT = "Repeating the call with the same key changes nothing."


def _choice(pairs: tuple[tuple[str, str], ...], label: str, default: str | None, **metadata: Any) -> fields.String:
    return fields.String(
        load_default=default,
        allow_none=default is None,
        validate=validate.OneOf([value for value, _ in pairs]),
        metadata={"label": label, "choices": pairs, **metadata},
    )


class SubscriptionMomentBody(Schema):
    """When something takes effect; now where neither is given."""

    on = Day(load_default=None, allow_none=True, metadata={"label": "Day", "hint": "A day of the account; empty: now."})
    at = Instant(load_default=None, allow_none=True, metadata={"label": "Instant", "form": False})
    key = Text(load_default=None, allow_none=True, longest=100, free=False, metadata={"form": False, "description": KEY_HINT})


class SubscriptionBody(Schema):
    """A subscription to be started."""

    account_id = Text(
        required=True, blank=False, free=False, metadata={"label": "Account", "hint": "Its id, or external:<your id>", "full": True}
    )
    plan = Text(required=True, blank=False, longest=80, metadata={"label": "Plan", "hint": "Its code."})
    external_id = ExternalId(load_default=None, allow_none=True, metadata={"label": "External id"})
    quantity = DecimalString(
        load_default=Decimal(1), allow_negative=False, metadata={"label": "Quantity", "hint": "Seats, where charges are by seat."}
    )
    start_on = Day(load_default=None, allow_none=True, metadata={"label": "First day", "hint": "Empty: now."})
    start_at = Instant(load_default=None, allow_none=True, metadata={"form": False})
    end_on = Day(
        load_default=None, allow_none=True, metadata={"label": "Ends on", "hint": "The first day of a period ends the period before it."}
    )
    alignment = _choice(ALIGNMENTS, "Periods", None, optional="default by configuration")
    cycle_day = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 31), metadata={"label": "Cycle day"})


class SubscriptionSchema(Schema):
    """A subscription, as it is now."""

    id = Uuid()
    account_id = Uuid()
    external_id = ExternalId()
    currency = CurrencyCode()
    plan = Text(attribute="plan_code")
    plan_version_id = Uuid()
    quantity = DecimalString()
    state = Text()
    started_at = Instant()
    started_on = Day(metadata={"description": "The account's day of it."})
    ends_at = Instant()
    ends_on = Day(metadata={"description": "The account's day of it."})
    paused_from = Instant()
    billed_through = Day()
    next_due_on = Day()
    late_usage_from = Instant(
        metadata={"description": "The earliest usage that became known after its time was billed; the next run looks at it."}
    )
    version = fields.Integer()


class SubscriptionChangeBody(SubscriptionMomentBody):
    """A change of plan, quantity, cycle day or of one charge's price; exactly one of them, but a plan may come with a quantity."""

    plan = Text(load_default=None, allow_none=True, longest=80, metadata={"label": "Plan", "hint": "Its code; empty: stays."})
    quantity = DecimalString(load_default=None, allow_none=True, allow_negative=False, metadata={"hint": "Empty: stays."})
    timing = _choice(TIMINGS, "When a plan changes", "auto")
    cycle_day = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 31), metadata={"label": "Cycle day"})
    charge = Text(load_default=None, allow_none=True, longest=80, metadata={"form": False})
    price = fields.Dict(load_default=None, allow_none=True, metadata={"form": False, "description": "A price model; null: the plan's."})


class SubscriptionCancelBody(SubscriptionMomentBody):
    """A cancellation."""

    timing = _choice(CANCEL_TIMINGS, "When", "now")
    unused = _choice(UNUSED, "The paid rest", "credit")


class SubscriptionPreviewBody(Schema):
    """What to preview: the next billing date without anything, else a change or a cancellation that is not made."""

    on = Day(load_default=None, allow_none=True)
    change = fields.Nested(SubscriptionChangeBody, load_default=None, allow_none=True)
    cancel = fields.Nested(SubscriptionCancelBody, load_default=None, allow_none=True)


class _SubscriptionFact(Schema):
    seq = fields.Integer()
    kind = Text()
    effective_at = Instant()
    local_day = Day()
    recorded_at = Instant()
    summary = Text()
    payload = fields.Dict()
    withdrawn = fields.Boolean()


class _SubscriptionStretch(Schema):
    start = Day()
    end = Day()
    plan_code = Text()
    quantity = DecimalString()
    phase = Text()


class SubscriptionTimelineSchema(Schema):
    """A subscription's facts, and the stretches of time they come to."""

    subscription = fields.Nested(SubscriptionSchema)
    facts = fields.List(fields.Nested(_SubscriptionFact))
    stretches = fields.List(fields.Nested(_SubscriptionStretch))


class _PreviewLine(Schema):
    kind = Text()
    description = Text()
    charge_code = Text()
    quantity = DecimalString()
    service_from = Day()
    service_to = Day()
    days_used = fields.Integer()
    days_period = fields.Integer()
    amount = MoneyString()
    discount = MoneyString()
    tax = MoneyString()


class _PreviewDocument(Schema):
    kind = Text()
    invoice_id = Uuid()
    account_id = Uuid()
    currency = CurrencyCode()
    issued_on = Day()
    lines = fields.List(fields.Nested(_PreviewLine))
    subtotal = MoneyString()
    discount = MoneyString()
    tax = MoneyString()
    total = MoneyString()


class ParkedAccountSchema(Schema):
    """An account that cannot be billed, and what would mend it."""

    account_id = Uuid()
    subscription_id = Uuid()
    billing_date = Day()
    code = Text()
    explanation = Text()
    remedy = Text()


class BillingPreviewSchema(Schema):
    """What would be issued on a billing date; nothing is stored."""

    billing_date = Day()
    invoices = fields.List(fields.Nested(_PreviewDocument))
    credit_notes = fields.List(fields.Nested(_PreviewDocument))
    parked = fields.List(fields.Nested(ParkedAccountSchema))


class BillingRunBody(Schema):
    """A billing run to be started."""

    through = Day(load_default=None, allow_none=True, metadata={"label": "Through", "hint": "A day; empty: now."})
    account_ids = fields.List(
        fields.String(metadata={"description": "Its id, or external:<your id>."}),
        load_default=None,
        allow_none=True,
        metadata={"form": False},
    )
    catch_up = _choice((("per_date", "An invoice for each billing date"), ("one", "One invoice for all")), "Missed billing dates", None)


class _BillingRunAmount(Schema):
    currency = CurrencyCode()
    invoiced = MoneyString()
    credited = MoneyString()


class BillingRunSchema(Schema):
    """A billing run: how far it is, and what it came to."""

    id = Uuid()
    state = Text()
    trigger = Text()
    through = Day()
    catch_up = Text()
    started_at = Instant()
    finished_at = Instant(allow_none=True)
    billing_date = Day(allow_none=True)
    total = fields.Integer()
    done = fields.Integer()
    invoices = fields.Integer()
    credit_notes = fields.Integer()
    lines = fields.Integer()
    parked = fields.Integer()
    amounts = fields.List(fields.Nested(_BillingRunAmount))
    invoices_per_second = DecimalString()
    note = Text()


def new_subscription(body: Mapping[str, Any], account_id: UUID) -> NewSubscription:
    """What a body asks for."""
    return NewSubscription(**{**body, "account_id": account_id})


def run_resource(run: RunInfo) -> dict[str, Any]:
    """A run as the API tells of it."""
    values = {name: getattr(run, name) for name in RunInfo.__dataclass_fields__}
    amounts = [{"currency": currency, "invoiced": both[0], "credited": both[1]} for currency, both in sorted(run.amounts.items())]
    return values | {"amounts": amounts, "invoices_per_second": run.invoices_per_second}


def timeline_resource(found: TimelineInfo) -> dict[str, Any]:
    """A timeline as the API tells of it."""
    return {"subscription": found.subscription, "facts": found.facts, "stretches": found.stretches}


def preview_resource(found: Preview | None) -> dict[str, Any]:
    """A preview as the API tells of it; without a billing date where nothing is ever due."""
    if found is None:
        return {"billing_date": None, "invoices": [], "credit_notes": [], "parked": []}
    return {
        "billing_date": found.billing_date,
        "invoices": [_invoice(one) for one in found.page.invoices],
        "credit_notes": [_credit_note(one) for one in found.page.credit_notes],
        "parked": found.parked,
    }


def _invoice(one: IssuedInvoice) -> dict[str, Any]:
    def money(minor: int) -> Money:
        return Money(minor, one.currency)

    lines = [
        {
            **{name: getattr(line.draft, name) for name in _PreviewLine._declared_fields if hasattr(line.draft, name)},
            "amount": money(line.draft.amount_minor),
            "discount": money(line.discount_minor),
            "tax": money(line.tax_minor),
        }
        for line in one.lines
    ]
    return _document(one, "invoice", lines)


def _credit_note(one: IssuedCreditNote) -> dict[str, Any]:
    lines = [
        {
            "kind": line.draft.kind,
            "description": line.draft.description,
            "service_from": line.draft.from_on,
            "service_to": line.draft.to_on,
            "amount": Money(line.draft.amount_minor, one.currency),
            "discount": Money(line.discount_minor, one.currency),
        }
        for line in one.lines
    ]
    return _document(one, "credit_note", lines) | {"invoice_id": one.invoice_id}


def _document(one: IssuedInvoice | IssuedCreditNote, kind: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    amounts = {name: Money(getattr(one, f"{name}_minor"), one.currency) for name in ("subtotal", "discount", "tax", "total")}
    return {
        "kind": kind,
        "account_id": one.account_id,
        "currency": one.currency,
        "issued_on": one.issued_on,
        "lines": lines,
        **amounts,
    }
