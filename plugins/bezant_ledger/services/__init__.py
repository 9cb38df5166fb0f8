"""What other plugins, pages, the API and jobs can ask of the ledger."""

from bezant_ledger.services.allocating import allocate, allocate_oldest_first, deallocate, load_allocations
from bezant_ledger.services.balances import balances, credit_balance
from bezant_ledger.services.chart import create_ledger_account, edit_ledger_account, ledger_accounts
from bezant_ledger.services.entries import load_entries, reverse
from bezant_ledger.services.items import open_items
from bezant_ledger.services.periods import close_period, closed_through, reopen_period
from bezant_ledger.services.posting import post
from bezant_ledger.services.verification import verify

__all__ = [
    "allocate",
    "allocate_oldest_first",
    "balances",
    "close_period",
    "closed_through",
    "create_ledger_account",
    "credit_balance",
    "deallocate",
    "edit_ledger_account",
    "ledger_accounts",
    "load_allocations",
    "load_entries",
    "open_items",
    "post",
    "reopen_period",
    "reverse",
    "verify",
]
