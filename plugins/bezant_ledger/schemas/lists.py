"""Lists of entries, postings, open items, allocations, balances and ledger accounts: pages, REST and exports."""

from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, Uuid, and_, case, func, literal, select, text

from bezant.sdk.db import selectable
from bezant.sdk.lists import Choice, EmptyState, Field, ListSpec, Row, Step, View
from bezant.sdk.services import now
from bezant_accounts.contracts import ACCOUNTS, LEGAL_ENTITIES
from bezant_ledger.models import Allocation, LedgerAccount, LedgerBalance, LedgerEntry, LedgerPosting, OpenItem
from bezant_ledger.services import NOBODY

_ENTRIES, _POSTINGS, _ITEMS = LedgerEntry.__table__, LedgerPosting.__table__, OpenItem.__table__
_ALLOCATIONS, _CHART, _BALANCES = Allocation.__table__, LedgerAccount.__table__, LedgerBalance.__table__
_WHO, _BOOKS = selectable(ACCOUNTS), selectable(LEGAL_ENTITIES)


def _entries() -> Select[Any]:
    joined = _ENTRIES.join(_BOOKS, _BOOKS.c.id == _ENTRIES.c.legal_entity_id)
    return select().select_from(joined)


def _postings() -> Select[Any]:
    joined = _POSTINGS.join(_ENTRIES, _ENTRIES.c.id == _POSTINGS.c.entry_id).outerjoin(_WHO, _WHO.c.id == _POSTINGS.c.account_id)
    return select().select_from(joined)


def _items() -> Select[Any]:
    joined = _ITEMS.join(_WHO, _WHO.c.id == _ITEMS.c.account_id)
    return select(_status(now().date()).label("status")).select_from(joined)


def _status(today: date) -> ColumnElement[str]:
    """``credit`` and ``used`` for credits; ``settled``, ``overdue``, ``part`` (paid) and ``open`` for receivables."""
    return case(
        ((_ITEMS.c.kind == "credit") & (_ITEMS.c.residual_minor > 0), "credit"),
        (_ITEMS.c.kind == "credit", "used"),
        (_ITEMS.c.residual_minor == 0, "settled"),
        (_ITEMS.c.due_on < today, "overdue"),
        (_ITEMS.c.residual_minor < _ITEMS.c.amount_minor, "part"),
        else_="open",
    )


def _has_status(operator: str, values: tuple[Any, ...]) -> ColumnElement[bool]:
    """The condition of a filter by status. What is still open says so in the words of the partial index, which then answers."""
    if operator == "null":
        return literal(not values[0])
    wanted = _status(now().date()).in_(values)
    if operator == "ne":
        return ~wanted
    still_open = text("ledger_open_items.residual_minor > 0")
    return and_(still_open, wanted) if _STILL_OPEN.issuperset(values) else wanted


_STILL_OPEN = frozenset({"open", "part", "overdue", "credit"})


def _allocations() -> Select[Any]:
    of = func.coalesce(_ALLOCATIONS.c.item_id, _ALLOCATIONS.c.credit_item_id)
    credit = _ITEMS.alias("credit_items")
    joined = _ALLOCATIONS.join(_ITEMS, _ITEMS.c.id == of).outerjoin(credit, credit.c.id == _ALLOCATIONS.c.credit_item_id)
    return select(credit.c.source_number.label("credit")).select_from(joined)


def _balances() -> Select[Any]:
    joined = _BALANCES.join(_CHART, _CHART.c.code == _BALANCES.c.ledger_account).join(_BOOKS, _BOOKS.c.id == _BALANCES.c.legal_entity_id)
    joined = joined.outerjoin(_WHO, _WHO.c.id == _BALANCES.c.account_id)
    key = _BALANCES.c.ledger_account + " " + _BALANCES.c.currency + " " + _BOOKS.c.code + " " + func.coalesce(_WHO.c.number, "")
    return select(key.label("key")).select_from(joined).where(_BALANCES.c.balance_minor != 0)


def _account_url(row: Row) -> str | None:
    return url_for("accounts.show", account_id=row["account_id"]) if row["account_id"] not in (None, NOBODY) else None


def _entry_url(row: Row) -> str:
    return url_for("ledger.entry", entry_id=row["entry_id"])


def _code_url(row: Row) -> str:
    return url_for("ledger.account", code=row["ledger_account"])


ITEM_KINDS = (Choice("receivable", "Receivable"), Choice("credit", "Credit"))
ITEM_STATES = (
    Choice("open", "Open", "info"),
    Choice("part", "Partly paid", "warn"),
    Choice("overdue", "Overdue", "bad"),
    Choice("settled", "Settled", "ok", "ring"),
    Choice("credit", "Credit", "info", "ring"),
    Choice("used", "Used up", "idle", "ring"),
)

ENTRY_LIST = ListSpec(
    name="ledger_entries",
    title="Journal",
    permission="ledger.entry.view",
    scope=LedgerEntry,
    statement=_entries,
    fields=(
        Field("id", "Id", _ENTRIES.c.id, "uuid", hidden=True),
        Field("description", "Description", _ENTRIES.c.description),
        Field("date", "Date", _ENTRIES.c.date, "day"),
        Field("source_number", "Source", _ENTRIES.c.source_number, "code"),
        Field("source_type", "Source type", _ENTRIES.c.source_type, "code", hidden=True),
        Field("source_id", "Source id", _ENTRIES.c.source_id, "uuid", hidden=True),
        Field("currency", "Currency", _ENTRIES.c.currency, "code"),
        Field("legal_entity", "Legal entity", _BOOKS.c.code, "code"),
        Field("legal_entity_id", "Legal entity id", _ENTRIES.c.legal_entity_id, "uuid", hidden=True),
        Field("reverses_id", "Reverses", _ENTRIES.c.reverses_id, "uuid", hidden=True),
        Field("posted_at", "Posted", _ENTRIES.c.posted_at, "instant", hidden=True),
    ),
    default_sort="-date",
    search=("source_number",),
    search_hint="Number of the document",
    record=lambda row: url_for("ledger.entry", entry_id=row["id"]),
    actions=(Step("New entry", lambda: url_for("ledger.new_entry"), "plus", "ledger.entry.post"),),
    empty=EmptyState("Nothing is posted yet", "Invoices, payments and credit notes post themselves; entries by hand are for the rest."),
)

POSTING_LIST = ListSpec(
    name="ledger_postings",
    title="Postings",
    permission="ledger.entry.view",
    scope=LedgerPosting,
    statement=_postings,
    fields=(
        Field("id", "Id", _POSTINGS.c.id, "uuid", hidden=True),
        Field("description", "Description", _ENTRIES.c.description, link=_entry_url),
        Field("entry_id", "Entry", _POSTINGS.c.entry_id, "uuid", hidden=True),
        Field("date", "Date", _ENTRIES.c.date, "day"),
        Field("source_number", "Source", _ENTRIES.c.source_number, "code"),
        Field("ledger_account", "Ledger account", _POSTINGS.c.ledger_account, "code", link=_code_url),
        Field("account", "Account", _WHO.c.name, link=_account_url),
        Field("account_id", "Account id", _POSTINGS.c.account_id, "uuid", hidden=True),
        Field("due_on", "Due", _POSTINGS.c.due_on, "day", hidden=True),
        Field("currency", "Currency", _ENTRIES.c.currency, "code", hidden=True),
        Field("amount", "Amount", _POSTINGS.c.amount_minor, "money", sum=True, hint="Debit positive, credit negative."),
    ),
    default_sort="-id",
    search=("source_number", "amount"),
    search_hint="Number of the document, amount",
)

OPEN_ITEM_LIST = ListSpec(
    name="open_items",
    title="Open items",
    permission="ledger.item.view",
    scope=OpenItem,
    statement=_items,
    fields=(
        Field("id", "Id", _ITEMS.c.id, "uuid", hidden=True),
        Field("source_number", "Document", _ITEMS.c.source_number, "code"),
        Field("account", "Account", _WHO.c.name, link=_account_url),
        Field("account_id", "Account id", _ITEMS.c.account_id, "uuid", hidden=True),
        Field("payer_id", "Payer id", _ITEMS.c.payer_id, "uuid", hidden=True),
        Field("kind", "Kind", _ITEMS.c.kind, "status", choices=ITEM_KINDS, hidden=True),
        Field("ledger_account", "Ledger account", _ITEMS.c.ledger_account, "code", hidden=True, link=_code_url),
        Field("legal_entity_id", "Legal entity id", _ITEMS.c.legal_entity_id, "uuid", hidden=True),
        Field("status", "Status", kind="status", choices=ITEM_STATES, where=_has_status),
        Field("posted_on", "Posted", _ITEMS.c.posted_on, "day", hidden=True),
        Field("due_on", "Due", _ITEMS.c.due_on, "day"),
        Field("source_type", "Source type", _ITEMS.c.source_type, "code", hidden=True),
        Field("source_id", "Source id", _ITEMS.c.source_id, "uuid", hidden=True),
        Field("currency", "Currency", _ITEMS.c.currency, "code", hidden=True),
        Field("amount", "Total", _ITEMS.c.amount_minor, "money", sum=True),
        Field("residual", "Open", _ITEMS.c.residual_minor, "money", sum=True),
    ),
    default_sort="-posted_on",
    search=("source_number", "residual"),
    search_hint="Document number, amount",
    counted=lambda: _ITEMS.c.kind == "receivable",
    sum_note="credits left out",
    views=(
        View("owed", "Owed", "status.in=open,part,overdue&sort=due_on"),
        View("overdue", "Overdue", "status=overdue&sort=due_on"),
        View("credits", "Credits", "status=credit"),
    ),
    record=lambda row: url_for("ledger.item", item_id=row["id"]),
    empty=EmptyState("Nothing is owed", "An invoice opens an item when it is finalized; a payment that nothing asked for opens a credit."),
)

ALLOCATION_LIST = ListSpec(
    name="allocations",
    title="Allocations",
    permission="ledger.item.view",
    scope=OpenItem,
    statement=_allocations,
    fields=(
        Field("id", "Id", _ALLOCATIONS.c.id, "uuid", hidden=True),
        Field("document", "Document", _ITEMS.c.source_number, "code"),
        Field("credit", "Paid by", kind="code"),
        Field("date", "Date", _ALLOCATIONS.c.allocated_on, "day"),
        Field("entry_id", "Entry", _ALLOCATIONS.c.entry_id, "uuid", hidden=True),
        Field("item_id", "Item", _ALLOCATIONS.c.item_id, "uuid", hidden=True),
        Field("credit_item_id", "Credit item", _ALLOCATIONS.c.credit_item_id, "uuid", hidden=True),
        Field("account_id", "Account id", _ITEMS.c.account_id, "uuid", hidden=True),
        Field("currency", "Currency", _ITEMS.c.currency, "code", hidden=True),
        Field("amount", "Amount", _ALLOCATIONS.c.amount_minor, "money", sum=True),
    ),
    default_sort="-date",
    search=("document",),
    record=_entry_url,
    empty=EmptyState("Nothing is allocated yet", "An allocation says which payment or credit note pays which document."),
)

BALANCE_LIST = ListSpec(
    name="ledger_balances",
    title="Balances",
    permission="ledger.balance.view",
    scope=LedgerBalance,
    statement=_balances,
    fields=(
        Field("key", "Key", kind="code", hidden=True),
        Field("ledger_account", "Ledger account", _BALANCES.c.ledger_account, "code"),
        Field("title", "Title", _CHART.c.title),
        Field("account", "Account", _WHO.c.name, link=_account_url),
        Field("account_id", "Account id", func.nullif(_BALANCES.c.account_id, literal(NOBODY, Uuid)), "uuid", hidden=True),
        Field("legal_entity", "Legal entity", _BOOKS.c.code, "code"),
        Field("legal_entity_id", "Legal entity id", _BALANCES.c.legal_entity_id, "uuid", hidden=True),
        Field("currency", "Currency", _BALANCES.c.currency, "code", hidden=True),
        Field("balance", "Balance", _BALANCES.c.balance_minor, "money", sum=True, hint="Debit positive, credit negative."),
    ),
    key="key",
    default_sort="ledger_account",
    search=("account", "balance"),
    search_hint="Account, amount",
    record=_code_url,
    empty=EmptyState("All balances are zero", "They move with the first entry."),
)

LEDGER_ACCOUNT_LIST = ListSpec(
    name="ledger_accounts",
    title="Chart of accounts",
    permission="ledger.account.view",
    scope=LedgerAccount,
    statement=lambda: select().select_from(_CHART),
    fields=(
        Field("code", "Code", _CHART.c.code, "code"),
        Field("title", "Title", _CHART.c.title),
        Field("type", "Type", _CHART.c.type, "code"),
        Field("items", "Keeps items", _CHART.c["items"], "code"),
        Field("per_account", "Balance per account", _CHART.c.per_account, "boolean", hidden=True),
        Field("archived", "Archived", _CHART.c.archived, "boolean", hidden=True),
    ),
    key="code",
    default_sort="code",
    search=("code", "title"),
    record=lambda row: url_for("ledger.account", code=row["code"]),
    actions=(Step("New ledger account", lambda: url_for("ledger.new_account"), "plus", "ledger.account.create"),),
    empty=EmptyState("The chart is still empty", "The usual accounts appear with the first legal entity or entry; you can add your own."),
)
