"""REST: bank transfers that came in, and how to pay by one."""

from typing import Any
from uuid import UUID

from bezant.sdk.api import ApiBlueprint, idempotent, list_endpoint, requires
from bezant_accounts.services import account_id_of
from bezant_gateway_bank_transfer import services
from bezant_gateway_bank_transfer.contracts import NewTransfer
from bezant_gateway_bank_transfer.models import Transfer
from bezant_gateway_bank_transfer.schemas import (
    RECORD,
    TRANSFER_LIST,
    AssignBody,
    InstructionsQuery,
    InstructionsSchema,
    TransferBody,
    TransferSchema,
)

VIEW = "gateway_bank_transfer.transfer.view"

blueprint = ApiBlueprint(
    "bank_transfers", __name__, scope=Transfer, url_prefix="/bank-transfers", description="Money that came in by bank transfer."
)
list_endpoint(blueprint, TRANSFER_LIST)


@blueprint.route("", methods=["POST"])
@requires(RECORD)
@idempotent(required=True)
@blueprint.arguments(TransferBody)
@blueprint.response(201, TransferSchema)
def record_transfer(body: dict[str, Any]) -> object:
    """Record a transfer. With a payer, named or found by what was quoted, it becomes a payment; else it waits."""
    account = body.pop("account_id")
    new = NewTransfer(amount_minor=body.pop("amount"), account_id=account_id_of(account) if account else None, **body)
    return services.record_transfers([new])[0]


@blueprint.route("/<uuid:transfer_id>")
@requires(VIEW)
@blueprint.response(200, TransferSchema)
def get_transfer(transfer_id: UUID) -> object:
    """One transfer."""
    return services.get_transfer(transfer_id)


@blueprint.route("/<uuid:transfer_id>/assign", methods=["POST"])
@requires(RECORD)
@idempotent(required=True)
@blueprint.arguments(AssignBody)
@blueprint.response(200, TransferSchema)
def assign_transfer(body: dict[str, Any], transfer_id: UUID) -> object:
    """Say whose money a transfer is."""
    return services.assign_transfer(transfer_id, account_id_of(body["account_id"]), tuple(body["item_ids"]))


@blueprint.route("/instructions")
@requires(VIEW)
@blueprint.arguments(InstructionsQuery, location="query")
@blueprint.response(200, InstructionsSchema)
def get_instructions(asked: dict[str, Any]) -> object:
    """How an account pays by transfer: one open item, or on account."""
    return services.instructions(account_id_of(asked["account_id"]), asked["item_id"])
