"""Pages: payments, their refunds, and what a person says of them."""

from typing import Any
from uuid import UUID

from flask import redirect, url_for
from werkzeug.wrappers import Response

from bezant.sdk.values import Money, NotFound, format_plain, new_id, parse_plain
from bezant.sdk.web import Link, local_target, render_form, render_list, render_record, requires, say
from bezant_accounts.services import get_account
from bezant_ledger.services import open_items
from bezant_payments import services
from bezant_payments.contracts import NewPayment, NewRefund, PaymentInfo
from bezant_payments.schemas import COLLECTION_LIST, PAYMENT_LIST, SettleBody, payment_form
from bezant_payments.schemas.inputs import NoteBody, RefundForm
from bezant_payments.views.blueprint import blueprint
from bezant_payments.views.record import actions_of, facts_of, next_step_of, panels_of, status_of, who_pays


@blueprint.get("/")
@requires("payments.payment.view")
def index() -> Any:
    """All payments."""
    return render_list(PAYMENT_LIST)


@blueprint.get("/collections")
@requires("payments.payment.view")
def collections() -> Any:
    """What is collected automatically, and why some is not."""
    return render_list(COLLECTION_LIST)


@blueprint.get("/<uuid:payment_id>")
@requires("payments.payment.view")
def show(payment_id: UUID) -> str:
    """One payment: where it stands, what was tried, what it paid."""
    payment = _get(payment_id)
    return render_record(
        title=payment.number,
        status=status_of(payment),
        subtitle=who_pays(payment),
        facts=facts_of(payment),
        actions=actions_of(payment),
        next_step=next_step_of(payment),
        panels=panels_of(payment),
    )


@blueprint.route("/new/<uuid:account_id>", methods=["GET", "POST"])
@requires("payments.payment.create")
def take(account_id: UUID) -> Any:
    """Take money from a payment method of an account, for open items or as credit."""
    account = get_account(account_id)
    items = open_items(payer_ids=[account_id], kind="receivable")
    methods = services.methods_of([account_id])
    labels = [(str(i.id), f"{i.source.number}: {format_plain(i.residual_minor, i.currency)} {i.currency}, due {i.due_on}") for i in items]

    def save(data: dict[str, Any]) -> str:
        chosen = [item for item in items if item.id in data["item_ids"]]
        currency = chosen[0].currency if chosen else account.currency
        amount = None if data["amount"] is None else _minor(data["amount"], currency)
        rest = {name: data[name] for name in ("method_id", "description", "key")}
        payment = services.create_payment(NewPayment(account_id, amount, item_ids=tuple(i.id for i in chosen), **rest))
        _say_outcome(payment)
        return url_for("payments.show", payment_id=payment.id)

    return render_form(
        payment_form(labels, [(str(method.id), method.label) for method in methods]),
        title=f"Take a payment from {account.name}",
        noun="payment",
        submit="Take the payment",
        save=save,
        values={"key": new_id().hex},
        intro="" if methods else "This account has no payment method yet; add one first.",
        cancel=_account_url(account_id),
    )


@blueprint.route("/<uuid:payment_id>/refund", methods=["GET", "POST"])
@requires("payments.payment.refund")
def refund(payment_id: UUID) -> Any:
    """Give money back."""
    payment = _get(payment_id)
    back = url_for("payments.show", payment_id=payment_id)

    def save(data: dict[str, Any]) -> str:
        amount = None if data["amount"] is None else _minor(data["amount"], payment.currency)
        refunded = services.refund_payment(NewRefund(payment_id, amount, data["key"], data["reason"]))
        last = refunded.transactions[-1]
        words = {
            "succeeded": "The money went back.",
            "declined": "The gateway refused the refund.",
            "not_attempted": "The gateway was not reached.",
        }
        say(words.get(last.state, "The refund is under way."), "ok" if last.state == "succeeded" else "bad")
        return back

    left = Money(payment.refundable_minor, payment.currency)
    return render_form(
        RefundForm(),
        values={"key": new_id().hex},
        title=f"Refund {payment.number}",
        noun="refund",
        submit="Refund",
        save=save,
        cancel=back,
        intro=f"{left} can go back to where it came from. What it had paid is open again, unless a credit note covers it.",
        crumbs=(Link(payment.number, back, "payments.payment.view"),),
    )


@blueprint.post("/<uuid:payment_id>/ask")
@requires("payments.reconciliation.run")
def ask(payment_id: UUID) -> Response:
    """Ask the gateway what became of the payment."""
    services.settle_payment(payment_id)
    _say_outcome(_get(payment_id))
    return redirect(url_for("payments.show", payment_id=payment_id), 303)


@blueprint.route("/transactions/<uuid:transaction_id>/settle", methods=["GET", "POST"])
@requires("payments.payment.settle")
def settle(transaction_id: UUID) -> Any:
    """Say what became of an attempt."""
    payment = services.payment_of(transaction_id)
    back = url_for("payments.show", payment_id=payment.id)

    def save(data: dict[str, Any]) -> str:
        amount = None if data["amount"] is None else _minor(data["amount"], payment.currency)
        services.settle_by_hand(transaction_id, succeeded=data["outcome"] == "succeeded", amount_minor=amount, note=data["note"])
        return back

    return render_form(
        SettleBody(),
        title=f"What became of {payment.number}?",
        noun="decision",
        submit="Book it",
        save=save,
        cancel=back,
        done="Your decision is booked.",
    )


@blueprint.route("/transactions/<uuid:transaction_id>/take-back", methods=["GET", "POST"])
@requires("payments.payment.settle")
def take_back(transaction_id: UUID) -> Any:
    """Say that a success was none."""
    payment = services.payment_of(transaction_id)
    back = url_for("payments.show", payment_id=payment.id)

    def save(data: dict[str, Any]) -> str:
        services.take_back_success(transaction_id, data["note"])
        return back

    return render_form(
        NoteBody(),
        title=f"{payment.number} was no success",
        noun="correction",
        submit="Take it back",
        save=save,
        cancel=back,
        intro="Its booking is reversed and what it had paid is open again. No money moves: that is only possible by a refund.",
        done="The booking was reversed.",
    )


@blueprint.post("/collect/<uuid:account_id>")
@requires("payments.collection.run")
def collect_account(account_id: UUID) -> Response:
    """Have everything collected that an account owes."""
    planned = services.collect_items([item.id for item in open_items(payer_ids=[account_id], kind="receivable")])
    say(
        f"{planned} open items will be collected." if planned else "Nothing can be collected: add a payment method first.",
        "ok" if planned else "bad",
    )
    return redirect(local_target(_account_url(account_id)), 303)


def _get(payment_id: UUID) -> PaymentInfo:
    found = services.load_payments([payment_id]).get(payment_id)
    if found is None:
        raise NotFound(f"There is no payment {payment_id}.")
    return found


def _minor(amount: Any, currency: str) -> int:
    return parse_plain(f"{amount:f}", currency) if not isinstance(amount, int) else amount


def _say_outcome(payment: PaymentInfo) -> None:
    last = payment.transactions[-1]
    words = {"succeeded": "The money came in.", "declined": "The payment was declined.", "not_attempted": "The gateway was not reached."}
    say(words.get(last.state, "The outcome is not known yet; it is asked for automatically."), "ok" if last.state == "succeeded" else "bad")


def _account_url(account_id: UUID) -> str:
    return url_for("accounts.show", account_id=account_id)
