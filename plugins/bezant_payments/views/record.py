"""The parts of a payment's page."""

from collections.abc import Sequence

from flask import url_for

from bezant.sdk.values import Link, Money, SourceRef
from bezant.sdk.web import (
    Action,
    Column,
    Fact,
    NextStep,
    Panel,
    Status,
    TableRow,
    TimelineEntry,
    links_to,
    shown,
    table_panel,
    timeline_panel,
)
from bezant_accounts.services import get_account
from bezant_ledger.services import open_items
from bezant_payments import services
from bezant_payments.contracts import Operation, PaymentInfo, TransactionInfo, TransactionState
from bezant_payments.domain.operations import OPEN
from bezant_payments.schemas import PAYMENT_STATES, TRANSACTION_STATES

S = TransactionState
SOURCES = {"call": "the gateway", "lookup": "the gateway, asked", "webhook": "a webhook", "receipt": "a receipt", "person": "a person"}


def status_of(payment: PaymentInfo) -> Status:
    """The payment's state."""
    return Status(payment.state, choices=PAYMENT_STATES)


def who_pays(payment: PaymentInfo) -> Link | str:
    """The account, linked."""
    account = get_account(payment.account_id)
    ref = SourceRef("accounts.account", account.id, account.name)
    return shown(ref, links_to([ref]))


def facts_of(payment: PaymentInfo) -> list[Fact]:
    """What matters of a payment."""
    method = services.load_methods([payment.method_id]).get(payment.method_id) if payment.method_id else None
    facts = [
        Fact("Amount", Money(payment.amount_minor, payment.currency)),
        Fact("Received", Money(payment.captured_minor, payment.currency)),
        Fact("Refunded", Money(payment.refunded_minor, payment.currency)),
        Fact("Method", method.label if method else "", payment.gateway),
        Fact("Date", payment.created_at),
    ]
    return [fact for fact in facts if fact.label != "Refunded" or payment.refunded_minor]


def actions_of(payment: PaymentInfo) -> list[Action]:
    """What may be done with a payment."""
    actions = []
    open_ones = [t for t in payment.transactions if t.state in OPEN]
    if any(t.state is not S.HELD for t in open_ones):
        ask = url_for("payments.ask", payment_id=payment.id)
        actions.append(Action("Ask the gateway", ask, "refresh", "post", "payments.reconciliation.run"))
    for transaction in open_ones[:1]:
        settle = url_for("payments.settle", transaction_id=transaction.id)
        actions.append(Action("Decide", settle, "gavel", permission="payments.payment.settle", primary=transaction.state is S.HELD))
    came = [t for t in payment.transactions if t.operation is not Operation.REFUND and t.state is S.SUCCEEDED]
    if came and not payment.refunded_minor:
        back = url_for("payments.take_back", transaction_id=came[-1].id)
        actions.append(Action("Was no success", back, "arrow-back-up", permission="payments.payment.settle"))
    if payment.refundable_minor > 0:
        refund = url_for("payments.refund", payment_id=payment.id)
        actions.append(Action("Refund", refund, "receipt-refund", permission="payments.payment.refund", primary=True))
    return actions


def next_step_of(payment: PaymentInfo) -> NextStep | None:
    """What should happen next."""
    last = payment.transactions[-1]
    if last.state is S.HELD:
        return NextStep("Held for review", last.message, icon="alert-triangle", tone="bad")
    if last.flagged_at is not None:
        detail = "The gateway was asked as often as planned. Look there, then decide here what became of it."
        return NextStep("Nobody knows what became of this payment", detail, icon="alert-triangle", tone="bad")
    if last.next_action is not None and last.next_action.kind == "redirect":
        return NextStep("The payer has to confirm", last.next_action.url, icon="external-link")
    if last.state in (S.UNKNOWN, S.PENDING) and last.next_check_at is not None:
        return NextStep("The gateway will be asked again", f"At {last.next_check_at:%Y-%m-%d %H:%M} UTC.", icon="clock")
    if last.state in (S.DECLINED, S.NOT_ATTEMPTED) and last.operation is not Operation.REFUND:
        return NextStep("No money moved", last.message or last.reason_code.replace("_", " "), icon="credit-card-off", tone="bad")
    return None


def panels_of(payment: PaymentInfo) -> list[Panel]:
    """Attempts, what was paid, and what was told when."""
    return [_attempts(payment), _targets(payment), _told(payment)]


def _attempts(payment: PaymentInfo) -> Panel:
    columns = [
        Column("Date", place="s3"),
        Column("What", place="s1"),
        Column("Reference"),
        Column("Why"),
        Column("Asked", numeric=True),
        Column("Moved", numeric=True, place="s2"),
        Column("Status", place="s4"),
    ]
    return table_panel("Transactions", columns, [_attempt(transaction) for transaction in payment.transactions], order=10)


def _attempt(transaction: TransactionInfo) -> TableRow:
    processed = transaction.processed_minor
    return TableRow(
        (
            transaction.created_at,
            transaction.operation.value.replace("_", " ").capitalize(),
            transaction.gateway_reference,
            transaction.message or transaction.reason_code.replace("_", " "),
            Money(transaction.asked_minor, transaction.currency),
            "" if processed is None else Money(processed, transaction.processed_currency or transaction.currency),
            Status(transaction.state, choices=TRANSACTION_STATES),
        )
    )


def _targets(payment: PaymentInfo) -> Panel:
    items = (
        {item.id: item for item in open_items(item_ids=[t.item_id for t in payment.targets], include_settled=True)}
        if payment.targets
        else {}
    )
    links = links_to([item.source for item in items.values()])
    rows = [
        TableRow(
            (
                shown(items[target.item_id].source, links),
                items[target.item_id].due_on,
                Money(target.asked_minor, payment.currency),
                Money(items[target.item_id].residual_minor, payment.currency),
            )
        )
        for target in payment.targets
        if target.item_id in items
    ]
    columns = [
        Column("Document", place="s1"),
        Column("Due", place="s3"),
        Column("Asked", numeric=True),
        Column("Still open", numeric=True, place="s2"),
    ]
    return table_panel("Pays", columns, rows, empty="Nothing in particular: the money is credit of the account.", order=20)


def _told(payment: PaymentInfo) -> Panel:
    operations = {t.id: t.operation.value.replace("_", " ").capitalize() for t in payment.transactions}
    entries: Sequence[TimelineEntry] = [
        TimelineEntry(
            row.at,
            f"{operations[row.transaction_id]}: {row.state.replace('_', ' ')}",
            f"Said by {SOURCES[row.source]}. {row.message or row.reason_code.replace('_', ' ')}".strip(),
            "message",
        )
        for row in services.outcomes_of(payment.id)
    ]
    return timeline_panel("What was said", entries)
