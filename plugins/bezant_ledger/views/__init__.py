"""Pages: the journal, open items, allocations, balances, the chart, periods, the proof."""

from bezant.sdk.web import NavItem
from bezant_ledger.views import books, chart, items, journal
from bezant_ledger.views.blueprint import blueprint

NAVIGATION = (
    NavItem("Money", "Open items", "ledger.items", "file-invoice", "ledger.item.view", 30),
    NavItem("Money", "Ledger", "ledger.index", "book", "ledger.entry.view", 80),
    NavItem("Money", "Balances", "ledger.trial_balance", "scale", "ledger.balance.view", 81),
    NavItem("Money", "Books", "ledger.books", "lock", "ledger.balance.view", 82),
    NavItem("Administration", "Chart of accounts", "ledger.accounts", "list-details", "ledger.account.view", 30),
)

__all__ = ["NAVIGATION", "blueprint", "books", "chart", "items", "journal"]
