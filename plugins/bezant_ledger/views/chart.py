"""The chart of accounts."""

from typing import Any

from flask import url_for

from bezant.sdk.values import Money
from bezant.sdk.web import Action, Answer, Fact, Link, facts_panel, list_panel, render_form, render_list, render_record, requires
from bezant_ledger import services
from bezant_ledger.contracts import LedgerAccountInfo
from bezant_ledger.models import LedgerPosting
from bezant_ledger.schemas import LEDGER_ACCOUNT_LIST, POSTING_LIST, LedgerAccountBody, LedgerAccountEdit
from bezant_ledger.views.blueprint import blueprint


@blueprint.get("/accounts")
@requires("ledger.account.view")
def accounts() -> Answer:
    """The chart of accounts."""
    return render_list(LEDGER_ACCOUNT_LIST)


@blueprint.get("/postings")
@requires("ledger.entry.view")
def postings() -> Answer:
    """All postings."""
    return render_list(POSTING_LIST)


@blueprint.route("/accounts/new", methods=["GET", "POST"])
@requires("ledger.account.create")
def new_account() -> Answer:
    """A new account of the chart."""

    def save(data: dict[str, Any]) -> str:
        return url_for("ledger.account", code=services.create_ledger_account(LedgerAccountInfo(**data)).code)

    back = url_for("ledger.accounts")
    return render_form(LedgerAccountBody(), title="New ledger account", noun="ledger account", save=save, cancel=back, done="It is added.")


@blueprint.get("/accounts/<code>")
@requires("ledger.account.view")
def account(code: str) -> str:
    """One account of the chart: its balance and its newest postings."""
    found, _ = services.get_ledger_account(code)
    balances = services.balances(ledger_accounts=[code])
    facts = [
        Fact("Type", found.type),
        Fact("Keeps", {"receivable": "open receivables", "credit": "open credits"}.get(found.items or "", "no open items")),
        Fact("Balance kept", "for each account" if found.per_account else "as a whole"),
    ]
    everything = Link("All", url_for("ledger.postings", ledger_account=code), "ledger.entry.view")
    query = "fields=description,date,source_number,account,amount&sort=-id"
    newest = list_panel("Newest postings", POSTING_LIST, LedgerPosting.__table__.c.ledger_account == code, query=query, link=everything)
    edit = Action("Edit", url_for("ledger.edit_account", code=code), "pencil", permission="ledger.account.edit", primary=True)
    return render_record(
        title=found.title,
        subtitle=code,
        facts=[Fact("Balance", Money(balance.balance_minor, balance.currency)) for balance in balances],
        actions=[edit],
        panels=[newest, facts_panel("Details", facts)],
    )


@blueprint.route("/accounts/<code>/edit", methods=["GET", "POST"])
@requires("ledger.account.edit")
def edit_account(code: str) -> Answer:
    """Renames or archives an account of the chart."""
    found, version = services.get_ledger_account(code)
    back = url_for("ledger.account", code=code)

    def save(data: dict[str, Any], version: int) -> str:
        services.edit_ledger_account(code, **data, version=version)
        return back

    return render_form(
        LedgerAccountEdit(),
        title=f"Edit {found.title}",
        noun="ledger account",
        save=save,
        values=LedgerAccountEdit().dump(found),
        version=version,
        cancel=back,
        done="The ledger account was changed.",
    )
