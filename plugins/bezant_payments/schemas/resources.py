"""Resources of the REST API."""

from typing import Any

from marshmallow import fields

from bezant.sdk.api import Day, Instant, MoneyString, Schema, Uuid
from bezant_payments.contracts import MethodInfo, PaymentInfo


class MethodSchema(Schema):
    """A payment method; its token is not told again."""

    id = Uuid()
    account_id = Uuid()
    gateway = fields.String()
    kind = fields.String()
    label = fields.String()
    last4 = fields.String()
    expires_on = Day(allow_none=True)
    is_default = fields.Boolean()
    archived = fields.Boolean()
    created_at = Instant()
    version = fields.Integer()


class NextActionSchema(Schema):
    """What the payer has to do: `redirect` to `url`, or `display` the `details`."""

    kind = fields.String()
    url = fields.String()
    details = fields.Dict(keys=fields.String(), values=fields.String())


class TransactionSchema(Schema):
    """One attempt at the gateway."""

    id = Uuid()
    operation = fields.String()
    state = fields.String()
    key = fields.String()
    asked = MoneyString()
    processed = MoneyString(allow_none=True, currency_from="processed_currency")
    processed_currency = fields.String(allow_none=True)
    gateway_reference = fields.String()
    reason_code = fields.String()
    message = fields.String()
    next_action = fields.Nested(NextActionSchema, allow_none=True)
    created_at = Instant()
    settled_at = Instant(allow_none=True)
    next_check_at = Instant(allow_none=True)
    flagged_at = Instant(allow_none=True)


class PaymentTargetSchema(Schema):
    """An open item that the payment is for."""

    item_id = Uuid()
    asked = MoneyString()


class PaymentSchema(Schema):
    """A payment."""

    id = Uuid()
    number = fields.String()
    account_id = Uuid()
    legal_entity_id = Uuid()
    currency = fields.String()
    gateway = fields.String()
    method_id = Uuid(allow_none=True)
    origin = fields.String(metadata={"description": "automatic, manual or receipt"})
    state = fields.String()
    amount = MoneyString()
    captured = MoneyString()
    refunded = MoneyString()
    description = fields.String()
    created_at = Instant()
    transactions = fields.List(fields.Nested(TransactionSchema))
    items = fields.List(fields.Nested(PaymentTargetSchema))
    replayed = fields.Boolean(metadata={"description": "The key had been used with success before: nothing new happened."})


class GatewaySchema(Schema):
    """What a gateway is and can do; no currencies or countries: all."""

    key = fields.String()
    title = fields.String()
    capabilities = fields.List(fields.String())
    currencies = fields.List(fields.String())
    countries = fields.List(fields.String())
    test_mode = fields.Boolean()
    automatic = fields.Boolean()


class GatewayListSchema(Schema):
    """The gateways of this deployment."""

    data = fields.List(fields.Nested(GatewaySchema))


class CollectAnswerSchema(Schema):
    """How many items will be collected: those that are open, and whose payer has a method that can be collected from."""

    planned = fields.Integer()


class WebhookAnswerSchema(Schema):
    """How many of the events were new."""

    received = fields.Integer()


_PLAIN: tuple[str, ...] = (
    "id",
    "number",
    "account_id",
    "legal_entity_id",
    "currency",
    "gateway",
    "method_id",
    "origin",
    "description",
    "created_at",
)
_TRANSACTION = tuple(name for name in TransactionSchema().fields if name not in ("asked", "processed"))


def payment_resource(info: PaymentInfo) -> dict[str, Any]:
    """A payment as REST answers it."""
    return {
        **{name: getattr(info, name) for name in _PLAIN},
        "state": info.state.value,
        "amount": info.amount_minor,
        "captured": info.captured_minor,
        "refunded": info.refunded_minor,
        "replayed": info.replayed,
        "items": [{"item_id": target.item_id, "asked": target.asked_minor} for target in info.targets],
        "transactions": [
            {
                **{name: getattr(transaction, name) for name in _TRANSACTION},
                "asked": transaction.asked_minor,
                "processed": transaction.processed_minor,
            }
            for transaction in info.transactions
        ],
    }


def method_resource(info: MethodInfo) -> dict[str, Any]:
    """A payment method as REST answers it."""
    return {name: getattr(info, name) for name in MethodSchema().fields}
