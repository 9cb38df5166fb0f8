"""Pages: bank transfers that came in, and what they add to an account's page."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import url_for

from bezant.sdk.services import may, now
from bezant.sdk.values import Link, Money, SourceRef
from bezant.sdk.web import (
    Action,
    Fact,
    NavItem,
    NextStep,
    Panel,
    Status,
    WebBlueprint,
    facts_panel,
    links_to,
    render_form,
    render_list,
    render_record,
    requires,
    shown,
)
from bezant_accounts.services import account_id_of, get_account
from bezant_gateway_bank_transfer import services
from bezant_gateway_bank_transfer.contracts import TRANSFER, NewTransfer, TransferInfo, TransferState
from bezant_gateway_bank_transfer.schemas import RECORD, STATES, TRANSFER_LIST, AssignBody, TransferBody, facts_to_pay
from bezant_payments.contracts import PAYMENT
from bezant_payments.services import load_payments

VIEW = "gateway_bank_transfer.transfer.view"
NAVIGATION = (NavItem("Money", "Bank transfers", "gateway_bank_transfer.index", "building-bank", VIEW, 35),)

blueprint = WebBlueprint("gateway_bank_transfer", __name__, url_prefix="/bank-transfers")


@blueprint.get("/")
@requires(VIEW)
def index() -> Any:
    """All transfers."""
    return render_list(TRANSFER_LIST)


@blueprint.route("/new", methods=["GET", "POST"])
@requires(RECORD)
def record() -> Any:
    """Record a transfer."""

    def save(data: dict[str, Any]) -> str:
        account = data.pop("account_id")
        new = NewTransfer(amount_minor=data.pop("amount"), account_id=account_id_of(account) if account else None, **data)
        return url_for("gateway_bank_transfer.show", transfer_id=services.record_transfers([new])[0].id)

    return render_form(
        TransferBody(),
        title="Record a bank transfer",
        noun="transfer",
        submit="Record",
        save=save,
        values={"received_on": now().date().isoformat()},
        cancel=url_for("gateway_bank_transfer.index"),
        done="The transfer was recorded.",
    )


@blueprint.get("/<uuid:transfer_id>")
@requires(VIEW)
def show(transfer_id: UUID) -> str:
    """One transfer."""
    transfer = services.get_transfer(transfer_id)
    told = [Fact("Text", transfer.text), Fact("From", transfer.payer_name), Fact("Bank reference", transfer.bank_reference)]
    return render_record(
        title=f"Transfer of {transfer.received_on.isoformat()}",
        subtitle=transfer.payer_name,
        status=Status(transfer.state, choices=STATES),
        facts=[Fact("Amount", Money(transfer.amount_minor, transfer.currency)), Fact("Received", transfer.received_on), *_payer(transfer)],
        next_step=_next_step(transfer),
        panels=[facts_panel("What the bank told", told, place="main")],
    )


@blueprint.route("/<uuid:transfer_id>/assign", methods=["GET", "POST"])
@requires(RECORD)
def assign(transfer_id: UUID) -> Any:
    """Say whose money it is."""
    back = url_for("gateway_bank_transfer.show", transfer_id=services.get_transfer(transfer_id).id)

    def save(data: dict[str, Any]) -> str:
        services.assign_transfer(transfer_id, account_id_of(data["account_id"]), ())
        return back

    return render_form(
        AssignBody(only=("account_id",)),
        title="Whose money is it?",
        noun="transfer",
        submit="Book it",
        save=save,
        cancel=back,
        intro="It pays what the account has owed longest; the rest is credit.",
        done="The transfer is a payment now.",
    )


def _payer(transfer: TransferInfo) -> list[Fact]:
    if transfer.account_id is None or transfer.payment_id is None:
        return []
    account = get_account(transfer.account_id)
    payments = load_payments([transfer.payment_id]) if may("payments.payment.view") else {}
    refs = [SourceRef("accounts.account", account.id, account.name)]
    refs += [SourceRef(PAYMENT, payment.id, payment.number) for payment in payments.values()]
    links = links_to(refs)
    return [Fact(name, shown(ref, links)) for name, ref in zip(("Account", "Payment"), refs, strict=False)]


def _next_step(transfer: TransferInfo) -> NextStep | None:
    if transfer.state is TransferState.MATCHED:
        return None
    action = Action("Say whose it is", url_for("gateway_bank_transfer.assign", transfer_id=transfer.id), permission=RECORD)
    return NextStep("Nobody knows whose money this is", "No reference in the text leads to one account.", action, "help", "bad")


def account_panels(account_id: UUID) -> Sequence[Panel]:
    """On an account's page: what to quote when paying on account."""
    if not may(VIEW):
        return []
    facts = [Fact(name, value) for name, value in facts_to_pay(services.instructions(account_id))]
    return [facts_panel("Paying by transfer", facts, order=320)]


def link_transfers(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Where transfers are shown."""
    mine = [ref for ref in refs if ref.type == TRANSFER]
    return {ref: Link(ref.number, url_for("gateway_bank_transfer.show", transfer_id=ref.id), VIEW) for ref in mine}
