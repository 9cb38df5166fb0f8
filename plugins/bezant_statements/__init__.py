"""Statements of account and aging, from the ledger's open items and allocations, as of any day."""
