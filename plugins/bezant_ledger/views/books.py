"""Balances of any day, closed periods, the proof."""

from datetime import date
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from bezant.sdk.services import may
from bezant.sdk.values import Invalid, Money
from bezant.sdk.web import (
    Action,
    Answer,
    Column,
    Link,
    NextStep,
    Panel,
    TableRow,
    page,
    render_form,
    render_list,
    render_record,
    requires,
    say,
    table_panel,
)
from bezant_accounts.services import load_legal_entities
from bezant_ledger import services
from bezant_ledger.schemas import BALANCE_LIST, PeriodBody
from bezant_ledger.views.blueprint import blueprint


@blueprint.get("/balances")
@requires("ledger.balance.view")
def balances() -> Answer:
    """Balances as they are now, for each account where they are kept so."""
    return render_list(BALANCE_LIST)


@blueprint.get("/trial-balance")
@requires("ledger.balance.view")
def trial_balance() -> str:
    """Balances of all ledger accounts at the end of any day."""
    day = _day(request.args.get("as_of", ""))
    return page("ledger/trial_balance.html", title="Trial balance", as_of=day, tables=_tables(day))


@blueprint.get("/books")
@requires("ledger.balance.view")
def books() -> str:
    """Where the books stand: closed periods, and the proof."""
    rows = [TableRow([entity.name, services.closed_through(entity.id) or "nothing is closed"]) for entity in load_legal_entities().values()]
    columns = [Column("Legal entity", place="s1"), Column("Last closed day", place="s2")]
    close = Link("Close a month", url_for("ledger.close"), "ledger.period.close")
    verify = Action("Verify now", url_for("ledger.verify"), "shield-check", "post", "ledger.seal.verify", primary=True)
    what = "Everything is recomputed from the postings, and the first difference is named. It runs every day by itself."
    return render_record(
        title="Books",
        actions=[Action("Trial balance", url_for("ledger.trial_balance"), "scale"), verify],
        next_step=NextStep("Proof of the ledger.", what, icon="shield-check"),
        panels=[table_panel("Closed through", columns, rows, link=close)],
    )


@blueprint.route("/close", methods=["GET", "POST"])
@requires("ledger.period.close")
def close() -> Answer:
    """Closes or reopens months."""

    def save(data: dict[str, Any]) -> str:
        services.set_closed_through(data["legal_entity_id"], data["closed_through"])
        return url_for("ledger.books")

    back = url_for("ledger.books")
    return render_form(
        PeriodBody(), title="Close a month", noun="period", submit="Close", save=save, cancel=back, done="The books are closed."
    )


@blueprint.post("/verify")
@requires("ledger.seal.verify")
def verify() -> Response:
    """Starts the proof, and leads to its job for whoever may see jobs."""
    job_id = services.start_verification()
    say("The ledger is being proved.")
    return redirect(url_for("bezant_admin.job", job_id=job_id) if may("core.job.view") else url_for("ledger.books"), 303)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid.field("as_of", "not_day", f"{text!r} is no day; write it like 2026-01-31.") from None


def _tables(day: date | None) -> list[Panel]:
    """One table for each legal entity and currency."""
    entities, titles = load_legal_entities(), {account.code: account.title for account in services.ledger_accounts()}
    rows: dict[tuple[str, str], list[TableRow]] = {}
    debits: dict[tuple[str, str], int] = {}
    for found in services.balances(day):
        code = Link(found.ledger_account, url_for("ledger.account", code=found.ledger_account), "ledger.account.view")
        amount = Money(abs(found.balance_minor), found.currency)
        sides: list[object] = [amount, ""] if found.balance_minor >= 0 else ["", amount]
        key = (entities[found.legal_entity_id].name, found.currency)
        rows.setdefault(key, []).append(TableRow([code, titles.get(found.ledger_account, ""), *sides]))
        debits[key] = debits.get(key, 0) + max(found.balance_minor, 0)
    return [_table(*key, found, debits[key]) for key, found in rows.items()]


def _table(name: str, currency: str, rows: list[TableRow], total: int) -> Panel:
    columns = [
        Column("Ledger account", place="s1"),
        Column("Title", place="s3"),
        Column("Debit", numeric=True, place="s2", currency=currency),
        Column("Credit", numeric=True, place="s4", currency=currency),
    ]
    return table_panel(name, columns, rows, foot=["Total", "", Money(total, currency), Money(total, currency)])
