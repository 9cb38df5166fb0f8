"""REST: statements and their PDFs, statement runs, aging."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields, validate

from bezant.sdk.api import ApiBlueprint, Day, Schema, list_endpoint, requires
from bezant_accounts.services import account_id_of
from bezant_ledger.contracts import OPEN_ITEMS
from bezant_statements import services
from bezant_statements.contracts import NewRun, NewStatement
from bezant_statements.models import Statement, StatementRun
from bezant_statements.schemas import (
    RUN_LIST,
    STATEMENT_LIST,
    AgingReportSchema,
    StatementBody,
    StatementRunBody,
    StatementRunSchema,
    StatementSchema,
    aging_amounts,
    aging_resource,
    run_resource,
    statement_resource,
)

statements = ApiBlueprint(
    "statements", __name__, scope=Statement, url_prefix="/statements", description="Statements of account; never changed, only superseded."
)
runs = ApiBlueprint(
    "statement_runs", __name__, scope=StatementRun, url_prefix="/statement-runs", description="Statements for all accounts at once."
)
ages = ApiBlueprint("aging", __name__, scope=OPEN_ITEMS, url_prefix="/aging", description="How old what is owed is, as of any day.")
BLUEPRINTS = (statements, runs, ages)

list_endpoint(statements, STATEMENT_LIST)
list_endpoint(runs, RUN_LIST)


class AgingQuery(Schema):
    """What to look at."""

    limit = fields.Integer(load_default=100, validate=validate.Range(1, 1000), metadata={"description": "Rows of a page."})
    after = fields.String(load_default="", metadata={"description": "The `next` of the page before."})
    as_of = Day(load_default=None, metadata={"description": "Count only what was dated up to this day; left out: what is open now."})
    account_id = fields.String(load_default=None, metadata={"description": "One account alone: its id, or external:<your id>."})


@statements.route("", methods=["POST"])
@requires("statements.statement.create")
@statements.arguments(StatementBody)
@statements.response(201, StatementSchema)
def create_statement(body: dict[str, Any]) -> object:
    """State an account."""
    account_id = account_id_of(body.pop("account_id"))
    created = services.create_statement(NewStatement(account_id=account_id, **body))
    return statement_resource(created, services.statement_lines(created.id))


@statements.route("/<uuid:statement_id>")
@requires("statements.statement.view")
@statements.response(200, StatementSchema)
def get_statement(statement_id: UUID) -> object:
    """One statement with its lines."""
    return statement_resource(services.get_statement(statement_id), services.statement_lines(statement_id))


@statements.route("/<uuid:statement_id>/pdf")
@requires("statements.statement.view")
@statements.response(200, content_type="application/pdf", description="The statement as it was first printed.")
def get_pdf(statement_id: UUID) -> Response:
    """The statement as a PDF."""
    return pdf_response(statement_id)


@runs.route("", methods=["POST"])
@requires("statements.run.create")
@runs.arguments(StatementRunBody)
@runs.response(201, StatementRunSchema)
def create_run(body: dict[str, Any]) -> object:
    """State all accounts; a job does the work."""
    return run_resource(services.create_run(NewRun(**body)))


@runs.route("/<uuid:run_id>")
@requires("statements.run.view")
@runs.response(200, StatementRunSchema)
def get_run(run_id: UUID) -> object:
    """One run, how far it is, and the accounts that failed."""
    return run_resource(services.get_run(run_id), services.parked_accounts(run_id))


@ages.route("")
@requires("statements.aging.view")
@ages.arguments(AgingQuery, location="query")
@ages.response(200, AgingReportSchema)
def get_aging(query: dict[str, Any]) -> object:
    """The aging of all accounts with something open, one page at a time, and the totals of all of them by currency."""
    as_of, reference, limit = query["as_of"], query["account_id"], query["limit"]
    account_ids = None if reference is None else [account_id_of(reference)]
    rows = services.aging(as_of, account_ids, after=query["after"], limit=limit + 1)
    more, shown = len(rows) > limit, rows[:limit]
    totals = [aging_amounts(total, currency) for currency, total in services.aging_totals(as_of).items()]
    data = [aging_resource(row) for row in shown]
    return {"as_of": as_of, "data": data, "next": shown[-1].id if more else None, "has_more": more, "totals": totals}


def pdf_response(statement_id: UUID) -> Response:
    """The PDF, named after the statement's number."""
    number = services.get_statement(statement_id).number
    headers = {"Content-Disposition": f'inline; filename="{number}.pdf"'}
    return Response(services.statement_pdf(statement_id), mimetype="application/pdf", headers=headers)
