"""Panels of subscriptions and runs, and what subscriptions add to the pages of others."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from flask import url_for
from sqlalchemy import func, select

from bezant.sdk.db import in_scope, session
from bezant.sdk.services import may
from bezant.sdk.values import Link, Money, SourceRef
from bezant.sdk.web import (
    Card,
    Column,
    Fact,
    Panel,
    SearchHit,
    TableRow,
    TimelineEntry,
    facts_card,
    list_panel,
    shown,
    span_text,
    table_panel,
    timeline_panel,
)
from bezant_invoicing.contracts import INVOICE, IssuedCreditNote, IssuedInvoice
from bezant_subscriptions import services
from bezant_subscriptions.contracts import BILLING_RUN, SUBSCRIPTION, FactInfo, Preview, StretchInfo
from bezant_subscriptions.models import Subscription
from bezant_subscriptions.schemas import SUBSCRIPTION_LIST

ACCOUNT = "accounts.account"
"""Type of a reference to an account."""
VIEW = "subscriptions.subscription.view"
_ON_ACCOUNT = "fields=external_id,plan_code,quantity,state,started_on,ends_on,next_due_on"

_ICONS = {
    "started": "player-play",
    "plan_changed": "arrows-exchange",
    "quantity_changed": "users",
    "price_overridden": "tag",
    "cycle_day_changed": "calendar",
    "paused": "player-pause",
    "resumed": "player-play",
    "cancelled": "x",
    "uncancelled": "arrow-back-up",
}


def stretches_panel(stretches: Sequence[StretchInfo]) -> Panel:
    """What holds when."""
    columns = [
        Column("From", place="s1"),
        Column("Last day"),
        Column("Plan", place="s3"),
        Column("Phase"),
        Column("Quantity", numeric=True, place="s2"),
    ]
    rows = [TableRow([one.start, _last_day(one), one.plan_code, one.phase, one.quantity]) for one in stretches]
    return table_panel("What holds when", columns, rows, order=10)


def _last_day(one: StretchInfo) -> date | str:
    if one.end is None:
        return "open end"
    return one.end - timedelta(days=1) if one.start < one.end else "part of a day"


def facts_of_timeline_panel(facts: Sequence[FactInfo]) -> Panel:
    """The facts, newest effective first; those that were taken back say so."""
    entries = [
        TimelineEntry(
            one.effective_at,
            f"{one.summary} (taken back)" if one.withdrawn else one.summary,
            f"Effective {one.local_day.isoformat()}, recorded {one.recorded_at:%Y-%m-%d %H:%M} UTC",
            _ICONS.get(one.kind, "point"),
        )
        for one in facts
    ]
    return timeline_panel("Timeline", entries, order=30)


def documents_panel(title: str, documents: Sequence[services.Document], links: Mapping[SourceRef, Link], *, named: bool = False) -> Panel:
    """Documents with links; ``named`` shows whose they are."""
    columns = [Column("Document", place="s1"), Column("Issued", place="s3"), Column("Amount", numeric=True, place="s2")]
    if named:
        columns.insert(1, Column("Account"))
    rows = [TableRow([shown(one.ref, links), *([one.account] if named else []), one.issued_on, _signed(one)]) for one in documents]
    return table_panel(title, columns, rows, empty="No documents yet.", order=20)


def _signed(one: services.Document) -> Money:
    return one.amount if one.ref.type == INVOICE else -one.amount


def preview_panels(found: Preview | None) -> list[Panel]:
    """The documents of a preview, each as a table of its lines."""
    if found is None:
        return [table_panel("Next invoice", [Column("Line")], [], empty="Nothing will fall due by what is known.")]
    panels = [_lines_panel("Invoice", one) for one in found.page.invoices]
    panels += [_lines_panel("Credit note", one) for one in found.page.credit_notes]
    panels += [
        table_panel("Cannot be billed", [Column("What is wrong"), Column("What would mend it")], [TableRow([one.explanation, one.remedy])])
        for one in found.parked
    ]
    return panels or [table_panel("Next invoice", [Column("Line")], [], empty="Nothing is to be billed on that day.")]


def _lines_panel(title: str, one: IssuedInvoice | IssuedCreditNote) -> Panel:
    def money(minor: int) -> Money:
        return Money(minor, one.currency)

    columns = [Column("Line", place="s1"), Column("Service period", place="s3"), Column("Amount", numeric=True, place="s2")]
    if isinstance(one, IssuedInvoice):
        drafts = [line.draft for line in one.lines]
        rows = [TableRow([line.description, _days(line.service_from, line.service_to), money(line.amount_minor)]) for line in drafts]
    else:
        back = [line.draft for line in one.lines]
        rows = [TableRow([line.description or "Correction", _days(line.from_on, line.to_on), money(line.amount_minor)]) for line in back]
    foot = [f"Discount {money(one.discount_minor)}, tax {money(one.tax_minor)}", "Total", money(one.total_minor)]
    return table_panel(title, columns, rows, foot=foot)


def _days(start: date | None, end: date | None) -> str:
    return span_text(start, end) if start and end else ""


def account_panels(account_id: UUID) -> Sequence[Panel]:
    """An account's subscriptions on its page."""
    more = Link("All", url_for("subscriptions.subscriptions", account_id=str(account_id)), VIEW)
    own = Subscription.__table__.c.account_id == account_id
    return (list_panel("Subscriptions", SUBSCRIPTION_LIST, own, query=_ON_ACCOUNT, limit=5, link=more, order=40),)


def dashboard_cards() -> Sequence[Card]:
    """The newest run, and how many accounts are parked."""
    runs = services.recent_runs(1) if may("subscriptions.run.view") else []
    if not runs:
        return ()
    last = runs[0]
    facts = [
        Fact("Through", last.through),
        Fact("Invoices", last.invoices),
        *(Fact(f"Invoiced, {currency}", Money(both[0], currency)) for currency, both in sorted(last.amounts.items())),
        Fact("Parked accounts", last.parked),
    ]
    link = Link("Runs", url_for("billing_runs.runs"), "subscriptions.run.view")
    progress = (last.done, last.total) if last.state == "running" else None
    return (facts_card("Last billing run", facts, progress=progress, link=link, permission="subscriptions.run.view", order=240),)


def link_records(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Where subscriptions and runs are shown."""
    found = {}
    for ref in refs:
        if ref.type == SUBSCRIPTION:
            found[ref] = Link(ref.number or "Subscription", url_for("subscriptions.subscription", subscription_id=str(ref.id)), VIEW)
        elif ref.type == BILLING_RUN:
            title = f"Billing run {ref.number}".strip()
            found[ref] = Link(title, url_for("billing_runs.run", run_id=ref.id), "subscriptions.run.view")
    return found


def search(text: str, limit: int) -> Sequence[SearchHit]:
    """Subscriptions by the beginning of their external id."""
    if not may(VIEW):
        return ()
    table = Subscription.__table__.c
    prefix = text.lower().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    begins = func.lower(table.external_id).like(f"{prefix}%", escape="\\")
    statement = select(table.id, table.external_id, table.plan_code).where(begins, in_scope(Subscription)).limit(limit)
    return [SearchHit("Subscription", row.external_id, row.plan_code, _address(row.id), "repeat", 60) for row in session.execute(statement)]


def _address(subscription_id: UUID) -> str:
    return url_for("subscriptions.subscription", subscription_id=str(subscription_id))
