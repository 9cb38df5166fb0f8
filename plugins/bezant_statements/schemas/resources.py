"""Bodies and resources of the REST API; the bodies are the forms of the pages, too."""

from collections.abc import Sequence
from typing import Any

from marshmallow import fields, validate

from bezant.sdk.api import CurrencyCode, Day, Instant, MoneyString, Schema, Text, Uuid
from bezant.sdk.values import Money
from bezant_statements.contracts import BALANCE_FORWARD, OPEN_ITEM, Aging, AgingRow, RunInfo, StatementInfo, StatementLineInfo

KIND_CHOICES = ((BALANCE_FORWARD, "Balance forward: what happened in the period"), (OPEN_ITEM, "Open items: what is left on the last day"))


def _kind(**options: Any) -> fields.String:
    metadata = {"label": "Kind", "choices": KIND_CHOICES, "widget": "radio", "full": True}
    return fields.String(validate=validate.OneOf([value for value, _ in KIND_CHOICES]), metadata=metadata, **options)


class StatementBody(Schema):
    """What to state."""

    account_id = Text(
        required=True,
        blank=False,
        free=False,
        metadata={"label": "Account", "hint": "Its id, or external: and your own id for it", "full": True},
    )
    kind = _kind(load_default=BALANCE_FORWARD)
    from_on = Day(required=True, metadata={"label": "First day"})
    to_on = Day(required=True, metadata={"label": "Last day", "hint": "Included. Anything dated later is left out."})
    currency = CurrencyCode(load_default=None, allow_none=True, metadata={"label": "Currency", "hint": "Left out: the account's own"})


class StatementRunBody(Schema):
    """What to state of every account."""

    kind = _kind(load_default=BALANCE_FORWARD)
    from_on = Day(required=True, metadata={"label": "First day"})
    to_on = Day(required=True, metadata={"label": "Last day", "hint": "Included. Anything dated later is left out."})
    legal_entity_id = Uuid(load_default=None, allow_none=True, metadata={"label": "Legal entity", "hint": "Left out: all of them"})
    skip_settled = fields.Boolean(load_default=True, metadata={"label": "Leave out accounts with nothing to state", "full": True})


class AgingBucketSchema(Schema):
    """What falls due so many days before the day looked at."""

    label = fields.String(metadata={"description": "current, 1-30, …"})
    days_from = fields.Integer(allow_none=True)
    days_to = fields.Integer(allow_none=True)
    amount = MoneyString()


class StatementSourceSchema(Schema):
    """The record that a line comes from."""

    type = fields.String()
    id = Uuid()
    number = fields.String()


class StatementLineSchema(Schema):
    """A movement of a balance-forward statement, or an open document of an open-item statement."""

    position = fields.Integer()
    day = Day()
    source = fields.Nested(StatementSourceSchema)
    word = fields.String(metadata={"description": "What it is, in English: Invoice, Payment, …"})
    description = fields.String()
    amount = MoneyString()
    settled = MoneyString(allow_none=True)
    open = MoneyString(allow_none=True)
    due_on = Day(allow_none=True)
    days_late = fields.Integer(allow_none=True)
    balance = MoneyString()


class StatementSchema(Schema):
    """A statement of account."""

    id = Uuid()
    number = fields.String()
    kind = fields.String()
    status = fields.String()
    account_id = Uuid()
    legal_entity_id = Uuid()
    currency = fields.String()
    from_on = Day()
    to_on = Day()
    issued_on = Day()
    opening = MoneyString()
    charges = MoneyString()
    credits = MoneyString()
    closing = MoneyString()
    past_due = MoneyString()
    credit = MoneyString()
    aging = fields.List(fields.Nested(AgingBucketSchema))
    lines = fields.List(fields.Nested(StatementLineSchema))
    run_id = Uuid(allow_none=True)
    superseded_by_id = Uuid(allow_none=True)


class ParkedAccountSchema(Schema):
    """An account that failed, and why."""

    account_id = Uuid()
    message = fields.String()


class StatementRunSchema(Schema):
    """A statement run."""

    id = Uuid()
    kind = fields.String()
    from_on = Day()
    to_on = Day()
    legal_entity_id = Uuid(allow_none=True)
    skip_settled = fields.Boolean()
    state = fields.String()
    accounts = fields.Integer()
    done = fields.Integer()
    issued = fields.Integer()
    skipped = fields.Integer()
    parked = fields.Integer()
    created_at = Instant()
    finished_at = Instant(allow_none=True)
    parked_accounts = fields.List(fields.Nested(ParkedAccountSchema))


class AgingTotalSchema(Schema):
    """The aging of all accounts in a currency. Buckets and credit (negative) add up to the total."""

    currency = fields.String()
    buckets = fields.List(fields.Nested(AgingBucketSchema))
    credit = MoneyString()
    total = MoneyString()


class AgingRowSchema(AgingTotalSchema):
    """The aging of an account with a legal entity in a currency."""

    account_id = Uuid()
    legal_entity_id = Uuid()
    as_of = Day()


class AgingReportSchema(Schema):
    """A page of the aging. ``totals`` are of all accounts, by currency."""

    as_of = Day(allow_none=True, metadata={"description": "The day asked for; null: each account's own today."})
    data = fields.List(fields.Nested(AgingRowSchema))
    next = fields.String(allow_none=True, metadata={"description": "The cursor of the following page, for `after`."})
    has_more = fields.Boolean()
    totals = fields.List(fields.Nested(AgingTotalSchema))


def statement_resource(info: StatementInfo, lines: Sequence[StatementLineInfo]) -> dict[str, Any]:
    """A statement as REST answers it."""
    plain = ("id", "number", "kind", "status", "account_id", "legal_entity_id", "currency", "from_on", "to_on", "issued_on", "run_id")
    amounts = ("opening", "charges", "credits", "closing", "past_due")
    return {
        **{name: getattr(info, name) for name in (*plain, "superseded_by_id")},
        **{name: Money(getattr(info, f"{name}_minor"), info.currency) for name in amounts},
        "credit": Money(info.aging.credit_minor, info.currency),
        "aging": _buckets(info.aging, info.currency),
        "lines": [_line(line, info.currency) for line in lines],
    }


def run_resource(run: RunInfo, parked: Sequence[Any] = ()) -> dict[str, Any]:
    """A run as REST answers it."""
    return {**{name: getattr(run, name) for name in RunInfo.__dataclass_fields__}, "parked_accounts": list(parked)}


def aging_resource(row: AgingRow) -> dict[str, Any]:
    """A row of the aging as REST answers it."""
    key = {"account_id": row.account_id, "legal_entity_id": row.legal_entity_id, "as_of": row.as_of}
    return {**key, **aging_amounts(row.aging, row.currency)}


def aging_amounts(aging: Aging, currency: str) -> dict[str, Any]:
    """The amounts of an aging as REST answers them."""
    return {
        "currency": currency,
        "buckets": _buckets(aging, currency),
        "credit": Money(aging.credit_minor, currency),
        "total": Money(aging.balance_minor, currency),
    }


def _buckets(aging: Aging, currency: str) -> list[dict[str, Any]]:
    return [
        {"label": b.label, "days_from": b.days_from, "days_to": b.days_to, "amount": Money(b.amount_minor, currency)} for b in aging.buckets
    ]


def _line(line: StatementLineInfo, currency: str) -> dict[str, Any]:
    plain = ("position", "day", "source", "word", "description", "due_on", "days_late")
    return {
        **{name: getattr(line, name) for name in plain},
        "amount": Money(line.amount_minor, currency),
        "settled": None if line.settled_minor is None else Money(line.settled_minor, currency),
        "open": None if line.open_minor is None else Money(line.open_minor, currency),
        "balance": Money(line.balance_minor, currency),
    }
