"""What the demonstration came to: every invoice of every carrier, by charge."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from bezant.sdk.db import ids_in, selectable, session
from bezant.sdk.services import query
from bezant.sdk.values import format_plain
from bezant_accounts.contracts import AccountInfo
from bezant_demo.domain import tariff
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import INVOICES, InvoiceInfo
from bezant_usage.contracts import EVENTS

COMMITMENT = "commitment"


@query("demo.demonstration.run")
def outcome(accounts: dict[str, AccountInfo]) -> dict[str, Any]:
    """``{events, invoices, accounts: {HA: {invoices: [{issued, number, lines, subtotal, discount, tax, total}], total}}}``; amounts are
    decimal strings, ``lines`` sums by charge code, ``subtotal`` is before discount."""
    invoices = _invoices_of({account.id for account in accounts.values()})
    by_account: dict[UUID, list[InvoiceInfo]] = defaultdict(list)
    for invoice in sorted(invoices, key=lambda i: (i.issued_on, i.number)):
        by_account[invoice.account_id].append(invoice)
    return {
        "events": session.scalar(select(func.count()).select_from(selectable(EVENTS))) or 0,
        "invoices": len(invoices),
        "accounts": {code: _account(by_account[account.id]) for code, account in sorted(accounts.items())},
    }


def _invoices_of(account_ids: set[UUID]) -> list[InvoiceInfo]:
    table = selectable(INVOICES)
    ids = session.scalars(select(table.c.id).where(ids_in(table.c.account_id, account_ids), table.c.finalized_at.is_not(None)))
    return list(invoicing.load_invoices(list(ids)).values())


def _account(invoices: list[InvoiceInfo]) -> dict[str, Any]:
    return {"invoices": [_invoice(i) for i in invoices], "total": _text(sum(i.total_minor for i in invoices))}


def _invoice(invoice: InvoiceInfo) -> dict[str, Any]:
    lines: dict[str, int] = defaultdict(int)
    for line in invoice.lines:
        lines[COMMITMENT if line.draft.kind == "commitment" else line.draft.charge_code] += line.draft.amount_minor
    return {
        "issued": invoice.issued_on.isoformat(),
        "number": invoice.number,
        "lines": {code: _text(minor) for code, minor in lines.items()},
        "subtotal": _text(invoice.subtotal_minor),
        "discount": _text(invoice.discount_minor),
        "tax": _text(invoice.tax_minor),
        "total": _text(invoice.total_minor),
    }


def _text(minor: int) -> str:
    return format_plain(minor, tariff.CURRENCY)
