"""REST: the chart, journal entries, balances, periods, open items, allocations."""

from bezant_ledger.api.books import ledger
from bezant_ledger.api.items import allocations, open_items

BLUEPRINTS = (ledger, open_items, allocations)
