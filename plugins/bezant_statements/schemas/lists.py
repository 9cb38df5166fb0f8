"""The lists of statements, of runs, and the aging."""

from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import Select, case, select

from bezant.sdk.db import in_scope, selectable
from bezant.sdk.lists import Choice, EmptyState, Field, ListSpec, Step, View
from bezant_accounts.contracts import ACCOUNTS, LEGAL_ENTITIES
from bezant_ledger.contracts import OPEN_ITEMS
from bezant_statements.contracts import Aging
from bezant_statements.domain.aging import Edges, ranges
from bezant_statements.models import Statement, StatementRun
from bezant_statements.services.aging import aging_sums, days_of
from bezant_statements.services.configuration import aging_edges
from bezant_statements.services.loading import superseded_by

KINDS = (Choice("balance_forward", "Balance forward", mark="ring"), Choice("open_item", "Open items", mark="ring"))
STATES = (Choice("issued", "Issued", "ok", "ring"), Choice("superseded", "Superseded", "idle", "sq"))

_statements = Statement.__table__.c
_runs = StatementRun.__table__.c
_accounts = selectable(ACCOUNTS)
_entities = selectable(LEGAL_ENTITIES)


def _statement_rows() -> Select[Any]:
    return select().select_from(Statement.__table__.join(_accounts, _accounts.c.id == _statements.account_id))


STATEMENT_LIST = ListSpec(
    name="statements",
    title="Statements",
    permission="statements.statement.view",
    scope=Statement,
    statement=_statement_rows,
    fields=(
        Field("id", "Id", _statements.id, "uuid", hidden=True),
        Field("number", "Statement", _statements.number, "code"),
        Field("account", "Account", _accounts.c.name),
        Field("account_number", "Account number", _accounts.c.number, "code", hidden=True),
        Field("account_id", "Account id", _statements.account_id, "uuid", hidden=True),
        Field("kind", "Kind", _statements.kind, "status", choices=KINDS),
        Field("from_on", "From", _statements.from_on, "day"),
        Field("to_on", "To", _statements.to_on, "day"),
        Field("issued_on", "Issued", _statements.issued_on, "day"),
        Field("past_due", "Past due", _statements.past_due_minor, "money"),
        Field("closing", "Balance", _statements.closing_minor, "money"),
        Field("currency", "Currency", _statements.currency, "code", hidden=True),
        Field("status", "Status", case((superseded_by().is_(None), "issued"), else_="superseded"), "status", choices=STATES),
        Field("run_id", "Run id", _statements.run_id, "uuid", hidden=True),
    ),
    default_sort="-issued_on",
    search=("number", "closing"),
    search_hint="Number or balance",
    views=(
        View("open", "With a balance", "closing.gt=0"),
        View("past_due", "Past due", "past_due.gt=0"),
        View("open_item", "Open items", "kind=open_item"),
    ),
    record=lambda row: url_for("statements.show_statement", statement_id=row["id"]),
    empty=EmptyState(
        "No statements yet",
        "A statement tells an account what happened in a period and what is open at its end.",
        Step("New statement", lambda: url_for("statements.new_statement"), "plus", "statements.statement.create"),
        Step("Statements for all accounts", lambda: url_for("statements.new_run"), "", "statements.run.create"),
    ),
    actions=(
        Step("For all accounts", lambda: url_for("statements.new_run"), "stack-2", "statements.run.create"),
        Step("New statement", lambda: url_for("statements.new_statement"), "plus", "statements.statement.create"),
    ),
    struck=lambda row: row["status"] == "superseded",
    name_field="account",
)

RUN_LIST = ListSpec(
    name="statement_runs",
    title="Statement runs",
    permission="statements.run.view",
    scope=StatementRun,
    statement=lambda: select().select_from(StatementRun.__table__.outerjoin(_entities, _entities.c.id == _runs.legal_entity_id)),
    fields=(
        Field("id", "Id", _runs.id, "uuid", hidden=True),
        Field("created_at", "Started", _runs.created_at, "instant"),
        Field("kind", "Kind", _runs.kind, "status", choices=KINDS),
        Field("from_on", "From", _runs.from_on, "day"),
        Field("to_on", "To", _runs.to_on, "day"),
        Field("legal_entity", "Legal entity", _entities.c.code, "code"),
        Field("state", "State", _runs.state, "status"),
        Field("accounts", "Accounts", _runs.accounts, "integer"),
        Field("done", "Done", _runs.done, "integer"),
        Field("issued", "Issued", _runs.issued, "integer"),
        Field("skipped", "Nothing to state", _runs.skipped, "integer"),
        Field("parked", "Parked", _runs.parked, "integer"),
        Field("finished_at", "Finished", _runs.finished_at, "instant", hidden=True),
    ),
    default_sort="-created_at",
    record=lambda row: url_for("statements.show_run", run_id=row["id"]),
    empty=EmptyState(
        "No statement runs yet",
        "A run issues statements for every account that has something to state.",
        Step("Statements for all accounts", lambda: url_for("statements.new_run"), "stack-2", "statements.run.create"),
    ),
    actions=(Step("For all accounts", lambda: url_for("statements.new_run"), "plus", "statements.run.create"),),
)


def aging_list(as_of: date | None = None) -> ListSpec:
    """The aging as a list: a row per account, legal entity and currency; its columns follow the configured edges."""
    edges = aging_edges()
    sums = aging_sums(edges, days_of(as_of), as_of)
    rows = sums.join(_accounts, _accounts.c.id == sums.c.account_id).join(_entities, _entities.c.id == sums.c.legal_entity_id)
    return ListSpec(
        name="aging",
        title="Aging",
        permission="statements.aging.view",
        scope=lambda: in_scope(OPEN_ITEMS, sums),
        statement=lambda: select().select_from(rows),
        fields=(
            Field("id", "Id", sums.c.id, internal=True, sortable=False),
            Field("account", "Account", _accounts.c.name),
            Field("account_number", "Account number", _accounts.c.number, "code", hidden=True),
            Field("account_id", "Account id", sums.c.account_id, "uuid", hidden=True),
            Field("legal_entity", "Legal entity", _entities.c.code, "code", hidden=True),
            Field("currency", "Currency", sums.c.currency, "code", hidden=True),
            *(Field(f"bucket_{i}", label, sums.c[f"bucket_{i}"], "money", sum=True) for i, label in enumerate(bucket_labels(edges))),
            Field("credit", "Credit", sums.c.credit, "money", sum=True),
            Field("total", "Balance", sums.c.total, "money", sum=True),
        ),
        default_sort="-total",
        search=("account", "account_number", "total"),
        search_hint="Account or balance",
        record=lambda row: url_for("statements.list_statements", account_id=str(row["account_id"])),
        empty=EmptyState("Nothing is open", "As soon as something is owed, its age is shown here."),
        name_field="account",
    )


def bucket_labels(edges: Edges) -> list[str]:
    """What stands above the buckets: Not due, 1–30 days, …, Over 90 days."""
    return [_label(low, high) for low, high in ranges(edges)]


def bucket_labels_of(aging: Aging) -> list[str]:
    """The same of an aging as it was computed, whatever the edges are now."""
    return [_label(bucket.days_from, bucket.days_to) for bucket in aging.buckets]


def _label(low: int | None, high: int | None) -> str:
    if low is None:
        return "Not due"
    return f"Over {low - 1} days" if high is None else f"{low}–{high} days"
