"""The documents that billed a subscription, or that a run made; read from invoicing's readable tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from bezant.sdk.db import in_scope, selectable, session
from bezant.sdk.services import query
from bezant.sdk.values import Money, SourceRef
from bezant_accounts.contracts import ACCOUNTS
from bezant_invoicing.contracts import CREDIT_LINES, CREDIT_NOTE, CREDIT_NOTES, INVOICE, INVOICE_LINES, INVOICES

_invoices, _lines = selectable(INVOICES), selectable(INVOICE_LINES)
_notes, _credit_lines = selectable(CREDIT_NOTES), selectable(CREDIT_LINES)
_accounts = selectable(ACCOUNTS)


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or credit note; ``amount`` is what it has to do with what was asked for, before discount and tax, or its total."""

    ref: SourceRef
    issued_on: date
    amount: Money
    account_id: UUID
    account: str


@query("subscriptions.subscription.view")
def documents_of_subscription(subscription_id: UUID, limit: int = 50) -> list[Document]:
    """The newest documents with lines of a subscription; amounts are those of its lines."""
    lines, credited = _lines.c, _credit_lines.c
    billed = (
        _select(_invoices, func.sum(lines.amount_minor))
        .join(_lines, lines.invoice_id == _invoices.c.id)
        .where(lines.subscription_id == subscription_id, _invoices.c.finalized_at.is_not(None))
        .group_by(_invoices.c.id, _accounts.c.name)
    )
    given_back = (
        _select(_notes, func.sum(credited.amount_minor))
        .join(_credit_lines, credited.credit_note_id == _notes.c.id)
        .join(_lines, lines.id == credited.line_id)
        .where(lines.subscription_id == subscription_id, _notes.c.voided_at.is_(None))
        .group_by(_notes.c.id, _accounts.c.name)
    )
    return _newest(_read(billed, INVOICE, limit) + _read(given_back, CREDIT_NOTE, limit), limit)


@query("subscriptions.run.view")
def documents_of_run(run_id: UUID, limit: int = 100) -> list[Document]:
    """The newest documents that a run made, with their totals."""
    made = _select(_invoices, _invoices.c.total_minor).where(_invoices.c.source_id == run_id)
    notes = _select(_notes, _notes.c.total_minor).where(_notes.c.source_id == run_id)
    return _newest(_read(made, INVOICE, limit) + _read(notes, CREDIT_NOTE, limit), limit)


def _select(table: Any, amount: Any) -> Select[Any]:
    columns = (table.c.id, table.c.number, table.c.issued_on, table.c.currency, table.c.account_id)
    rows = select(*columns, _accounts.c.name, amount.label("amount")).select_from(table)
    return rows.join(_accounts, _accounts.c.id == table.c.account_id).where(in_scope(table))


def _read(statement: Select[Any], kind: str, limit: int) -> list[Document]:
    rows = session.execute(statement.order_by(statement.selected_columns["issued_on"].desc()).limit(limit))
    return [
        Document(SourceRef(kind, row.id, row.number or ""), row.issued_on, Money(int(row.amount), row.currency), row.account_id, row.name)
        for row in rows
    ]


def _newest(found: Sequence[Document], limit: int) -> list[Document]:
    return sorted(found, key=lambda one: (one.issued_on, one.ref.id), reverse=True)[:limit]
