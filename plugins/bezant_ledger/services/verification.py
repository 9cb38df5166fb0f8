"""The proof of the ledger: everything is recomputed from the postings, and the first difference is named."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, func, select

from bezant.sdk.db import Model, in_unit_of_work, session
from bezant.sdk.services import query
from bezant_ledger.contracts import Difference, VerifyReport
from bezant_ledger.domain.proof import ENTRY_COLUMNS, POSTING_COLUMNS, SEAL_COLUMNS, Chain, sealed
from bezant_ledger.models import Allocation, LedgerBalance, LedgerBook, LedgerEntry, LedgerPosting, LedgerSeal, OpenItem
from bezant_ledger.services.comparisons import COMPARISONS

CHUNK = 2_000
"""Rows held at a time."""

Progress = Callable[[int, int], None]
"""Told how many of how many entries are proved. It must not touch the database, which is being read meanwhile."""


@query("ledger.seal.verify", whole=True)
def verify(progress: Progress | None = None) -> VerifyReport:
    """Proves the ledger, in one snapshot of the database and a constant amount of memory.

    Entries balance and are as they were sealed; seals follow each other without a gap up to the book's last; kept balances are the
    sums of the postings; each item stems from its posting and each allocation from its entry; residual = amount − allocations;
    and the balance of receivables (and of each credit account) is what is left of its items.
    """
    _take_snapshot()
    chain = Chain()
    difference = _check_chain(chain, progress) or next(filter(None, (compare() for compare in COMPARISONS)), None)
    balances, items, allocations = (_count(model) for model in (LedgerBalance, OpenItem, Allocation))
    return VerifyReport(chain.entries, chain.postings, chain.seals, balances, items, allocations, difference)


def report_values(report: VerifyReport) -> dict[str, object]:
    """A report as plain values, for JSON."""
    return asdict(report) | {"ok": report.ok}


def _take_snapshot() -> None:
    """All statements see the same state: by nature on SQLite, by isolation level on PostgreSQL."""
    if session.get_bind().dialect.name == "postgresql" and not in_unit_of_work():
        session.commit()
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _check_chain(chain: Chain, progress: Progress | None) -> Difference | None:
    total = _count(LedgerEntry)
    with closing(session.execute(_entry_rows())) as entry_rows, closing(session.execute(_posting_rows())) as posting_rows:
        for seal, entries in sealed(entry_rows, posting_rows):
            difference = chain.check(seal, entries)
            if difference is not None:
                return difference
            if progress is not None:
                progress(chain.entries, total)
    books = session.execute(select(LedgerBook.__table__)).mappings()
    return chain.check_heads([dict(book) for book in books])


def _count(model: type[Model]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


_SEAL, _ENTRY, _POSTING = LedgerSeal.__table__, LedgerEntry.__table__, LedgerPosting.__table__


def _entry_rows() -> Select[Any]:
    """Seals with their entries, in the order of the chain."""
    columns = [*(_SEAL.c[name] for name in SEAL_COLUMNS), *(_ENTRY.c[name] for name in ENTRY_COLUMNS)]
    joined = _SEAL.outerjoin(_ENTRY, _ENTRY.c.seal_id == _SEAL.c.id)
    return _in_order(select(*columns).select_from(joined))


def _posting_rows() -> Select[Any]:
    """The postings under the seals, in the same order."""
    columns = [_POSTING.c[name] for name in POSTING_COLUMNS]
    joined = _SEAL.join(_ENTRY, _ENTRY.c.seal_id == _SEAL.c.id).join(_POSTING, _POSTING.c.entry_id == _ENTRY.c.id)
    return _in_order(select(_ENTRY.c.id, *columns).select_from(joined), _POSTING.c.id)


def _in_order(statement: Select[Any], *last: Any) -> Select[Any]:
    ordered = statement.order_by(_SEAL.c.legal_entity_id, _SEAL.c.number, _ENTRY.c.id, *last)
    return ordered.execution_options(yield_per=CHUNK)
