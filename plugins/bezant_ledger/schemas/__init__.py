"""The ledger as JSON and as lists."""

from bezant_ledger.schemas.bodies import (
    AllocationBody,
    AllocationSchema,
    BalanceSchema,
    EntryBody,
    EntrySchema,
    LedgerAccountBody,
    LedgerAccountEdit,
    LedgerAccountSchema,
    OldestFirstBody,
    OpenItemSchema,
    PeriodBody,
    PeriodSchema,
    ReversalBody,
    TrialBalanceQuery,
    VerificationSchema,
)
from bezant_ledger.schemas.lists import ALLOCATION_LIST, BALANCE_LIST, ENTRY_LIST, LEDGER_ACCOUNT_LIST, OPEN_ITEM_LIST, POSTING_LIST

__all__ = [
    "ALLOCATION_LIST",
    "BALANCE_LIST",
    "ENTRY_LIST",
    "LEDGER_ACCOUNT_LIST",
    "OPEN_ITEM_LIST",
    "POSTING_LIST",
    "AllocationBody",
    "AllocationSchema",
    "BalanceSchema",
    "EntryBody",
    "EntrySchema",
    "LedgerAccountBody",
    "LedgerAccountEdit",
    "LedgerAccountSchema",
    "OldestFirstBody",
    "OpenItemSchema",
    "PeriodBody",
    "PeriodSchema",
    "ReversalBody",
    "TrialBalanceQuery",
    "VerificationSchema",
]
