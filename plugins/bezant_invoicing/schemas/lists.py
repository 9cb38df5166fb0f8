"""The lists of invoicing: one description each for the page, the REST list and the exports."""

from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy import ColumnElement, Select, case, false, func, or_, select

from bezant.sdk.db import selectable
from bezant.sdk.lists import Choice, EmptyState, Field, ListSpec, Row, Step, View, starts_with
from bezant.sdk.services import now
from bezant_accounts.contracts import ACCOUNTS, LEGAL_ENTITIES
from bezant_invoicing.domain.states import STATE_TITLES
from bezant_invoicing.models import CreditNote, Invoice, PendingCharge
from bezant_ledger.contracts import OPEN_ITEMS

_TONES = {
    "draft": ("idle", "ring"),
    "open": ("info", "dot"),
    "partly_paid": ("warn", "ring"),
    "overdue": ("bad", "dot"),
    "paid": ("ok", "ring"),
    "voided": ("idle", "sq"),
    "uncollectible": ("idle", "sq"),
}
INVOICE_STATES = tuple(Choice(state, title, *_TONES[state]) for state, title in STATE_TITLES.items())
"""States of invoices with their words and marks."""

CREDIT_STATES = (
    Choice("open", "Not used", "info"),
    Choice("partly_used", "Partly used", "warn", "ring"),
    Choice("used", "Applied", "ok", "ring"),
    Choice("voided", "Voided", "idle", "sq"),
)
"""States of credit notes."""

CHARGE_STATES = (
    Choice("waiting", "Waiting", "warn", "ring"),
    Choice("billed", "Billed", "ok", "ring"),
    Choice("cancelled", "Cancelled", "idle", "sq"),
)
"""States of pending charges."""

CREDIT_KINDS = (
    Choice("correction", "Correction", "info", "ring"),
    Choice("goodwill", "Goodwill", "ok", "ring"),
    Choice("void", "Void", "idle", "sq"),
)
"""Kinds of credit notes."""

_i, _n, _p = Invoice.__table__.c, CreditNote.__table__.c, PendingCharge.__table__.c
_account, _entity, _item = selectable(ACCOUNTS), selectable(LEGAL_ENTITIES), selectable(OPEN_ITEMS)
_open = selectable(OPEN_ITEMS).alias("owed")


def _of_account(column: ColumnElement[UUID], text: str) -> ColumnElement[bool]:
    """Rows of accounts whose name begins with a text: two indexes, and no account is read twice."""
    accounts = selectable(ACCOUNTS)
    return column.in_(select(accounts.c.id).where(starts_with(accounts.c.name, text)))


def _of_invoice(column: ColumnElement[UUID], text: str) -> ColumnElement[bool]:
    """Rows of invoices whose number begins with a text."""
    return column.in_(select(_i.id).where(starts_with(_i.number, text)))


def _conditions() -> dict[str, ColumnElement[bool]]:
    """What each state means in SQL; the same table as ``domain.states.invoice_state``. Overdue is judged by the day in UTC."""
    is_final, is_open = _i.finalized_at.is_not(None), _item.c.residual_minor > 0
    running = is_final & (_i.closed_as == "") & is_open
    overdue = _i.due_on < now().date()
    return {
        "draft": _i.finalized_at.is_(None),
        "voided": _i.closed_as == "voided",
        "uncollectible": _i.closed_as == "uncollectible",
        "overdue": running & overdue,
        "partly_paid": running & ~overdue & (_item.c.residual_minor < _i.total_minor),
        "open": running & ~overdue & (_item.c.residual_minor == _i.total_minor),
        "paid": is_final & (_i.closed_as == "") & or_(_item.c.residual_minor == 0, _i.open_item_id.is_(None)),
    }


def _owed(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Invoices of which something is left, found from the few open items rather than from all invoices."""
    owed = select(_open.c.source_id).where(_open.c.kind == "receivable", _open.c.residual_minor > 0, *conditions)
    return (_i.closed_as == "") & _i.id.in_(owed)


def _filters() -> dict[str, ColumnElement[bool]]:
    """The same states as conditions of a filter, in the shape that indexes answer."""
    overdue = _open.c.due_on < now().date()
    return {
        **_conditions(),
        "overdue": _owed(overdue),
        "partly_paid": _owed(~overdue, _open.c.residual_minor < _open.c.amount_minor),
        "open": _owed(~overdue, _open.c.residual_minor == _open.c.amount_minor),
    }


def _any_state(operator: str, values: tuple[Any, ...]) -> ColumnElement[bool]:
    table = _filters()
    chosen = or_(*(table[value] for value in values)) if operator != "null" else false()
    return ~chosen if operator == "ne" else chosen


def _invoices() -> Select[Any]:
    table = Invoice.__table__
    state = case(*((condition, name) for name, condition in _conditions().items()), else_="paid")
    return (
        select(
            table,
            state.label("state"),
            func.coalesce(_item.c.residual_minor, 0).label("open_minor"),
            _account.c.name.label("account"),
            _entity.c.code.label("legal_entity"),
        )
        .join(_account, _account.c.id == _i.account_id)
        .join(_entity, _entity.c.id == _i.legal_entity_id)
        .outerjoin(_item, _item.c.id == _i.open_item_id)
    )


def _invoice_url(row: Row) -> str:
    return url_for("invoicing.invoice", invoice_id=row["id"])


def _invoice_number(row: Row) -> str:
    return row["number"] or "Draft"


def _due_words(row: Row) -> str:
    """Overdue by how long goes in the word."""
    if row["state"] != "overdue":
        return ""
    days = (now().date() - row["due_on"]).days
    return f"Overdue {days} day{'s' if days != 1 else ''}"


INVOICE_LIST = ListSpec(
    name="invoices",
    title="Invoices",
    permission="invoicing.invoice.view",
    scope=Invoice,
    statement=_invoices,
    fields=(
        Field("number", "Number", kind="code", link=_invoice_url, show=_invoice_number),
        Field("account", "Account", sortable=False),
        Field("state", "Status", kind="status", choices=INVOICE_STATES, sortable=False, where=_any_state, show=_due_words),
        Field("issued_on", "Issued", kind="day"),
        Field("due_on", "Due", kind="day"),
        Field("total", "Total", _i.total_minor, kind="money", sum=True),
        Field("open", "Open", func.coalesce(_item.c.residual_minor, 0), kind="money", sum=True),
        Field("currency", "Currency", _i.currency, kind="code", hidden=True),
        Field("subtotal", "Subtotal", _i.subtotal_minor, kind="money", sum=True, hidden=True),
        Field("discount", "Discount", _i.discount_minor, kind="money", sum=True, hidden=True),
        Field("tax", "Tax", _i.tax_minor, kind="money", sum=True, hidden=True),
        Field("legal_entity", "Legal entity", kind="code", hidden=True, sortable=False),
        Field("purchase_order", "Your order", hidden=True),
        Field("account_id", "Account id", kind="uuid", hidden=True, sortable=False),
        Field("legal_entity_id", "Legal entity id", kind="uuid", hidden=True, sortable=False),
        Field("finalized_at", "Finalized", kind="instant", hidden=True),
        Field("id", "Id", _i.id, kind="uuid", hidden=True),
    ),
    default_sort="-issued_on",
    search=("number", lambda text: _of_account(_i.account_id, text), "total"),
    search_hint="Number, account, amount",
    views=(
        View("open", "Open", "state.in=open,partly_paid,overdue"),
        View("overdue", "Overdue", "state=overdue&sort=due_on"),
        View("drafts", "Drafts", "state=draft"),
        View("paid", "Paid", "state=paid"),
    ),
    record=_invoice_url,
    empty=EmptyState(
        "No invoices yet",
        "The billing run writes invoices from subscriptions and usage; a single one can be written by hand.",
        Step("New invoice", lambda: url_for("invoicing.new_invoice"), "plus", "invoicing.invoice.create"),
    ),
    actions=(Step("New invoice", lambda: url_for("invoicing.new_invoice"), "plus", "invoicing.invoice.create"),),
    counted=lambda: _i.closed_as != "voided",
    sum_note="voided left out",
    name_field="account",
    struck=lambda row: bool(row["state"] == "voided"),
)


def _credit_state() -> ColumnElement[str]:
    left = func.coalesce(_item.c.residual_minor, 0)
    return case(
        (_n.voided_at.is_not(None), "voided"),
        (left == 0, "used"),
        (left < _n.total_minor, "partly_used"),
        else_="open",
    )


def _credit_notes() -> Select[Any]:
    return (
        select(
            CreditNote.__table__,
            _credit_state().label("state"),
            func.coalesce(_item.c.residual_minor, 0).label("left_minor"),
            _account.c.name.label("account"),
            _i.number.label("invoice"),
        )
        .join(_account, _account.c.id == _n.account_id)
        .join(Invoice.__table__, _i.id == _n.invoice_id)
        .outerjoin(_item, _item.c.id == _n.credit_item_id)
    )


def _note_url(row: Row) -> str:
    return url_for("invoicing.credit_note", note_id=row["id"])


CREDIT_NOTE_LIST = ListSpec(
    name="credit-notes",
    title="Credit notes",
    permission="invoicing.credit_note.view",
    scope=CreditNote,
    statement=_credit_notes,
    fields=(
        Field("number", "Number", _n.number, kind="code", link=_note_url),
        Field("account", "Account", sortable=False),
        Field(
            "invoice", "Invoice", kind="code", sortable=False, link=lambda row: url_for("invoicing.invoice", invoice_id=row["invoice_id"])
        ),
        Field("kind", "Kind", _n.kind, kind="status", choices=CREDIT_KINDS),
        Field("state", "Status", _credit_state(), kind="status", choices=CREDIT_STATES, sortable=False),
        Field("issued_on", "Issued", _n.issued_on, kind="day"),
        Field("total", "Total", _n.total_minor, kind="money", sum=True),
        Field("left", "Not used", func.coalesce(_item.c.residual_minor, 0), kind="money", sum=True),
        Field("currency", "Currency", _n.currency, kind="code", hidden=True),
        Field("subtotal", "Subtotal", _n.subtotal_minor, kind="money", hidden=True),
        Field("discount", "Discount", _n.discount_minor, kind="money", hidden=True),
        Field("tax", "Tax", _n.tax_minor, kind="money", hidden=True),
        Field("reason", "Reason", _n.reason, hidden=True, sortable=False),
        Field("account_id", "Account id", _n.account_id, kind="uuid", hidden=True, sortable=False),
        Field("invoice_id", "Invoice id", _n.invoice_id, kind="uuid", hidden=True, sortable=False),
        Field("id", "Id", _n.id, kind="uuid", hidden=True),
    ),
    default_sort="-issued_on",
    search=("number", lambda text: _of_account(_n.account_id, text), lambda text: _of_invoice(_n.invoice_id, text), "total"),
    search_hint="Number, account, invoice, amount",
    views=(View("unused", "Not used", "state.in=open,partly_used"), View("voided", "Voided", "state=voided")),
    record=_note_url,
    empty=EmptyState("No credit notes yet", "A credit note gives back what an invoice billed. Open the invoice and choose Credit."),
    counted=lambda: _n.voided_at.is_(None),
    sum_note="voided left out",
    name_field="account",
    struck=lambda row: bool(row["state"] == "voided"),
)


def _charge_state() -> ColumnElement[str]:
    return case((_p.cancelled_at.is_not(None), "cancelled"), (_p.invoice_id.is_not(None), "billed"), else_="waiting")


def _charges() -> Select[Any]:
    return (
        select(PendingCharge.__table__, _charge_state().label("state"), _account.c.name.label("account"), _i.number.label("invoice"))
        .join(_account, _account.c.id == _p.account_id)
        .outerjoin(Invoice.__table__, _i.id == _p.invoice_id)
    )


def _charge_invoice(row: Row) -> str | None:
    invoice_id: UUID | None = row["invoice_id"]
    return url_for("invoicing.invoice", invoice_id=invoice_id) if invoice_id else None


PENDING_CHARGE_LIST = ListSpec(
    name="pending-charges",
    title="Pending charges",
    permission="invoicing.pending_charge.view",
    scope=PendingCharge,
    statement=_charges,
    fields=(
        Field("description", "For", _p.description, sortable=False),
        Field("account", "Account", sortable=False),
        Field("state", "Status", _charge_state(), kind="status", choices=CHARGE_STATES, sortable=False),
        Field("quantity", "Quantity", _p.quantity, kind="decimal", sortable=False, filterable=False),
        Field("unit_price", "Unit price", _p.unit_price, kind="decimal", sortable=False, filterable=False, hidden=True),
        Field("amount", "Amount", _p.amount_minor, kind="money", sum=True),
        Field("currency", "Currency", _p.currency, kind="code", hidden=True),
        Field("invoice", "Invoice", kind="code", sortable=False, link=_charge_invoice),
        Field("charge_code", "Charge code", _p.charge_code, kind="code", hidden=True),
        Field("tax_category", "Tax category", _p.tax_category, kind="code", hidden=True),
        Field("service_from", "Service from", _p.service_from, kind="day", hidden=True),
        Field("service_to", "Service to", _p.service_to, kind="day", hidden=True),
        Field("account_id", "Account id", _p.account_id, kind="uuid", hidden=True, sortable=False),
        Field("invoice_id", "Invoice id", _p.invoice_id, kind="uuid", hidden=True, sortable=False),
        Field("created_at", "Added", _p.created_at, kind="instant"),
        Field("id", "Id", _p.id, kind="uuid", hidden=True),
    ),
    default_sort="-created_at",
    search=("description", lambda text: _of_account(_p.account_id, text)),
    search_hint="Text or account",
    views=(View("waiting", "Waiting", "state=waiting"), View("billed", "Billed", "state=billed")),
    empty=EmptyState(
        "Nothing waits for a next invoice",
        "A pending charge is added to the next invoice of its account.",
        Step("Add a charge", lambda: url_for("invoicing.new_pending_charge"), "plus", "invoicing.pending_charge.create"),
    ),
    actions=(Step("Add a charge", lambda: url_for("invoicing.new_pending_charge"), "plus", "invoicing.pending_charge.create"),),
    counted=lambda: _p.cancelled_at.is_(None),
    sum_note="cancelled left out",
    name_field="account",
)
