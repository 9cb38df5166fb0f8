"""The double-entry ledger: journal entries, open items, allocations, balances, seals and closed periods."""
