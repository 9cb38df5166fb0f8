"""Reading statements and their lines."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, select

from bezant.sdk.db import ids_in, in_scope, session
from bezant.sdk.services import query
from bezant.sdk.values import NotFound, SourceRef
from bezant_statements.contracts import Aging, Bucket, StatementInfo, StatementLineInfo
from bezant_statements.models import Statement, StatementLine

_TABLE = Statement.__table__
_LATER = _TABLE.alias("later")
_LINES = StatementLine.__table__


def superseded_by() -> Any:
    """SQL: the id of the statement that supersedes this one, or NULL."""
    newest = select(_LATER.c.id).where(_LATER.c.supersedes_id == _TABLE.c.id).order_by(_LATER.c.id.desc()).limit(1)
    return newest.scalar_subquery()


@query("statements.statement.view")
def get_statement(statement_id: UUID) -> StatementInfo:
    """One statement. Raises ``NotFound``."""
    found = load_statements([statement_id])
    if not found:
        raise NotFound(f"There is no statement {statement_id}.")
    return found[0]


@query("statements.statement.view")
def load_statements(ids: Collection[UUID]) -> list[StatementInfo]:
    """Statements by id, in the order they were issued; what the principal may not see is left out."""
    statement: Select[Any] = (
        select(_TABLE, superseded_by().label("superseded_by_id")).where(ids_in(_TABLE.c.id, ids), in_scope(_TABLE)).order_by(_TABLE.c.id)
    )
    return [statement_info(row) for row in session.execute(statement).mappings()]


@query("statements.statement.view")
def statement_lines(statement_id: UUID) -> list[StatementLineInfo]:
    """The lines of a statement, in order. Raises ``NotFound``."""
    get_statement(statement_id)
    rows = session.execute(select(_LINES).where(_LINES.c.statement_id == statement_id).order_by(_LINES.c.position)).mappings()
    return [_line_info(row) for row in rows]


def statement_info(row: RowMapping | Mapping[str, Any]) -> StatementInfo:
    """A statement's row as others may see it."""
    plain = ("id", "number", "kind", "account_id", "legal_entity_id", "currency", "from_on", "to_on", "issued_on", "run_id")
    amounts = ("opening_minor", "charges_minor", "credits_minor", "closing_minor", "past_due_minor")
    buckets = tuple(Bucket(bucket["from"], bucket["to"], bucket["amount"]) for bucket in row["aging"])
    return StatementInfo(
        **{name: row[name] for name in (*plain, *amounts)},
        aging=Aging(buckets, row["credit_minor"]),
        superseded_by_id=row.get("superseded_by_id"),
    )


def _line_info(row: RowMapping) -> StatementLineInfo:
    plain = ("position", "day", "word", "description", "amount_minor", "open_minor", "due_on", "days_late", "balance_minor")
    source = SourceRef(row["source_type"], row["source_id"], row["source_number"])
    return StatementLineInfo(source=source, **{name: row[name] for name in plain})
