"""Pages: payment methods."""

from typing import Any
from uuid import UUID

from flask import redirect, url_for
from werkzeug.wrappers import Response

from bezant.sdk.values import NotFound
from bezant.sdk.web import Action, Fact, facts_panel, list_panel, render_form, render_list, render_record, requires, say
from bezant_accounts.services import account_id_of, get_account
from bezant_payments import services
from bezant_payments.contracts import MethodInfo, NewMethod
from bezant_payments.models import Payment
from bezant_payments.schemas import METHOD_LIST, PAYMENT_LIST
from bezant_payments.schemas.inputs import method_form
from bezant_payments.views.blueprint import blueprint


@blueprint.get("/methods")
@requires("payments.method.view")
def methods() -> Any:
    """All payment methods."""
    return render_list(METHOD_LIST)


@blueprint.route("/methods/new", methods=["GET", "POST"])
@requires("payments.method.create")
def new_method() -> Any:
    """Add a payment method to an account."""

    def save(data: dict[str, Any]) -> str:
        made = services.add_method(NewMethod(**data | {"account_id": account_id_of(data["account_id"])}))
        return url_for("accounts.show", account_id=made.account_id)

    return render_form(
        method_form([(info.key, info.title) for info in (gateway.info for gateway in services.gateways().values())]),
        title="New payment method",
        noun="payment method",
        submit="Add",
        save=save,
        intro="Card numbers are never typed in here: the gateway's page takes them, and gives a token.",
        cancel=url_for("payments.methods"),
        done="The payment method was added.",
    )


@blueprint.get("/methods/<uuid:method_id>")
@requires("payments.method.view")
def show_method(method_id: UUID) -> str:
    """One payment method, and what was paid by it."""
    method = _get(method_id)
    account = get_account(method.account_id)
    facts = [
        Fact("Gateway", method.gateway),
        Fact("Kind", method.kind),
        Fact("Last digits", method.last4),
        Fact("Expires", method.expires_on),
    ]
    return render_record(
        title=method.label,
        subtitle=account.name,
        facts=[Fact("Default", method.is_default), Fact("Removed", method.archived), Fact("Added", method.created_at)],
        actions=_actions(method),
        panels=[facts_panel("Details", facts), list_panel("Payments", PAYMENT_LIST, Payment.method_id == method_id)],
    )


@blueprint.post("/methods/<uuid:method_id>/default")
@requires("payments.method.edit")
def make_default(method_id: UUID) -> Response:
    """Collect open items from this method."""
    services.set_default_method(method_id)
    say("Open items are collected from this method now.")
    return redirect(url_for("payments.show_method", method_id=method_id), 303)


@blueprint.post("/methods/<uuid:method_id>/remove")
@requires("payments.method.edit")
def remove_method(method_id: UUID) -> Response:
    """Take a method out of use."""
    services.remove_method(method_id)
    say("The payment method is out of use.")
    return redirect(url_for("payments.show_method", method_id=method_id), 303)


def _actions(method: MethodInfo) -> list[Action]:
    if method.archived:
        return []
    default = url_for("payments.make_default", method_id=method.id)
    remove = url_for("payments.remove_method", method_id=method.id)
    gone = Action("Remove", remove, "trash", "post", "payments.method.edit", danger=True, confirm="Take this payment method out of use?")
    return [gone] if method.is_default else [Action("Make default", default, "star", "post", "payments.method.edit", primary=True), gone]


def _get(method_id: UUID) -> MethodInfo:
    found = services.load_methods([method_id]).get(method_id)
    if found is None:
        raise NotFound(f"There is no payment method {method_id}.")
    return found
