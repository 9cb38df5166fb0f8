"""What payments add to the pages of others."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import url_for

from bezant.sdk.lists import fetch, parse
from bezant.sdk.services import may
from bezant.sdk.values import Link, SourceRef
from bezant.sdk.web import Card, Column, NavItem, Panel, SearchHit, TableRow, TimelineEntry, amount_text, list_panel, stat_card, table_panel
from bezant_payments import services
from bezant_payments.contracts import PAYMENT, MethodInfo
from bezant_payments.models import Payment
from bezant_payments.schemas import PAYMENT_LIST

VIEW = "payments.payment.view"

NAVIGATION = (
    NavItem("Money", "Payments", "payments.index", "cash", VIEW, 20),
    NavItem("Money", "Automatic collection", "payments.collections", "repeat", VIEW, 25),
    NavItem("Money", "Payment methods", "payments.methods", "credit-card", "payments.method.view", 30),
    NavItem("System", "Gateways", "payments.gateways", "plug", "payments.gateway.view", 60),
)


def account_panels(account_id: UUID) -> Sequence[Panel]:
    """On an account's page: its methods and its latest payments."""
    every = Link("All payments", url_for("payments.index", account_id=str(account_id)), VIEW)
    take = Link("Take a payment", url_for("payments.take", account_id=account_id), "payments.payment.create")
    panels = [list_panel("Payments", PAYMENT_LIST, Payment.account_id == account_id, limit=5, link=every, order=300)]
    if may("payments.method.view"):
        methods = services.methods_of([account_id])
        link = take if methods else Link("Add", url_for("payments.new_method", account_id=str(account_id)), "payments.method.create")
        rows = [TableRow(_cells(method)) for method in methods]
        columns = [Column("Method", place="s1"), Column("Gateway", place="s3"), Column("Expires"), Column("", place="s4")]
        panels.append(table_panel("Payment methods", columns, rows, link=link, empty="None: nothing is collected by itself.", order=310))
    return panels


def _cells(method: MethodInfo) -> tuple[object, ...]:
    shown = Link(method.label, url_for("payments.show_method", method_id=method.id), "payments.method.view")
    return (shown, method.gateway, method.expires_on, "Default" if method.is_default else "")


def account_events(account_id: UUID, limit: int) -> Sequence[TimelineEntry]:
    """In an account's timeline: its payments."""
    if not may(VIEW):
        return []
    query = parse(PAYMENT_LIST, [("account_id", str(account_id)), ("sort", "-created_at"), ("limit", str(max(1, min(limit, 100))))])
    return [
        TimelineEntry(
            row["created_at"],
            f"Payment {row['number']} {row['state'].replace('_', ' ')}",
            f"{row['currency']} {amount_text(row['amount'], row['currency'])} {row['description']}",
            "cash",
            url_for("payments.show", payment_id=row["id"]),
            VIEW,
        )
        for row in fetch(PAYMENT_LIST, query).rows
    ]


def dashboard_cards() -> Sequence[Card]:
    """On the overview: payments that failed lately, and those that nobody can settle but a person."""
    if not may(VIEW):
        return []
    trouble = services.trouble()
    link = Link("Failed payments", url_for("payments.index", state="failed"), VIEW)
    detail = f"{trouble.attention} need somebody to look" if trouble.attention else f"{trouble.open} not final yet"
    return [stat_card("Failed payments, 30 days", trouble.failed, detail=detail, link=link, permission=VIEW, order=60)]


def link_payments(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Where payments are shown."""
    return {ref: Link(ref.number, url_for("payments.show", payment_id=ref.id), VIEW) for ref in refs if ref.type == PAYMENT}


def search(text: str, limit: int) -> Sequence[SearchHit]:
    """Payments by number, account or exact amount."""
    if not may(VIEW):
        return []
    rows = fetch(PAYMENT_LIST, parse(PAYMENT_LIST, [("q", text), ("limit", str(limit))])).rows
    return [
        SearchHit(
            "Payments",
            row["number"],
            f"{row['account']}, {row['currency']} {amount_text(row['amount'], row['currency'])}",
            url_for("payments.show", payment_id=row["id"]),
            "cash",
            50,
        )
        for row in rows
    ]
