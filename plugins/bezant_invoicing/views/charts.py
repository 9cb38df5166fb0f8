"""Figures for the overview: what was invoiced month by month."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import extract, func, select

from bezant.sdk.db import in_scope, session
from bezant.sdk.services import now
from bezant.sdk.values import Money
from bezant.sdk.web import Chart, Series
from bezant_invoicing.models import Invoice

MONTHS = 13
"""The running month and a year before it."""

Month = tuple[int, int]


def invoiced_by_month() -> Chart:
    """Invoices by month of issue, voided left out, in the currency in which most was invoiced."""
    months = _months(now().date())
    amounts = _amounts(months[0])
    totals = {currency: sum(by_month.values()) for currency, by_month in amounts.items()}
    currency = max(totals, key=lambda c: totals[c], default="")
    values = [Money(amounts.get(currency, {}).get(month, 0), currency).major if currency else 0 for month in months]
    labels = [date(year, month, 1).strftime("%b %Y") for year, month in months]
    series = [Series("Invoiced", values, open_end=True)]
    return Chart("invoiced", f"Invoiced by month, {currency}", labels, series, unit=currency, decimals=2)


def _months(today: date) -> list[Month]:
    """The newest months, oldest first."""
    last = today.year * 12 + today.month - 1
    return [(n // 12, n % 12 + 1) for n in range(last - MONTHS + 1, last + 1)]


def _amounts(first: Month) -> Mapping[str, Mapping[Month, int]]:
    """Currency → month → minor units."""
    table = Invoice.__table__
    year, month = extract("year", table.c.issued_on), extract("month", table.c.issued_on)
    statement = (
        select(table.c.currency, year.label("year"), month.label("month"), func.sum(table.c.total_minor).label("total"))
        .where(table.c.issued_on >= date(*first, 1), table.c.finalized_at.is_not(None), table.c.closed_as != "voided", in_scope(table))
        .group_by(table.c.currency, year, month)
    )
    amounts: dict[str, dict[Month, int]] = {}
    for row in session.execute(statement):
        amounts.setdefault(row.currency, {})[(int(row.year), int(row.month))] = int(row.total)
    return amounts
