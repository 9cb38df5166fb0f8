"""Parts of pages: the lines of a statement, an aging as a bar, and what statements add to pages of others."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import url_for
from markupsafe import Markup

from bezant.sdk.lists import fetch, parse
from bezant.sdk.services import may
from bezant.sdk.values import Link, Money, SourceRef
from bezant.sdk.web import AgingBar, Card, Column, Panel, SearchHit, TableRow, list_panel, money, show, shown, stat_card, table_panel
from bezant_statements import services
from bezant_statements.contracts import OPEN_ITEM, STATEMENT, Aging, StatementInfo, StatementLineInfo
from bezant_statements.models import Statement
from bezant_statements.schemas import STATEMENT_LIST, bucket_labels_of

Links = Mapping[SourceRef, Link]


def lines_panel(statement: StatementInfo, lines: list[StatementLineInfo], links: Links) -> Panel:
    """The lines of a statement, each leading to the record it comes from."""
    draw = _open_rows if statement.kind == OPEN_ITEM else _movement_rows
    columns, rows = draw(lines, links, statement.currency)
    empty = "Nothing was open on that day." if statement.kind == OPEN_ITEM else "Nothing happened in the period."
    return table_panel("Lines", columns, rows, empty=empty)


def _movement_rows(lines: list[StatementLineInfo], links: Links, currency: str) -> tuple[list[Column], list[TableRow]]:
    columns = [
        Column("Date", place="s3"),
        Column("Document", place="s1"),
        Column("Description"),
        Column(f"Charges, {currency}", numeric=True),
        Column(f"Credits, {currency}", numeric=True),
        Column(f"Balance, {currency}", numeric=True, place="s2"),
    ]
    rows = [
        TableRow(
            (
                line.day,
                shown(line.source, links),
                line.description or line.word,
                _amount(line.amount_minor if line.amount_minor > 0 else None, currency),
                _amount(-line.amount_minor if line.amount_minor < 0 else None, currency),
                _amount(line.balance_minor, currency),
            )
        )
        for line in lines
    ]
    return columns, rows


def _open_rows(lines: list[StatementLineInfo], links: Links, currency: str) -> tuple[list[Column], list[TableRow]]:
    columns = [
        Column("Date", place="s3"),
        Column("Document", place="s1"),
        Column("Kind"),
        Column("Due"),
        Column("Days late", numeric=True),
        Column(f"Amount, {currency}", numeric=True),
        Column(f"Open, {currency}", numeric=True, place="s2"),
    ]
    rows = [
        TableRow(
            (
                line.day,
                shown(line.source, links),
                line.word,
                line.due_on,
                line.days_late or "",
                _amount(line.amount_minor, currency),
                _amount(line.open_minor, currency),
            )
        )
        for line in lines
    ]
    return columns, rows


def _amount(minor: int | None, currency: str) -> Markup:
    """An amount where the column's head names the currency; nothing where there is none."""
    return Markup("") if minor is None else money(minor, currency, code=False)


def aging_bar(aging: Aging, currency: str) -> AgingBar:
    """An aging as a bar with its figures."""
    return AgingBar(currency, [*zip(bucket_labels_of(aging), (b.amount_minor for b in aging.buckets), strict=True)])


def aging_panel(aging: Aging, currency: str, title: str, *, link: Link | None = None, order: int = 50) -> Panel:
    """An aging as a part of a record's page."""
    context = {"bar": aging_bar(aging, currency), "credit": Money(aging.credit_minor, currency), "link": link}
    return Panel(title, "statements/aging_panel.html", context, order=order)


def account_panels(account_id: UUID) -> Sequence[Panel]:
    """On an account's page: how old what it owes is, and its latest statements."""
    report = Link("Aging", url_for("statements.aging_report"), "statements.aging.view")
    agings = services.aging(account_ids=[account_id]) if may("statements.aging.view") else []
    own = Link("All statements", url_for("statements.list_statements", account_id=str(account_id)), "statements.statement.view")
    return [
        *(aging_panel(row.aging, row.currency, f"Aging, {row.currency}", link=report, order=150) for row in agings),
        list_panel("Statements", STATEMENT_LIST, Statement.account_id == account_id, limit=5, link=own, order=600),
    ]


def dashboard_cards() -> Sequence[Card]:
    """On the overview: what is owed, by age, a card per currency."""
    link = Link("Aging", url_for("statements.aging_report"), "statements.aging.view")
    if not may(link.permission):
        return []
    totals = services.aging_totals()
    return [_aging_card(aging, currency, link) for currency, aging in totals.items()]


def _aging_card(aging: Aging, currency: str, link: Link) -> Card:
    past_due = Money(aging.past_due_minor, currency)
    return stat_card(
        f"Receivables, {currency}",
        Money(aging.balance_minor, currency),
        detail=Markup("Past due {}").format(show(past_due)),
        link=link,
        aging=aging_bar(aging, currency),
        permission=link.permission,
        order=40,
    )


def link_statements(refs: Sequence[SourceRef]) -> Links:
    """Where statements are shown."""
    own = [ref for ref in refs if ref.type == STATEMENT]
    return {ref: Link(ref.number, url_for("statements.show_statement", statement_id=ref.id), "statements.statement.view") for ref in own}


def search(text: str, limit: int) -> Sequence[SearchHit]:
    """Statements by the beginning of their number, or their exact balance."""
    if not may("statements.statement.view"):
        return []
    rows = fetch(STATEMENT_LIST, parse(STATEMENT_LIST, [("q", text), ("limit", str(limit))])).rows
    return [
        SearchHit("Statements", row["number"], row["account"], url_for("statements.show_statement", statement_id=row["id"]), "report", 60)
        for row in rows
    ]
