"""An account's page: the facts, the people, and what the other plugins add."""

from itertools import chain
from uuid import UUID

from babel import Locale
from flask import url_for

from bezant.sdk.custom import tags_of
from bezant.sdk.hooks import bezant_add_account_events, bezant_add_account_panels, each
from bezant.sdk.services import may
from bezant.sdk.web import (
    Action,
    Column,
    Fact,
    Link,
    NextStep,
    Panel,
    Status,
    TableRow,
    TimelineEntry,
    facts_panel,
    render_record,
    table_panel,
    timeline_panel,
)
from bezant_accounts import services
from bezant_accounts.contracts import AccountInfo, Address, Hold
from bezant_accounts.schemas.lists import STATES

TIMELINE = 12
"""Entries of the timeline that the page shows."""

VIEW, EDIT, ARCHIVE = "accounts.account.view", "accounts.account.edit", "accounts.account.archive"


def account_record(account: AccountInfo) -> str:
    """The page of an account."""
    holds = services.active_holds([account.id])[account.id]
    return render_record(
        title=account.name,
        status=Status("archived" if account.archived else "active", choices=STATES),
        subtitle=_subtitle(account),
        avatar=(account.external_id or account.name)[:2].upper(),
        tags=tags_of([account.id]).get(account.id, ()),
        actions=_actions(account),
        next_step=_next_step(holds),
        panels=[*_added(account.id), *_own_panels(account, holds)],
    )


def _subtitle(account: AccountInfo) -> str:
    since = f"customer since {account.created_at:%B %Y}" if account.created_at else ""
    return " · ".join(filter(None, (account.external_id or account.number, account.email, since)))


def _actions(account: AccountInfo) -> list[Action]:
    hold = Action("Hold", url_for("accounts.place_hold", account_id=account.id), "player-pause", permission="accounts.hold.place")
    edit = Action("Edit", url_for("accounts.edit", account_id=account.id), "pencil", permission=EDIT, primary=True)
    if account.archived:
        return [Action("Restore", url_for("accounts.restore", account_id=account.id), "arrow-back-up", "post", ARCHIVE), edit]
    confirm = "Archive this account? It is billed no more; its history stays."
    return [Action("Archive", url_for("accounts.archive", account_id=account.id), "archive", "post", ARCHIVE, confirm=confirm), hold, edit]


def _next_step(holds: tuple[Hold, ...]) -> NextStep | None:
    if not holds:
        return None
    stopped = sorted({word for hold in holds for word in hold.stops})
    return NextStep(f"Held: {', '.join(stopped)}.", "; ".join(hold.reason for hold in holds), icon="player-pause")


def _added(account_id: UUID) -> list[Panel]:
    """What other plugins show of the account, and its timeline."""
    panels = list(chain.from_iterable(answer.value for answer in each(bezant_add_account_panels, account_id)))
    told: list[TimelineEntry] = [
        entry
        for answer in each(bezant_add_account_events, account_id, TIMELINE)
        for entry in answer.value
        if not entry.permission or may(entry.permission)
    ]
    newest = sorted(told, key=lambda entry: entry.at, reverse=True)[:TIMELINE]
    return [*panels, timeline_panel("Timeline", newest, place="aside", order=10)] if newest else panels


def _own_panels(account: AccountInfo, holds: tuple[Hold, ...]) -> list[Panel]:
    return [*([_holds_panel(holds)] if holds else []), _contacts_panel(account), _addresses_panel(account), _details_panel(account)]


def _details_panel(account: AccountInfo) -> Panel:
    related = services.load_accounts({account.payer_id, *([account.parent_id] if account.parent_id else [])})
    entity = services.get_legal_entity(account.legal_entity_id)
    payer = "itself" if account.payer_id == account.id else _other(related.get(account.payer_id))
    facts = [
        Fact("Number", account.number),
        Fact("External id", account.external_id),
        Fact("Billed by", Link(entity.name, url_for("accounts.legal_entity", legal_entity_id=entity.id), "accounts.legal_entity.view")),
        Fact("Parent", _other(related.get(account.parent_id))) if account.parent_id else None,
        Fact("Paid by", payer),
        Fact("Currency", account.currency, note="fixed" if account.currency_frozen else ""),
        Fact("Terms", f"net {account.payment_terms_days}"),
        Fact("Cycle day", account.bill_cycle_day),
        Fact("Time zone", account.timezone),
        Fact("Language", Locale.parse(account.locale).english_name),
        *(Fact(_tax_title(tax_id.kind), tax_id.value) for tax_id in account.tax_ids),
        Fact("Tax", "exempt") if account.tax_exempt else None,
    ]
    edit = Link("Edit", url_for("accounts.edit", account_id=account.id), EDIT)
    return facts_panel("Details", [fact for fact in facts if fact and fact.value is not None], link=edit, order=50)


def _contacts_panel(account: AccountInfo) -> Panel:
    rows = [
        TableRow([c.name, c.email, c.phone, ", ".join(c.roles), _edit(url_for("accounts.edit_contact", contact_id=c.id))])
        for c in services.load_contacts([account.id])[account.id]
    ]
    columns = [Column("Name", place="s1"), Column("E-mail", place="s3"), Column("Phone"), Column("About"), Column("")]
    add = Link("New contact", url_for("accounts.new_contact", account_id=account.id), EDIT)
    return table_panel("Contacts", columns, rows, link=add, empty="Nobody yet; documents go to the account's own e-mail.", order=800)


def _addresses_panel(account: AccountInfo) -> Panel:
    rows = [TableRow(["billing", account.name, one_line(account.address), _edit(url_for("accounts.edit", account_id=account.id))])]
    for found in services.load_addresses(account.id):
        rows.append(
            TableRow([found.kind, found.name, one_line(found.address), _edit(url_for("accounts.edit_address", address_id=found.id))])
        )
    columns = [Column("For", place="s3"), Column("Addressee"), Column("Address", place="s1"), Column("")]
    add = Link("New address", url_for("accounts.new_address", account_id=account.id), EDIT)
    return table_panel("Addresses", columns, rows, link=add, order=810)


def _holds_panel(holds: tuple[Hold, ...]) -> Panel:
    rows = [TableRow([h.reason, ", ".join(h.stops), h.source.number if h.source else "", h.placed_at, _until(h)]) for h in holds]
    columns = [Column("Reason", place="s1"), Column("Stops", place="s4"), Column("For"), Column("Since", place="s3"), Column("Until")]
    all_holds = Link("All holds", url_for("accounts.holds", account_id=str(holds[0].account_id)), VIEW)
    return table_panel("Holds", columns, rows, link=all_holds, order=5)


def _until(hold: Hold) -> object:
    return hold.until or "somebody releases it"


def one_line(address: Address) -> str:
    """An address in one line."""
    place = " ".join(filter(None, (address.postal_code, address.city)))
    return ", ".join(filter(None, (address.line1, address.line2, place, address.region, address.country)))


def _tax_title(kind: str) -> str:
    return services.TAX_TITLES.get(kind, "Tax id")


def _other(account: AccountInfo | None) -> Link | str:
    """Another account; one that the reader may not know of has no name."""
    if account is None:
        return "another account"
    return Link(account.name, url_for("accounts.show", account_id=account.id), VIEW)


def _edit(url: str) -> Link:
    return Link("Edit", url, EDIT)
