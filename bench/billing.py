"""The billing run against bare inserts of the rows that it writes."""

import json
import resource
import sys
import time
from datetime import date
from typing import Any

from sqlalchemy import func, select

from bench.stage import deployment, make_customers
from bezant.db.model import db
from bezant.testing.applications import collect_statements

WRITTEN = ("invoicing_", "ledger_", "subscriptions_coverage", "core_outbox", "core_audit", "core_events")
PAGE = 500


def measure(engine: str, accounts: int, *, raw: bool = True) -> dict[str, Any]:
    """Rates of one run over ``accounts`` accounts: the second month of their subscriptions, so that history is there to be read."""
    from bezant_subscriptions import services as subscriptions

    with deployment(engine):
        make_customers(accounts)
        subscriptions.run_billing(date(2026, 1, 1))
        before = _counts()
        began, cpu = time.perf_counter(), time.process_time()
        run = subscriptions.run_billing(date(2026, 2, 1))
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        if run.invoices != accounts:
            raise SystemExit(f"{run.invoices} invoices instead of {accounts}")
        after = _counts()
        with collect_statements() as statements:
            subscriptions.run_billing(date(2026, 3, 1), page_size=PAGE)
        found = {
            "engine": engine,
            "accounts": accounts,
            "invoices_per_s": round(accounts / seconds),
            "invoices_per_cpu_s": round(accounts / cpu),
            "seconds": round(seconds, 2),
            "rows_per_invoice": round(sum(after[name] - before[name] for name in after) / accounts, 2),
            "statements_per_page": round(len(statements) / -(-accounts // PAGE), 1),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        if raw:
            rate = _raw_rate(engine, before, after, accounts)
            found |= {"raw_invoices_per_s": round(rate), "share_of_raw": round(accounts / seconds / rate, 3)}
        return found


def _tables() -> list[Any]:
    return [table for table in db.metadata.sorted_tables if table.name.startswith(WRITTEN)]


def _counts() -> dict[str, int]:
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in _tables()}


def _raw_rate(engine: str, before: dict[str, int], after: dict[str, int], accounts: int) -> float:
    """Invoices a second when the very rows of the run are only inserted, table by table, a page in a transaction."""
    from bezant.db.engine import writing

    rows = {}
    for table in _tables():
        grown = after[table.name] - before[table.name]
        if grown:
            keys = list(table.primary_key.columns)
            found = db.session.execute(select(table).order_by(*(key.desc() for key in keys)).limit(grown)).mappings().all()
            rows[table] = [dict(row) for row in found]
    db.session.rollback()
    with deployment(engine):
        db.session.rollback()
        with db.engine.connect() as connection:
            began = time.perf_counter()
            pages = -(-accounts // PAGE)
            for page in range(pages):
                with writing(), connection.begin():
                    for table, all_rows in rows.items():
                        size = -(-len(all_rows) // pages)
                        part = all_rows[page * size : (page + 1) * size]
                        if part:
                            connection.execute(table.insert(), part)
            return accounts / (time.perf_counter() - began)


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), raw="--no-raw" not in sys.argv)))
