"""What invoicing adds to pages of others: links, panels and events of accounts, cards, hits of the search."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy import func, select

from bezant.sdk.db import in_scope, selectable, session
from bezant.sdk.lists import fetch, parse
from bezant.sdk.services import may, now
from bezant.sdk.values import Link, Money, SourceRef
from bezant.sdk.web import Card, Panel, SearchHit, TimelineEntry, amount_text, chart_card, list_panel, stat_card
from bezant_invoicing.contracts import CREDIT_NOTE, INVOICE
from bezant_invoicing.models import CreditNote, Invoice, PendingCharge
from bezant_invoicing.schemas.lists import CREDIT_NOTE_LIST, INVOICE_LIST, PENDING_CHARGE_LIST
from bezant_invoicing.views.charts import invoiced_by_month
from bezant_ledger.contracts import OPEN_ITEMS

_PAGES = {
    INVOICE: ("invoicing.invoice", "invoice_id", "invoicing.invoice.view"),
    CREDIT_NOTE: ("invoicing.credit_note", "note_id", "invoicing.credit_note.view"),
}


def link_records(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Where invoices and credit notes are shown."""
    links = {}
    for ref in refs:
        if ref.type in _PAGES:
            endpoint, parameter, permission = _PAGES[ref.type]
            links[ref] = Link(ref.number or "Draft", _url(endpoint, parameter, ref.id), permission)
    return links


def account_panels(account_id: UUID) -> Sequence[Panel]:
    """Invoices, credit notes and pending charges on an account's page."""
    shown = "fields=number,state,issued_on,due_on,total,open"
    every = Link("All", url_for("invoicing.invoices", account_id=account_id), "invoicing.invoice.view")
    panels = [list_panel("Invoices", INVOICE_LIST, Invoice.__table__.c.account_id == account_id, query=shown, link=every, order=20)]
    if _has(CreditNote, account_id):
        columns = "fields=number,invoice,state,issued_on,total,left"
        panels.append(
            list_panel("Credit notes", CREDIT_NOTE_LIST, CreditNote.__table__.c.account_id == account_id, query=columns, order=30)
        )
    if _has(PendingCharge, account_id):
        waiting = "state=waiting&fields=description,quantity,amount"
        of_account = PendingCharge.__table__.c.account_id == account_id
        panels.append(list_panel("Pending charges", PENDING_CHARGE_LIST, of_account, query=waiting, order=40))
    return panels


def account_events(account_id: UUID, limit: int) -> Sequence[TimelineEntry]:
    """The newest invoices and credit notes of an account."""
    entries = []
    for model, endpoint, parameter, permission, word, icon in (
        (Invoice, *_PAGES[INVOICE], "Invoice", "file-invoice"),
        (CreditNote, *_PAGES[CREDIT_NOTE], "Credit note", "receipt-refund"),
    ):
        table = model.__table__.c
        statement = select(table.id, table.number, table.finalized_at, table.total_minor, table.currency)
        found = statement.where(table.account_id == account_id, table.finalized_at.is_not(None), in_scope(model)).order_by(
            table.issued_on.desc(), table.id.desc()
        )
        for row in session.execute(found.limit(limit)):
            url = _url(endpoint, parameter, row.id)
            amount = amount_text(Money(row.total_minor, row.currency))
            entries.append(TimelineEntry(row.finalized_at, f"{word} {row.number}", f"{row.currency} {amount}", icon, url, permission))
    return entries


def dashboard_cards() -> Sequence[Card]:
    """What was invoiced, what is open, and what of it is overdue, in the currency of which most is."""
    if not may("invoicing.invoice.view"):
        return ()
    history = chart_card("Invoiced by month", invoiced_by_month, detail="by issue date", permission="invoicing.invoice.view", order=200)
    return (*_open_cards(), history)


def _open_cards() -> Sequence[Card]:
    item = selectable(OPEN_ITEMS)
    overdue = func.sum(item.c.residual_minor).filter(item.c.due_on < now().date())
    count = func.count().filter(item.c.due_on < now().date())
    statement = (
        select(
            item.c.currency,
            func.sum(item.c.residual_minor).label("total"),
            overdue.label("overdue"),
            func.count().label("number"),
            count.label("late"),
        )
        .where(item.c.kind == "receivable", item.c.residual_minor > 0, item.c.source_type == INVOICE, in_scope(item))
        .group_by(item.c.currency)
    )
    rows = sorted(session.execute(statement).all(), key=lambda row: int(row.total), reverse=True)
    if not rows:
        return ()
    top = rows[0]
    invoices = url_for("invoicing.invoices", view="open")
    late = url_for("invoicing.invoices", view="overdue")
    return (
        stat_card(
            "Open invoices",
            Money(int(top.total), top.currency),
            detail=_many(top.number),
            link=Link("All", invoices, ""),
            permission="invoicing.invoice.view",
            order=20,
        ),
        stat_card(
            "Overdue",
            Money(int(top.overdue or 0), top.currency),
            detail=_many(top.late),
            link=Link("All", late, ""),
            permission="invoicing.invoice.view",
            order=21,
        ),
    )


def search(text: str, limit: int) -> Sequence[SearchHit]:
    """Invoices and credit notes by number or exact amount."""
    hits: list[SearchHit] = []
    if may("invoicing.invoice.view"):
        for row in fetch(INVOICE_LIST, parse(INVOICE_LIST, [("q", text), ("limit", str(limit))])).rows:
            amount = amount_text(Money(row["total"], row["currency"]))
            detail = f"{row['account']}, {row['currency']} {amount}"
            url = url_for("invoicing.invoice", invoice_id=row["id"])
            hits.append(SearchHit("Invoices", row["number"] or "Draft", detail, url, "file-invoice", 20))
    if may("invoicing.credit_note.view"):
        for row in fetch(CREDIT_NOTE_LIST, parse(CREDIT_NOTE_LIST, [("q", text), ("limit", str(limit))])).rows:
            amount = amount_text(Money(row["total"], row["currency"]))
            url = url_for("invoicing.credit_note", note_id=row["id"])
            hits.append(
                SearchHit("Credit notes", row["number"], f"{row['account']}, {row['currency']} {amount}", url, "receipt-refund", 21)
            )
    return hits


def _has(model: type[CreditNote | PendingCharge], account_id: UUID) -> bool:
    table = model.__table__.c
    return session.scalar(select(table.id).where(table.account_id == account_id, in_scope(model)).limit(1)) is not None


def _url(endpoint: str, parameter: str, record_id: UUID) -> str:
    values: dict[str, Any] = {parameter: record_id}
    return url_for(endpoint, **values)


def _many(number: int) -> str:
    return f"{number:,} invoice{'s' if number != 1 else ''}"
