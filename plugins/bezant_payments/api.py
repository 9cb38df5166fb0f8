"""REST: payment methods, payments, gateways and their webhooks."""

import hashlib
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import request

from bezant.sdk.api import ApiBlueprint, any_media_type, idempotent, if_match, list_endpoint, public, requires, scoped
from bezant.sdk.db import Shared
from bezant.sdk.services import act_as_system, principal
from bezant.sdk.values import NotFound, parse_plain
from bezant_accounts.services import account_id_of, get_account
from bezant_ledger.services import open_items
from bezant_payments import services
from bezant_payments.contracts import NewMethod, NewPayment, NewRefund, PaymentInfo
from bezant_payments.models import Collection, Method, Payment, Transaction
from bezant_payments.schemas import (
    COLLECTION_LIST,
    METHOD_LIST,
    PAYMENT_LIST,
    WEBHOOK_LIST,
    CollectBody,
    MethodBody,
    MethodSchema,
    PaymentBody,
    PaymentSchema,
    RefundBody,
    SettleBody,
    WebhookAnswerSchema,
    method_resource,
    payment_resource,
)
from bezant_payments.schemas.inputs import MethodEdit, NoteBody
from bezant_payments.schemas.resources import CollectAnswerSchema, GatewayListSchema

IDEMPOTENCY_KEY = "Idempotency-Key"

methods = ApiBlueprint(
    "payment_methods", __name__, scope=Method, url_prefix="/payment-methods", description="Tokens that gateways gave; never card numbers."
)
payments = ApiBlueprint("payments", __name__, scope=Payment, url_prefix="/payments", description="Money that came in, and went back.")
collections = ApiBlueprint(
    "collections", __name__, scope=Collection, url_prefix="/collections", description="Automatic collection of open items."
)
gateways = ApiBlueprint(
    "gateways",
    __name__,
    scope=Shared("what is installed is the same for everybody"),
    url_prefix="/gateways",
    description="What takes money, and what it tells.",
)
BLUEPRINTS = (methods, payments, collections, gateways)

list_endpoint(methods, METHOD_LIST)
list_endpoint(payments, PAYMENT_LIST)
list_endpoint(collections, COLLECTION_LIST)
list_endpoint(gateways, WEBHOOK_LIST, rule="/webhooks")


@methods.route("", methods=["POST"])
@requires("payments.method.create")
@methods.arguments(MethodBody)
@methods.response(201, MethodSchema)
def add_method(body: dict[str, Any]) -> object:
    """Add a payment method to an account."""
    return method_resource(services.add_method(NewMethod(**body | {"account_id": account_id_of(body["account_id"])})))


@methods.route("/<uuid:method_id>")
@requires("payments.method.view")
@methods.response(200, MethodSchema)
def get_method(method_id: UUID) -> object:
    """One payment method."""
    found = services.load_methods([method_id]).get(method_id)
    if found is None:
        raise NotFound(f"There is no payment method {method_id}.")
    return method_resource(found)


@methods.route("/<uuid:method_id>", methods=["PATCH"])
@requires("payments.method.edit")
@methods.arguments(MethodEdit)
@methods.response(200, MethodSchema)
def edit_method(body: dict[str, Any], method_id: UUID) -> object:
    """Make a method the default of its account, or take it out of use."""
    version = if_match()
    if body.get("archived"):
        return method_resource(services.remove_method(method_id, version))
    return method_resource(services.set_default_method(method_id, version))


@payments.route("", methods=["POST"])
@requires("payments.payment.create")
@idempotent(required=True, staged=True)
@payments.arguments(PaymentBody)
@payments.response(201, PaymentSchema)
def create_payment(body: dict[str, Any]) -> object:
    """Take money from a payment method.

    A decline is an answer: `state` is `failed`, and the transaction says why. While it is `unknown` or `pending`, ask again by GET.
    """
    account_id = account_id_of(body.pop("account_id"))
    amount, items = body.pop("amount"), tuple(body.pop("item_ids"))
    minor = _minor(amount, _currency(account_id, items) if isinstance(amount, Decimal) else "")
    new = NewPayment(account_id, minor, item_ids=items, **body | {"key": _own_key(body["key"])})
    return payment_resource(services.create_payment(new))


@payments.route("/<uuid:payment_id>")
@requires("payments.payment.view")
@payments.response(200, PaymentSchema)
def get_payment(payment_id: UUID) -> object:
    """One payment; its gateway is asked first where the outcome of an attempt is unknown."""
    found = _payment(payment_id)
    if found.state == "unknown":
        services.settle_payment(payment_id)
        found = _payment(payment_id)
    return payment_resource(found)


@payments.route("/<uuid:payment_id>/refund", methods=["POST"])
@requires("payments.payment.refund")
@idempotent(required=True, staged=True)
@payments.arguments(RefundBody)
@payments.response(201, PaymentSchema)
def refund_payment(body: dict[str, Any], payment_id: UUID) -> object:
    """Give money back to where it came from; what the money had paid is open again."""
    minor = _minor(body["amount"], _payment(payment_id).currency)
    return payment_resource(services.refund_payment(NewRefund(payment_id, minor, _own_key(body["key"]), body["reason"])))


@payments.route("/transactions/<uuid:transaction_id>/settle", methods=["POST"])
@requires("payments.payment.settle")
@scoped(Transaction)
@idempotent(required=True)
@payments.arguments(SettleBody)
@payments.response(200, PaymentSchema)
def settle_transaction(body: dict[str, Any], transaction_id: UUID) -> object:
    """Say what became of an attempt that is held, unknown or pending."""
    currency = services.payment_of(transaction_id).currency
    settled = services.settle_by_hand(
        transaction_id, succeeded=body["outcome"] == "succeeded", amount_minor=_minor(body["amount"], currency), note=body["note"]
    )
    return payment_resource(settled)


@payments.route("/transactions/<uuid:transaction_id>/take-back", methods=["POST"])
@requires("payments.payment.settle")
@scoped(Transaction)
@idempotent(required=True)
@payments.arguments(NoteBody)
@payments.response(200, PaymentSchema)
def take_back(body: dict[str, Any], transaction_id: UUID) -> object:
    """Say that a success was none: its booking is reversed."""
    return payment_resource(services.take_back_success(transaction_id, body["note"]))


@collections.route("", methods=["POST"])
@requires("payments.collection.run")
@idempotent(required=True)
@collections.arguments(CollectBody)
@collections.response(202, CollectAnswerSchema)
def collect_items(body: dict[str, Any]) -> object:
    """Have open items collected now from their payers' default methods."""
    return {"planned": services.collect_items(body["item_ids"])}


@gateways.route("")
@requires("payments.gateway.view")
@gateways.response(200, GatewayListSchema)
def list_gateways() -> object:
    """What each gateway is and can do."""
    return {"data": services.list_gateways()}


@gateways.route("/<string:key>/webhook", methods=["POST"])
@public("the processor's signature is the proof")
@any_media_type
@gateways.response(202, WebhookAnswerSchema)
def receive_webhook(key: str) -> object:
    """What a processor tells: checked, kept, and answered at once; 4xx where its signature does not hold."""
    with act_as_system():
        return {"received": services.receive_webhook(key, request.get_data(), dict(request.headers))}


def _payment(id: UUID) -> PaymentInfo:
    found = services.load_payments([id]).get(id)
    if found is None:
        raise NotFound(f"There is no payment {id}.")
    return found


def _minor(amount: int | Decimal | None, currency: str) -> int | None:
    """Minor units of an amount that came without a currency beside it."""
    return parse_plain(f"{amount:f}", currency) if isinstance(amount, Decimal) else amount


def _currency(account_id: UUID, item_ids: tuple[UUID, ...]) -> str:
    items = open_items(item_ids=item_ids, include_settled=True) if item_ids else []
    account = get_account(account_id)
    return items[0].currency if items else account.currency


def _own_key(key: str) -> str:
    """The payment's own key: the caller's, else made of who calls and the request's ``Idempotency-Key``."""
    who = principal()
    return (
        key or "api:" + hashlib.sha256(f"{who.kind}:{who.id or who.name}\n{request.headers.get(IDEMPOTENCY_KEY, '')}".encode()).hexdigest()
    )
