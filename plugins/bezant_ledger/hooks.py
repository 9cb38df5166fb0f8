"""What the ledger contributes to the platform."""
