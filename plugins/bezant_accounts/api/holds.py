"""REST: holds."""

from typing import Any
from uuid import UUID

from bezant.sdk.api import ApiBlueprint, list_endpoint, requires
from bezant_accounts import services
from bezant_accounts.contracts import Hold, NewHold
from bezant_accounts.models import AccountHold
from bezant_accounts.schemas import HOLD_LIST, HoldBody, HoldSchema

holds = ApiBlueprint(
    "holds", __name__, scope=AccountHold, url_prefix="/holds", description="Why billing, collection or reminders stand still."
)
list_endpoint(holds, HOLD_LIST)


@holds.route("", methods=["POST"])
@requires("accounts.hold.place")
@holds.arguments(HoldBody)
@holds.response(201, HoldSchema)
def place_hold(body: dict[str, Any]) -> Hold:
    """Hold something of an account back."""
    owner = services.account_id_of(body["account_id"])
    return services.place_hold(NewHold(**body | {"account_id": owner, "stops": tuple(body["stops"])}))


@holds.route("/<uuid:hold_id>/release", methods=["POST"])
@requires("accounts.hold.release")
@holds.response(204)
def release_hold(hold_id: UUID) -> None:
    """End a hold now."""
    services.release_hold(hold_id)
