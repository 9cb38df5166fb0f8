"""What other plugins, pages, the API and jobs can ask of payments."""

from bezant_payments.services.collecting import collect, collect_due, collect_items, next_collection, plan_collections, stop_collections
from bezant_payments.services.health import counts, trouble
from bezant_payments.services.loading import find_payments, get_payment, load_payments, outcomes_of, payment_of
from bezant_payments.services.methods import add_method, add_methods, load_methods, methods_of, remove_method, set_default_method
from bezant_payments.services.purchases import create_payment
from bezant_payments.services.receipts import record_receipts
from bezant_payments.services.reconciling import next_check, reconcile, settle_payment
from bezant_payments.services.refunds import refund_payment
from bezant_payments.services.registry import gateway, gateways, list_gateways, register, travel_objections
from bezant_payments.services.settling import settle_by_hand, take_back_success
from bezant_payments.services.webhooks import process_webhooks, receive_webhook, weigh_webhooks

__all__ = [
    "add_method",
    "add_methods",
    "collect",
    "collect_due",
    "collect_items",
    "counts",
    "create_payment",
    "find_payments",
    "gateway",
    "gateways",
    "get_payment",
    "list_gateways",
    "load_methods",
    "load_payments",
    "methods_of",
    "next_check",
    "next_collection",
    "outcomes_of",
    "payment_of",
    "plan_collections",
    "process_webhooks",
    "receive_webhook",
    "reconcile",
    "record_receipts",
    "refund_payment",
    "register",
    "remove_method",
    "set_default_method",
    "settle_by_hand",
    "settle_payment",
    "stop_collections",
    "take_back_success",
    "travel_objections",
    "trouble",
    "weigh_webhooks",
]
