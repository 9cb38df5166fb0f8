"""What other plugins, pages, the API and jobs can ask of the ledger."""

from bezant_ledger.services.allocating import allocate, allocate_oldest_first, allocate_one, deallocate, load_allocations
from bezant_ledger.services.balances import balances, credit_balance
from bezant_ledger.services.chart import create_ledger_account, edit_ledger_account, get_ledger_account, ledger_accounts, open_chart
from bezant_ledger.services.entries import load_entries, post_manual, reverse, reversed_by
from bezant_ledger.services.items import open_items
from bezant_ledger.services.periods import close_period, closed_through, reopen_period, set_closed_through
from bezant_ledger.services.posting import post
from bezant_ledger.services.proving import start_verification, verify_ledger
from bezant_ledger.services.sealing import NOBODY
from bezant_ledger.services.verification import report_values, verify

__all__ = [
    "NOBODY",
    "allocate",
    "allocate_oldest_first",
    "allocate_one",
    "balances",
    "close_period",
    "closed_through",
    "create_ledger_account",
    "credit_balance",
    "deallocate",
    "edit_ledger_account",
    "get_ledger_account",
    "ledger_accounts",
    "load_allocations",
    "load_entries",
    "open_chart",
    "open_items",
    "post",
    "post_manual",
    "reopen_period",
    "report_values",
    "reverse",
    "reversed_by",
    "set_closed_through",
    "start_verification",
    "verify",
    "verify_ledger",
]
