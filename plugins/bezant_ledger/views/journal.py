"""Journal entries."""

from typing import Any
from uuid import UUID

from flask import redirect, url_for
from werkzeug.wrappers import Response

from bezant.sdk.values import Money, NotFound, SourceRef
from bezant.sdk.web import (
    Action,
    Answer,
    Column,
    Fact,
    Link,
    Panel,
    Status,
    TableRow,
    facts_panel,
    links_to,
    render_form,
    render_list,
    render_record,
    requires,
    say,
    shown,
    table_panel,
)
from bezant_accounts.services import get_legal_entity, load_accounts
from bezant_ledger import services
from bezant_ledger.contracts import EntryInfo
from bezant_ledger.schemas import ENTRY_LIST, EntryBody
from bezant_ledger.schemas.references import new_entry
from bezant_ledger.views.blueprint import blueprint


@blueprint.get("/")
@requires("ledger.entry.view")
def index() -> Answer:
    """The journal."""
    return render_list(ENTRY_LIST)


@blueprint.route("/entries/new", methods=["GET", "POST"], endpoint="new_entry")
@requires("ledger.entry.post")
def type_entry() -> Answer:
    """An entry by hand."""

    def save(data: dict[str, Any]) -> str:
        return url_for("ledger.entry", entry_id=services.post_manual(new_entry(data)).id)

    return render_form(
        EntryBody(),
        title="New journal entry",
        noun="entry",
        submit="Post",
        save=save,
        cancel=url_for("ledger.index"),
        intro="Debits are positive, credits negative, and they sum to zero. What is posted stays: it is corrected by another entry.",
        done="The entry is posted.",
    )


@blueprint.get("/entries/<uuid:entry_id>")
@requires("ledger.entry.view")
def entry(entry_id: UUID) -> str:
    """One journal entry."""
    found = services.load_entries([entry_id]).get(entry_id)
    if found is None:
        raise NotFound("There is no such journal entry.")
    undone_by = services.reversed_by([entry_id]).get(entry_id)
    debits = sum(posting.amount_minor for posting in found.postings if posting.amount_minor > 0)
    reverse = Action(
        "Reverse",
        url_for("ledger.reverse", entry_id=entry_id),
        "arrow-back-up",
        "post",
        "ledger.entry.reverse",
        confirm="Post another entry today that undoes this one?",
    )
    return render_record(
        title=found.description or "Journal entry",
        status=Status("reversed", "Reversed") if undone_by else None,
        subtitle=shown(found.source, links_to([found.source])),
        facts=[Fact("Date", found.date), Fact("Amount", Money(debits, found.currency))],
        actions=[] if undone_by else [reverse],
        panels=[_postings_panel(found), _details_panel(found, undone_by)],
    )


@blueprint.post("/entries/<uuid:entry_id>/reverse")
@requires("ledger.entry.reverse")
def reverse(entry_id: UUID) -> Response:
    """Undoes an entry."""
    undoing = services.reverse(entry_id)
    say("The entry is reversed by this one.")
    return redirect(url_for("ledger.entry", entry_id=undoing.id), 303)


def _postings_panel(found: EntryInfo) -> Panel:
    owners = load_accounts({posting.account_id for posting in found.postings if posting.account_id})
    refs = {id: SourceRef("accounts.account", id, owner.name) for id, owner in owners.items()}
    links = links_to(refs.values())
    rows = []
    for posting in found.postings:
        amount = Money(abs(posting.amount_minor), found.currency)
        owner = shown(refs[posting.account_id], links) if posting.account_id in refs else ""
        code = Link(posting.ledger_account, url_for("ledger.account", code=posting.ledger_account), "ledger.account.view")
        item = posting.item_id or (posting.id if posting.payer_id else None)
        opened = Link("item", url_for("ledger.item", item_id=item), "ledger.item.view") if item else ""
        debit, credit = (amount, "") if posting.amount_minor >= 0 else ("", amount)
        rows.append(TableRow([code, owner, posting.due_on, opened, debit, credit]))
    columns = [
        Column("Ledger account", place="s1"),
        Column("Account", place="s3"),
        Column("Due"),
        Column("Opens or takes from"),
        Column("Debit", numeric=True, place="s2", currency=found.currency),
        Column("Credit", numeric=True, place="s4", currency=found.currency),
    ]
    return table_panel("Postings", columns, rows)


def _details_panel(found: EntryInfo, undone_by: UUID | None) -> Panel:
    entity = get_legal_entity(found.legal_entity_id)
    facts = [
        Fact("Legal entity", entity.name),
        Fact("Currency", found.currency),
        Fact("Source", found.source.type),
        Fact("Number", found.source.number),
        Fact("Reverses", _link(found.reverses_id)) if found.reverses_id else None,
        Fact("Reversed by", _link(undone_by)) if undone_by else None,
    ]
    return facts_panel("Details", [fact for fact in facts if fact is not None])


def _link(entry_id: UUID) -> Link:
    return Link("entry", url_for("ledger.entry", entry_id=entry_id), "ledger.entry.view")
