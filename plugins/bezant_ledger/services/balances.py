"""Balances, now or at the end of any day."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, cast, func, null, select, union_all

from bezant.sdk.db import ids_in, in_scope, json_rows, session
from bezant.sdk.services import query
from bezant_ledger.contracts import CUSTOMER_CREDIT, UNAPPLIED_CASH, BalanceInfo
from bezant_ledger.domain.chart import DEFAULT_CHART
from bezant_ledger.models import LedgerBalance, LedgerEntry, LedgerPosting, OpenItem
from bezant_ledger.services.sealing import movements, unsealed_ids

_BALANCES = LedgerBalance.__table__
CREDITS = (UNAPPLIED_CASH, CUSTOMER_CREDIT)
_PER_ACCOUNT = frozenset(account.code for account in DEFAULT_CHART if account.per_account)


@query("ledger.balance.view")
def balances(
    as_of: date | None = None,
    account_ids: Collection[UUID] | None = None,
    *,
    legal_entity_id: UUID | None = None,
    ledger_accounts: Sequence[str] | None = None,
    by_account: bool = False,
) -> list[BalanceInfo]:
    """Balances by legal entity, ledger account and currency, in that order; by account too with ``by_account`` or ``account_ids``.

    Without ``as_of`` they come from what is kept, for the accounts that keep a balance per account at least; at the end of a
    day, and for other ledger accounts by account, they are added up from the postings. Balances of zero are left out.
    """
    by_account = by_account or account_ids is not None
    kept = as_of is None and (not by_account or (ledger_accounts is not None and _PER_ACCOUNT.issuperset(ledger_accounts)))
    rows = _kept() if kept else _added_up(as_of)
    table = rows.subquery()
    owner: ColumnElement[Any] = table.c.account_id if by_account else null()
    keys = [table.c.legal_entity_id, table.c.ledger_account, table.c.currency] + ([table.c.account_id] if by_account else [])
    total = cast(func.sum(table.c.balance_minor), BigInteger)
    statement = select(table.c.legal_entity_id, table.c.ledger_account, owner.label("account_id"), table.c.currency, total)
    conditions = [in_scope(LedgerBalance, table)]
    if account_ids is not None:
        conditions.append(ids_in(table.c.account_id, account_ids))
    if legal_entity_id is not None:
        conditions.append(table.c.legal_entity_id == legal_entity_id)
    if ledger_accounts is not None:
        wanted = json_rows([{"code": code} for code in ledger_accounts], code="text")
        conditions.append(table.c.ledger_account.in_(select(wanted.c.code)))
    grouped = statement.where(*conditions).group_by(*keys).having(total != 0).order_by(*keys)
    return [BalanceInfo(*row) for row in session.execute(grouped)]


@query("ledger.item.view")
def credit_balance(account_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """What accounts have as unused credit, by currency, in positive minor units; accounts without any have an empty mapping."""
    found: dict[UUID, dict[str, int]] = {id: {} for id in account_ids}
    items = OpenItem.__table__.c
    total = cast(func.sum(items.residual_minor), BigInteger)
    statement = (
        select(items.account_id, items.currency, total)
        .where(ids_in(items.account_id, account_ids), items.kind == "credit", items.residual_minor > 0, in_scope(OpenItem))
        .group_by(items.account_id, items.currency)
    )
    for account_id, currency, amount in session.execute(statement):
        found[account_id][currency] = amount
    return found


def _kept() -> Any:
    """The balances that are kept, with what this transaction has posted and not yet sealed."""
    stored = select(*(_BALANCES.c[name] for name in ("legal_entity_id", "ledger_account", "account_id", "currency", "balance_minor")))
    pending = unsealed_ids()
    if not pending:
        return stored
    return union_all(stored, movements().order_by(None).where(ids_in(LedgerEntry.__table__.c.seal_id, pending)))


def _added_up(as_of: date | None) -> Any:
    entry, posting = LedgerEntry.__table__, LedgerPosting.__table__
    columns = (entry.c.legal_entity_id, posting.c.ledger_account, posting.c.account_id, entry.c.currency)
    statement = select(*columns, posting.c.amount_minor.label("balance_minor")).join_from(posting, entry, entry.c.id == posting.c.entry_id)
    return statement if as_of is None else statement.where(entry.c.date <= as_of)
