"""The chart of accounts: the default one arrives by itself, sub-accounts open on first use, others are added."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from bezant.sdk.db import insert_into, json_rows, session
from bezant.sdk.services import audit, now, query, use_case
from bezant.sdk.values import Invalid, NotFound, Problem, Stale
from bezant_ledger.contracts import LedgerAccountInfo
from bezant_ledger.domain.chart import DEFAULT_CHART, check_code, sub_account
from bezant_ledger.models import LedgerAccount

_TABLE = LedgerAccount.__table__
_INFO = (_TABLE.c.code, _TABLE.c.title, _TABLE.c.type, _TABLE.c["items"], _TABLE.c.per_account, _TABLE.c.archived)


@query("ledger.account.view")
def ledger_accounts() -> list[LedgerAccountInfo]:
    """The whole chart, by code."""
    return [LedgerAccountInfo(*row) for row in session.execute(select(*_INFO).order_by(_TABLE.c.code))]


@use_case("ledger.account.create")
def create_ledger_account(new: LedgerAccountInfo) -> LedgerAccountInfo:
    """Adds an account to the chart. A sub-account keeps the items of its parent; no other new account keeps items."""
    check_code(new.code)
    known = resolve([new.code.partition(":")[0]]) if ":" in new.code else {}
    if session.get(LedgerAccount, new.code) is not None:
        raise Invalid.field("code", "taken", f"There is already a ledger account {new.code}.")
    if new.items is not None and ":" not in new.code:
        raise Invalid.field("items", "not_possible", "Only sub-accounts of accounts with open items can keep open items.")
    made = sub_account(new.code, known) if ":" in new.code else new
    if made is None:
        raise Invalid.field("code", "no_parent", f"There is no ledger account {new.code.partition(':')[0]} to open a sub-account of.")
    _insert([LedgerAccountInfo(made.code, new.title or made.title, made.type, made.items, made.per_account)])
    audit("ledger.account.created", "ledger.account", new.code)
    return made


@use_case("ledger.account.edit")
def edit_ledger_account(code: str, *, title: str | None = None, archived: bool | None = None, version: int | None = None) -> None:
    """Renames an account of the chart, or takes it out of use; what is posted on it stays."""
    account = session.get(LedgerAccount, code)
    if account is None:
        raise NotFound(f"There is no ledger account {code}.")
    if version is not None and account.version != version:
        raise Stale("Somebody else changed this meanwhile; read it again and repeat your change.")
    if title is not None:
        if not title.strip() or len(title) > 120:
            raise Invalid.field("title", "length", "A title has 1 to 120 characters.")
        account.title = title.strip()
    if archived is not None:
        account.archived = archived
    audit("ledger.account.changed", "ledger.account", code)


@query("ledger.account.view")
def get_ledger_account(code: str) -> tuple[LedgerAccountInfo, int]:
    """One account of the chart with its version. Raises ``NotFound``."""
    row = session.execute(select(*_INFO, _TABLE.c.version).where(_TABLE.c.code == code)).one_or_none()
    if row is None:
        raise NotFound(f"There is no ledger account {code}.")
    return LedgerAccountInfo(*row[:-1]), row[-1]


def open_chart() -> None:
    """Adds what is missing of the default chart."""
    _insert(DEFAULT_CHART)


def resolve(codes: Iterable[str]) -> dict[str, LedgerAccountInfo]:
    """Accounts of the chart by code. Missing default accounts and sub-accounts are opened; other unknown codes raise ``Invalid``."""
    wanted = set(codes) | {code.partition(":")[0] for code in codes}
    chart = _load(wanted)
    if wanted <= chart.keys():
        return chart
    open_chart()
    chart = _load(wanted)
    made = {code: sub_account(code, chart) for code in wanted - chart.keys()}
    unknown = sorted(code for code, account in made.items() if account is None)
    if unknown:
        message = "There is no ledger account {}; add it to the chart, or name a sub-account like cash:bank."
        raise Invalid(problems=[Problem("ledger_account", "no_such_ledger_account", message.format(code)) for code in unknown])
    opened = [account for account in made.values() if account is not None]
    _insert(opened)
    return chart | {account.code: account for account in opened}


def _load(codes: set[str]) -> dict[str, LedgerAccountInfo]:
    wanted = json_rows([{"code": code} for code in sorted(codes)], code="text")
    rows = session.execute(select(*_INFO).where(_TABLE.c.code.in_(select(wanted.c.code))))
    return {row.code: LedgerAccountInfo(*row) for row in rows}


def _insert(accounts: Sequence[LedgerAccountInfo]) -> None:
    """Adds accounts that somebody else may be adding at the same time."""
    at = now()
    rows = [
        {
            "code": a.code,
            "title": a.title,
            "type": a.type,
            "items": a.items,
            "per_account": a.per_account,
            "archived": False,
            "version": 1,
            "created_at": at,
            "updated_at": at,
        }
        for a in sorted(accounts, key=lambda a: a.code)
    ]
    if rows:
        session.execute(insert_into(LedgerAccount).on_conflict_do_nothing(index_elements=["code"]), rows)
