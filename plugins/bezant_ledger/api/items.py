"""REST: open items and allocations."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from bezant.sdk.api import ApiBlueprint, idempotent, list_endpoint, requires
from bezant.sdk.values import NotFound
from bezant_ledger import services
from bezant_ledger.contracts import AllocationInfo, OpenItemInfo
from bezant_ledger.models import Allocation, OpenItem
from bezant_ledger.schemas import (
    ALLOCATION_LIST,
    OPEN_ITEM_LIST,
    AllocationBody,
    AllocationSchema,
    OldestFirstBody,
    OpenItemSchema,
)

open_items = ApiBlueprint("open_items", __name__, scope=OpenItem, url_prefix="/open-items", description="What is owed, and unused credit.")
allocations = ApiBlueprint(
    "allocations", __name__, scope=Allocation, url_prefix="/allocations", description="Which credit pays which item."
)
list_endpoint(open_items, OPEN_ITEM_LIST)
list_endpoint(allocations, ALLOCATION_LIST)


@open_items.route("/<uuid:item_id>")
@requires("ledger.item.view")
@open_items.response(200, OpenItemSchema)
def get_open_item(item_id: UUID) -> OpenItemInfo:
    """One open item."""
    return _item(item_id)


@open_items.route("/<uuid:item_id>/allocate", methods=["POST"])
@requires("ledger.allocation.create")
@idempotent(required=True)
@open_items.arguments(OldestFirstBody)
@open_items.response(200, AllocationSchema(many=True))
def allocate_credit(body: dict[str, Any], item_id: UUID) -> list[dict[str, Any]]:
    """Let a credit item pay the items named, else the oldest."""
    made = services.allocate_oldest_first(item_id, body["item_ids"], body["date"])
    return _with_currency(made, _item(item_id).currency)


@allocations.route("", methods=["POST"])
@requires("ledger.allocation.create")
@idempotent(required=True)
@allocations.arguments(AllocationBody)
@allocations.response(201, AllocationSchema)
def create_allocation(body: dict[str, Any]) -> dict[str, Any]:
    """Allocate some of a credit item to a receivable item, or take it back."""
    made = services.allocate_one(body["credit_item_id"], body["item_id"], body["amount_minor"], body["currency"], body["date"])
    return _with_currency([made], body["currency"])[0]


def _item(item_id: UUID) -> OpenItemInfo:
    found = services.open_items(item_ids=[item_id], include_settled=True)
    if not found:
        raise NotFound(f"There is no open item {item_id}.")
    return found[0]


def _with_currency(made: Sequence[AllocationInfo], currency: str) -> list[dict[str, Any]]:
    return [asdict(allocation) | {"currency": currency} for allocation in made]
