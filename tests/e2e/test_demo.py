"""The main job: real flights, priced, billed, posted, collected, stated. The figures were worked out by hand from the tariff."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

from bezant.audit import AuditEntry
from bezant.db.model import db, session
from bezant.db.types import UTCDateTime
from bezant.db.unit_of_work import unit_of_work
from bezant.sdk import rehearsal
from bezant_demo import services
from bezant_ledger import services as ledger
from bezant_statements import services as statements

pytestmark = pytest.mark.plugins("demo")


def invoice(billed: dict[str, Any], carrier: str, issued: str) -> dict[str, Any]:
    found: dict[str, Any] = next(i for i in billed["accounts"][carrier]["invoices"] if i["issued"] == issued)
    return found


def bill_and_collect() -> int:
    """Everything that is due on each billing date; gives how many invoices that made."""
    made = 0
    for day in services.billing_dates():
        made += services.bill(day).invoices
        services.collect()
    return made


def test_a_year_to_the_cent(accounts: dict[str, Any]) -> None:
    assert bill_and_collect() == 208
    billed = services.outcome(accounts)

    check_a_small_carrier(billed)
    check_the_minimum(billed)
    check_the_discount(billed)
    check_the_numbers(billed)
    check_the_books()
    check_the_dates()

    assert rehearsal.drain() == 0, "nothing is left to do after the table is printed"
    assert bill_and_collect() == 0
    assert services.outcome(accounts) == billed


def check_a_small_carrier(billed: dict[str, Any]) -> None:
    hawaiian = billed["accounts"]["HA"]
    february = invoice(billed, "HA", "2013-02-01")

    assert len(hawaiian["invoices"]) == 13 and hawaiian["total"] == "271799.01"
    assert february["lines"] == {"lease": "2500.00", "departures": "2945.00", "seats": "18699.20", "aircraft": "360.00"}
    assert (february["subtotal"], february["discount"], february["tax"], february["total"]) == ("24504.20", "2450.42", "199.69", "22253.47")


def check_the_minimum(billed: dict[str, Any]) -> None:
    """Filled up gross of discount, the lease counting in its own month."""
    skywest = billed["accounts"]["OO"]
    february = invoice(billed, "OO", "2013-02-01")

    assert len(skywest["invoices"]) == 13 and skywest["total"] == "120345.99"
    assert (february["lines"]["commitment"], february["total"]) == ("7304.50", "9199.69")


def check_the_discount(billed: dict[str, Any]) -> None:
    """Three invoices long, and only for those who redeemed it."""
    discounts = [i["discount"] for i in billed["accounts"]["YV"]["invoices"]]

    assert all(d != "0.00" for d in discounts[:3]) and set(discounts[3:]) == {"0.00"}
    assert {i["discount"] for i in billed["accounts"]["AS"]["invoices"]} == {"0.00"}


def check_the_numbers(billed: dict[str, Any]) -> None:
    """Without a gap, anew each year."""
    numbers = sorted(i["number"] for a in billed["accounts"].values() for i in a["invoices"])

    assert numbers == [f"PNY-2013-{n:06}" for n in range(1, 193)] + [f"PNY-2014-{n:06}" for n in range(1, 17)]


def check_the_books() -> None:
    """Everything is collected, the books hold, and nobody can alter a posting."""
    report = ledger.verify()
    assert report.ok, report.difference
    assert not ledger.open_items(kind="receivable")
    assert statements.aging(date(2014, 1, 31)) is not None
    with pytest.raises(IntegrityError, match="ledger_postings"), unit_of_work():
        session.execute(text("UPDATE ledger_postings SET amount_minor = amount_minor + 1"))


BY_THE_MACHINE = {
    "core_audit.at",
    "ledger_seals.sealed_at",
    "subscriptions_billing_runs.alive_at",
}
"""Columns that keep the machine's time, beside those of the platform."""

OF_BUSINESS = {"core_audit", "core_events"}
"""The platform's tables that people read dates of business in."""


def check_the_dates() -> None:
    """What people read as a date of business lies in the demonstration's years, whichever plugin wrote it."""
    found = dict[str, set[int]]()
    here = set(inspect(session.connection()).get_table_names())
    for table in (one for one in db.metadata.sorted_tables if one.name in here):
        for column in table.columns:
            if isinstance(column.type, UTCDateTime) and (table.name in OF_BUSINESS or not table.name.startswith("core_")):
                rows = select(column).where(column.is_not(None))
                if table is AuditEntry.__table__:  # until it began, business time was the machine's
                    rows = rows.where(AuditEntry.action != "core.clock.rehearsal_began")
                years = {at.year for at in session.scalars(rows)}
                found |= {f"{table.name}.{column.name}": years} if years else {}

    assert found.keys() >= BY_THE_MACHINE and len(found) > 25
    assert {name for name, years in found.items() if max(years) > 2015} == BY_THE_MACHINE
