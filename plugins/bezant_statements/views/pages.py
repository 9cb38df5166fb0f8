"""Pages: statements, runs, aging."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from bezant.sdk.services import now
from bezant.sdk.values import Invalid, Money, SourceRef
from bezant.sdk.web import (
    Action,
    Column,
    Fact,
    NextStep,
    Panel,
    Status,
    TableRow,
    WebBlueprint,
    links_to,
    render_form,
    render_list,
    render_record,
    requires,
    shown,
    table_panel,
)
from bezant_accounts.services import account_id_of, get_account, load_accounts
from bezant_statements import services
from bezant_statements.contracts import OPEN_ITEM, NewRun, NewStatement, RunInfo, StatementInfo
from bezant_statements.schemas import KINDS, RUN_LIST, STATEMENT_LIST, STATES, StatementBody, StatementRunBody, aging_list
from bezant_statements.views.parts import aging_bar, aging_panel, lines_panel

blueprint = WebBlueprint("statements", __name__, url_prefix="/statements")

ACCOUNT = "accounts.account"
"""Type of a reference to an account."""


@blueprint.get("")
@requires("statements.statement.view")
def list_statements() -> Any:
    """All statements."""
    return render_list(STATEMENT_LIST)


@blueprint.route("/new", methods=["GET", "POST"])
@requires("statements.statement.create")
def new_statement() -> Any:
    """State one account."""
    return render_form(
        StatementBody(),
        title="New statement",
        noun="statement",
        submit="Issue",
        save=_save_statement,
        values=_this_month(),
        cancel=url_for("statements.list_statements"),
        done="The statement was issued.",
    )


@blueprint.get("/<uuid:statement_id>")
@requires("statements.statement.view")
def show_statement(statement_id: UUID) -> str:
    """One statement: what it says, how old what is open is, its lines with links to their records."""
    statement = services.get_statement(statement_id)
    lines = services.statement_lines(statement_id)
    account = get_account(statement.account_id)
    ref = SourceRef(ACCOUNT, account.id, account.name)
    links = links_to([ref, *(line.source for line in lines)])
    return render_record(
        title=statement.number,
        status=Status(statement.status, choices=STATES),
        subtitle=shown(ref, links),
        facts=_facts(statement),
        actions=_actions(statement),
        next_step=_superseded(statement),
        panels=[aging_panel(statement.aging, statement.currency, "Aging"), lines_panel(statement, lines, links)],
    )


@blueprint.get("/<uuid:statement_id>/pdf")
@requires("statements.statement.view")
def pdf(statement_id: UUID) -> Response:
    """The statement as a PDF."""
    number = services.get_statement(statement_id).number
    headers = {"Content-Disposition": f'inline; filename="{number}.pdf"'}
    return Response(services.statement_pdf(statement_id), mimetype="application/pdf", headers=headers)


@blueprint.get("/runs")
@requires("statements.run.view")
def list_runs() -> Any:
    """All runs."""
    return render_list(RUN_LIST)


@blueprint.route("/runs/new", methods=["GET", "POST"])
@requires("statements.run.create")
def new_run() -> Any:
    """State all accounts."""
    return render_form(
        StatementRunBody(),
        title="Statements for all accounts",
        noun="run",
        submit="Start",
        save=lambda data: url_for("statements.show_run", run_id=services.create_run(NewRun(**data)).id),
        values=_this_month(),
        cancel=url_for("statements.list_runs"),
        done="The run has started.",
    )


@blueprint.get("/runs/<uuid:run_id>")
@requires("statements.run.view")
def show_run(run_id: UUID) -> str:
    """One run: how far it is, and what failed."""
    run = services.get_run(run_id)
    return render_record(
        title=f"Statements to {run.to_on.isoformat()}",
        status=Status(run.state),
        facts=_run_facts(run),
        actions=[Action("Its statements", url_for("statements.list_statements", run_id=str(run.id)), "file-text")],
        panels=[*([_progress_panel(run)] if run.state != "done" else []), *([_parked_panel(run)] if run.parked else [])],
    )


@blueprint.get("/aging")
@requires("statements.aging.view")
def aging_report() -> Any:
    """How old what is owed is: today, or as of any day."""
    return _aging_page(None)


@blueprint.get("/aging/<as_of>")
@requires("statements.aging.view")
def aging_as_of(as_of: str) -> Any:
    """The aging as of a day."""
    return _aging_page(_day(as_of))


@blueprint.get("/aging/on")
@requires("statements.aging.view")
def aging_on() -> Any:
    """Leads from the field with the day to the aging as of it."""
    day = request.args.get("day", "")
    target = url_for("statements.aging_as_of", as_of=_day(day)) if day else url_for("statements.aging_report")
    return Response(status=303, headers={"Location": target})


def _aging_page(as_of: date | None) -> Any:
    totals = services.aging_totals(as_of)
    bars = [(currency, total, aging_bar(total, currency)) for currency, total in totals.items()]
    return render_list(aging_list(as_of), template="statements/aging.html", as_of=as_of, bars=bars)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid.field("as_of", "not_day", f"{text!r} is no day; write it as YYYY-MM-DD.") from None


def _save_statement(data: dict[str, Any]) -> str:
    account_id = account_id_of(data.pop("account_id"))
    created = services.create_statement(NewStatement(account_id=account_id, **data))
    return url_for("statements.show_statement", statement_id=created.id)


def _this_month() -> dict[str, str]:
    today = now().date()
    return {"from_on": today.replace(day=1).isoformat(), "to_on": today.isoformat()}


def _facts(statement: StatementInfo) -> list[Fact]:
    def money(minor: int) -> Money:
        return Money(minor, statement.currency)

    forward = [
        Fact("From", statement.from_on),
        Fact("To", statement.to_on),
        Fact("Opening balance", money(statement.opening_minor)),
        Fact("Charges", money(statement.charges_minor)),
        Fact("Credits", money(statement.credits_minor)),
    ]
    return [
        Fact("Kind", Status(statement.kind, choices=KINDS)),
        *(forward if statement.kind != OPEN_ITEM else [Fact("As of", statement.to_on)]),
        Fact("Past due", money(statement.past_due_minor)),
        Fact("Closing balance", money(statement.closing_minor)),
    ]


def _actions(statement: StatementInfo) -> list[Action]:
    return [Action("PDF", url_for("statements.pdf", statement_id=statement.id), "file-text", primary=True)]


def _superseded(statement: StatementInfo) -> NextStep | None:
    if statement.superseded_by_id is None:
        return None
    url = url_for("statements.show_statement", statement_id=statement.superseded_by_id)
    return NextStep("A later statement of the same days replaces this one.", action=Action("Show it", url), icon="file-text")


def _run_facts(run: RunInfo) -> list[Fact]:
    return [
        Fact("Kind", Status(run.kind, choices=KINDS)),
        Fact("From", run.from_on),
        Fact("To", run.to_on),
        Fact("Accounts", run.accounts, f"{run.done} done"),
        Fact("Issued", run.issued),
        Fact("Nothing to state", run.skipped),
        Fact("Parked", run.parked),
    ]


def _progress_panel(run: RunInfo) -> Panel:
    return Panel("Progress", "statements/progress_panel.html", {"run": run})


def _parked_panel(run: RunInfo) -> Panel:
    parked = services.parked_accounts(run.id)
    accounts = load_accounts([entry.account_id for entry in parked])
    refs = {entry.account_id: SourceRef(ACCOUNT, entry.account_id, accounts[entry.account_id].name) for entry in parked}
    links = links_to(refs.values())
    rows = [TableRow((shown(refs[entry.account_id], links), entry.message)) for entry in parked]
    return table_panel("Parked accounts", [Column("Account", place="s1"), Column("Reason", place="s3")], rows)
