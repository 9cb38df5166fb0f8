"""Bodies, resources and lists of payments."""

from bezant_payments.schemas.inputs import CollectBody, MethodBody, PaymentBody, RefundBody, SettleBody, payment_form
from bezant_payments.schemas.lists import COLLECTION_LIST, METHOD_LIST, PAYMENT_LIST, PAYMENT_STATES, TRANSACTION_STATES, WEBHOOK_LIST
from bezant_payments.schemas.resources import (
    GatewaySchema,
    MethodSchema,
    PaymentSchema,
    WebhookAnswerSchema,
    method_resource,
    payment_resource,
)

__all__ = [
    "COLLECTION_LIST",
    "METHOD_LIST",
    "PAYMENT_LIST",
    "PAYMENT_STATES",
    "TRANSACTION_STATES",
    "WEBHOOK_LIST",
    "CollectBody",
    "GatewaySchema",
    "MethodBody",
    "MethodSchema",
    "PaymentBody",
    "PaymentSchema",
    "RefundBody",
    "SettleBody",
    "WebhookAnswerSchema",
    "method_resource",
    "payment_form",
    "payment_resource",
]
