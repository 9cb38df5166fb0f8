"""The lists of payments, payment methods, collections and webhooks."""

from typing import Any

from flask import url_for
from sqlalchemy import Select, exists, select

from bezant.sdk.db import selectable
from bezant.sdk.lists import Choice, EmptyState, Field, ListSpec, Step, View
from bezant_accounts.contracts import ACCOUNTS
from bezant_ledger.contracts import OPEN_ITEMS
from bezant_payments.models import Collection, Method, Payment, Transaction, Webhook

PAYMENT_STATES = (
    Choice("started", "Under way", "info", "ring"),
    Choice("pending", "Pending", "warn", "ring"),
    Choice("unknown", "Unknown", "warn"),
    Choice("held", "Held for review", "warn"),
    Choice("failed", "Failed", "bad"),
    Choice("succeeded", "Succeeded", "ok", "ring"),
    Choice("partially_refunded", "Partly refunded", "idle", "ring"),
    Choice("refunded", "Refunded", "idle", "ring"),
)
TRANSACTION_STATES = (
    *PAYMENT_STATES[:4],
    Choice("succeeded", "Succeeded", "ok", "ring"),
    Choice("declined", "Declined", "bad"),
    Choice("not_attempted", "Not reached", "bad"),
)
ORIGINS = (
    Choice("automatic", "Automatic", mark="ring"),
    Choice("manual", "By hand", mark="ring"),
    Choice("receipt", "Came in", mark="ring"),
)
COLLECTION_STATES = (
    Choice("planned", "Planned", "info", "ring"),
    Choice("attempted", "Under way", "info"),
    Choice("done", "Done", "ok", "ring"),
    Choice("failed", "Failed", "bad"),
    Choice("stopped", "Not collected", "idle", "ring"),
)
WEBHOOK_STATES = (
    Choice("new", "New", "info"),
    Choice("done", "Done", "ok", "ring"),
    Choice("unmatched", "No transaction yet", "warn"),
    Choice("ignored", "Not ours", "idle", "sq"),
)

_payments, _methods, _collections, _webhooks = Payment.__table__.c, Method.__table__.c, Collection.__table__.c, Webhook.__table__.c
_accounts = selectable(ACCOUNTS)
_items = selectable(OPEN_ITEMS)


def _payment_rows() -> Select[Any]:
    return select().select_from(Payment.__table__.join(_accounts, _accounts.c.id == _payments.account_id))


def _attention() -> Any:
    return exists().where(Transaction.payment_id == _payments.id, Transaction.flagged_at.is_not(None))


PAYMENT_LIST = ListSpec(
    name="payments",
    title="Payments",
    permission="payments.payment.view",
    scope=Payment,
    statement=_payment_rows,
    fields=(
        Field("id", "Id", _payments.id, "uuid", hidden=True),
        Field("number", "Payment", _payments.number, "code"),
        Field("account", "Account", _accounts.c.name),
        Field("account_number", "Account number", _accounts.c.number, "code", hidden=True),
        Field("account_id", "Account id", _payments.account_id, "uuid", hidden=True),
        Field("description", "For", _payments.description),
        Field("gateway", "Gateway", _payments.gateway, "code"),
        Field("origin", "Origin", _payments.origin, "status", choices=ORIGINS, hidden=True),
        Field("created_at", "Date", _payments.created_at, "instant"),
        Field("amount", "Amount", _payments.amount_minor, "money", sum=True),
        Field("captured", "Received", _payments.captured_minor, "money", hidden=True, sum=True),
        Field("refunded", "Refunded", _payments.refunded_minor, "money", hidden=True, sum=True),
        Field("currency", "Currency", _payments.currency, "code", hidden=True),
        Field("attention", "Needs attention", _attention(), "boolean", hidden=True, sortable=False),
        Field("state", "Status", _payments.state, "status", choices=PAYMENT_STATES),
    ),
    default_sort="-created_at",
    search=("number", "account", "amount"),
    search_hint="Number, account or amount",
    views=(
        View("failed", "Failed", "state=failed"),
        View("open", "Not final", "state.in=started,pending,unknown"),
        View("attention", "Needs attention", "attention=true"),
        View("refunded", "Refunded", "state.in=partially_refunded,refunded"),
    ),
    record=lambda row: url_for("payments.show", payment_id=row["id"]),
    empty=EmptyState(
        "No payments yet",
        "Open items of accounts with a payment method are collected by themselves; money that came in can be recorded.",
        Step("Payment methods", lambda: url_for("payments.methods"), "credit-card", "payments.method.view"),
    ),
    name_field="account",
)

METHOD_LIST = ListSpec(
    name="payment_methods",
    title="Payment methods",
    permission="payments.method.view",
    scope=Method,
    statement=lambda: select().select_from(Method.__table__.join(_accounts, _accounts.c.id == _methods.account_id)),
    fields=(
        Field("id", "Id", _methods.id, "uuid", hidden=True),
        Field("account", "Account", _accounts.c.name),
        Field("account_id", "Account id", _methods.account_id, "uuid", hidden=True),
        Field("label", "Method", _methods.label),
        Field("kind", "Kind", _methods.kind, "code"),
        Field("gateway", "Gateway", _methods.gateway, "code"),
        Field("last4", "Last digits", _methods.last4, "code", hidden=True),
        Field("expires_on", "Expires", _methods.expires_on, "day"),
        Field("is_default", "Default", _methods.is_default, "boolean"),
        Field("archived", "Removed", _methods.archived, "boolean"),
        Field("created_at", "Added", _methods.created_at, "instant"),
    ),
    default_sort="-created_at",
    search=("account", "label", "last4"),
    search_hint="Account or method",
    views=(View("in_use", "In use", "archived=false"),),
    record=lambda row: url_for("payments.show_method", method_id=row["id"]),
    empty=EmptyState(
        "No payment methods yet",
        "With a payment method an account's open items are collected by themselves.",
        Step("New payment method", lambda: url_for("payments.new_method"), "plus", "payments.method.create"),
    ),
    actions=(Step("New payment method", lambda: url_for("payments.new_method"), "plus", "payments.method.create"),),
    name_field="account",
)


def _collection_rows() -> Select[Any]:
    joined = Collection.__table__.join(_accounts, _accounts.c.id == _collections.account_id)
    joined = joined.join(_items, _items.c.id == _collections.item_id)
    return select().select_from(joined.outerjoin(Payment.__table__, _payments.id == _collections.payment_id))


COLLECTION_LIST = ListSpec(
    name="collections",
    title="Automatic collection",
    permission="payments.payment.view",
    scope=Collection,
    statement=_collection_rows,
    fields=(
        Field("item_id", "Open item", _collections.item_id, "uuid", hidden=True),
        Field("document", "Document", _items.c.source_number, "code"),
        Field("account", "Account", _accounts.c.name),
        Field("account_id", "Account id", _collections.account_id, "uuid", hidden=True),
        Field("left", "Open", _items.c.residual_minor, "money", sum=True),
        Field("currency", "Currency", _items.c.currency, "code", hidden=True),
        Field("run_at", "Next attempt", _collections.run_at, "instant"),
        Field("tries", "Declined", _collections.tries, "integer", hint="How often it was declined"),
        Field("reason", "Why", _collections.reason, "code", show=lambda row: str(row["reason"]).replace("_", " ")),
        Field("payment", "Payment", _payments.number, "code"),
        Field("payment_id", "Payment id", _collections.payment_id, "uuid", internal=True),
        Field("state", "Status", _collections.state, "status", choices=COLLECTION_STATES),
    ),
    key="item_id",
    default_sort="-run_at",
    search=("document", "account"),
    search_hint="Document or account",
    views=(
        View("planned", "Planned", "state=planned"),
        View("failed", "Failed", "state=failed"),
        View("stopped", "Not collected", "state=stopped"),
    ),
    record=lambda row: url_for("payments.show", payment_id=row["payment_id"]) if row["payment_id"] else None,
    empty=EmptyState("Nothing to collect", "When an account with a default payment method owes something, its collection is planned here."),
    name_field="account",
)

WEBHOOK_LIST = ListSpec(
    name="gateway_webhooks",
    title="What gateways told",
    permission="payments.gateway.view",
    scope=Webhook,
    statement=lambda: select().select_from(Webhook.__table__),
    fields=(
        Field("id", "Id", _webhooks.id, "uuid", hidden=True),
        Field("received_at", "Received", _webhooks.received_at, "instant"),
        Field("gateway", "Gateway", _webhooks.gateway, "code"),
        Field("kind", "Event", _webhooks.kind, "code"),
        Field("event_id", "Event id", _webhooks.event_id, "code"),
        Field("tries", "Tries", _webhooks.tries, "integer", hidden=True),
        Field("state", "Status", _webhooks.state, "status", choices=WEBHOOK_STATES),
    ),
    default_sort="-received_at",
    search=("event_id",),
    search_hint="Event id",
    views=(View("unmatched", "No transaction yet", "state=unmatched"),),
    empty=EmptyState("No webhooks yet", "What gateways tell of payments is kept here as it came."),
)
