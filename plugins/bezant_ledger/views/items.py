"""Open items and allocations, also as a part of an account's page."""

from uuid import UUID

from flask import redirect, url_for
from werkzeug.wrappers import Response

from bezant.sdk.services import now
from bezant.sdk.values import Money, NotFound, SourceRef
from bezant.sdk.web import (
    Action,
    Answer,
    Fact,
    Link,
    Panel,
    Status,
    facts_panel,
    links_to,
    list_panel,
    render_list,
    render_record,
    requires,
    say,
    shown,
)
from bezant_accounts.services import get_account
from bezant_ledger import services
from bezant_ledger.contracts import OpenItemInfo
from bezant_ledger.models import Allocation, OpenItem
from bezant_ledger.schemas import ALLOCATION_LIST, OPEN_ITEM_LIST
from bezant_ledger.schemas.lists import ITEM_STATES
from bezant_ledger.views.blueprint import blueprint

OF_AN_ACCOUNT = "fields=source_number,status,due_on,amount,residual"


@blueprint.get("/open-items")
@requires("ledger.item.view")
def items() -> Answer:
    """All open items."""
    return render_list(OPEN_ITEM_LIST)


@blueprint.get("/allocations")
@requires("ledger.item.view")
def allocations() -> Answer:
    """All allocations."""
    return render_list(ALLOCATION_LIST)


@blueprint.get("/open-items/<uuid:item_id>")
@requires("ledger.item.view")
def item(item_id: UUID) -> str:
    """One open item with what was taken from it."""
    found = services.open_items(item_ids=[item_id], include_settled=True)
    if not found:
        raise NotFound("There is no such open item.")
    return _record(found[0])


@blueprint.post("/open-items/<uuid:item_id>/allocate")
@requires("ledger.allocation.create")
def allocate(item_id: UUID) -> Response:
    """Lets a credit pay the oldest items."""
    made = services.allocate_oldest_first(item_id)
    say(f"{len(made)} items were paid." if made else "Nothing is owed that this credit could pay.")
    return redirect(url_for("ledger.item", item_id=item_id), 303)


def account_panels(account_id: UUID) -> list[Panel]:
    """What an account owes and has as credit, on its page."""
    everything = Link("All", url_for("ledger.items", account_id=str(account_id)), "ledger.item.view")
    query = f"{OF_AN_ACCOUNT}&status.in=open,part,overdue,credit&sort=due_on"
    mine = OpenItem.__table__.c.account_id == account_id
    return [list_panel("Open items", OPEN_ITEM_LIST, mine, query=query, link=everything, order=20)]


def _record(found: OpenItemInfo) -> str:
    owner = get_account(found.account_id)
    account = SourceRef("accounts.account", owner.id, owner.name)
    links = links_to([account, found.source])
    pay = Action(
        "Pay the oldest items", url_for("ledger.allocate", item_id=found.id), "arrows-exchange", "post", "ledger.allocation.create"
    )
    table = Allocation.__table__.c
    touched = (table.item_id == found.id) | (table.credit_item_id == found.id)
    return render_record(
        title=found.source.number or "Open item",
        status=Status(_state(found), choices=ITEM_STATES),
        subtitle=shown(account, links),
        facts=[Fact("Total", Money(found.amount_minor, found.currency)), Fact("Open", Money(found.residual_minor, found.currency))],
        actions=[pay] if found.kind == "credit" and found.residual_minor else [],
        panels=[list_panel("Allocations", ALLOCATION_LIST, touched, query="fields=document,credit,date,amount"), _details(found, links)],
    )


def _details(found: OpenItemInfo, links: object) -> Panel:
    ledger_account = Link(found.ledger_account, url_for("ledger.account", code=found.ledger_account), "ledger.account.view")
    facts = [
        Fact("Document", shown(found.source, links)),  # type: ignore[arg-type]
        Fact("Posted", found.posted_on),
        Fact("Due", found.due_on),
        Fact("Ledger account", ledger_account),
    ]
    return facts_panel("Details", [fact for fact in facts if fact.value])


def _state(found: OpenItemInfo) -> str:
    if found.kind == "credit":
        return "credit" if found.residual_minor else "used"
    if found.is_settled:
        return "settled"
    if found.due_on is not None and found.due_on < now().date():
        return "overdue"
    return "part" if found.residual_minor < found.amount_minor else "open"
