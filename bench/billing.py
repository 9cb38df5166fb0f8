"""The billing run against bare inserts of the rows that it writes."""

import json
import resource
import sys
import time
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import Table, func, select

from bench.clock import Took, timed
from bench.stage import deployment, make_customers
from bezant.db.engine import writing
from bezant.db.inserts import Columns, _prepare
from bezant.db.model import db
from bezant.db.triggers import drop_triggers
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
        pages = [time.process_time()]
        with timed() as took:
            run = subscriptions.run_billing(date(2026, 2, 1), page_size=PAGE, watch=lambda _: pages.append(time.process_time()))
        if run.invoices != accounts:
            raise SystemExit(f"{run.invoices} invoices instead of {accounts}")
        after = _counts()
        with collect_statements() as statements:
            subscriptions.run_billing(date(2026, 3, 1), page_size=PAGE)
        found = {
            "accounts": accounts,
            "invoices_per_s": round(accounts / took.seconds),
            "invoices_per_cpu_s": round(accounts / took.cpu),
            "own_us": round(took.own_cpu / accounts * 1e6),
            "own_us_best_page": round(min(b - a for a, b in pairwise(pages)) / PAGE * 1e6),
            "server_us": round(took.server_cpu / accounts * 1e6),
            "rows_per_invoice": round(sum(after[name] - before[name] for name in after) / accounts, 2),
            "statements_per_page": round(len(statements) / -(-accounts // PAGE), 1),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        if raw:
            bare = _insert_bare(engine, before, after, accounts)
            found |= {
                "raw_invoices_per_s": round(accounts / bare.seconds),
                "raw_us": round(bare.cpu / accounts * 1e6),
                "share_of_raw": round(bare.seconds / took.seconds, 3),
                "share_of_raw_by_cpu": round(bare.cpu / took.cpu, 3),
            }
        return found


def _tables() -> list[Table]:
    return [table for table in db.metadata.sorted_tables if table.name.startswith(WRITTEN)]


def _counts() -> dict[str, int]:
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in _tables()}


def _insert_bare(engine: str, before: dict[str, int], after: dict[str, int], accounts: int) -> Took:
    """The very rows of the run inserted and nothing more: by the driver, from its own values, table by table, a page in a
    transaction, into the same tables with their indexes, but without triggers and foreign keys."""
    pages = -(-accounts // PAGE)
    written = [_driver_rows(table, after[table.name] - before[table.name]) for table in _tables()]
    db.session.rollback()
    with deployment(engine):
        with writing(), db.engine.begin() as connection:
            drop_triggers(connection, _tables())
        raw: Any = db.engine.raw_connection()
        cursor = raw.cursor()
        cursor.execute({"sqlite": "PRAGMA foreign_keys=OFF", "postgresql": "SET session_replication_role = replica"}[engine])
        with timed() as took:
            for page in range(pages):
                if engine == "sqlite":
                    cursor.execute("BEGIN")
                for sql, rows in written:
                    size = -(-len(rows) // pages)
                    cursor.executemany(sql, rows[page * size : (page + 1) * size])
                raw.commit()
        cursor.close()
        raw.close()
        return took


def _driver_rows(table: Table, count: int) -> tuple[str, list[Any]]:
    """The newest rows of a table as the driver takes them, oldest first, with the statement that inserts them."""
    newest = select(table).order_by(*(key.desc() for key in table.primary_key.columns)).limit(count)
    rows = db.session.execute(newest).mappings().all()[::-1]
    dialect = db.engine.dialect
    prepared = _prepare(table, tuple(table.columns.keys()), dialect)
    assert prepared is not None
    columns = Columns(len(rows), {name: [row[name] for row in rows] for name in table.columns.keys()})  # noqa: SIM118
    return prepared.sql, prepared.parameters(list(prepared.rows(columns)))


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), raw="--no-raw" not in sys.argv)))
