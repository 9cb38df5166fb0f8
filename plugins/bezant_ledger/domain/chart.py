"""The chart of accounts: what every deployment starts with, and how sub-accounts follow from it."""

import re
from collections.abc import Mapping
from dataclasses import replace

from bezant.sdk.values import Invalid
from bezant_ledger.contracts import LedgerAccountInfo

DEFAULT_CHART: tuple[LedgerAccountInfo, ...] = (
    LedgerAccountInfo("receivables", "Receivables", "asset", items="receivable", per_account=True),
    LedgerAccountInfo("cash", "Cash", "asset"),
    LedgerAccountInfo("unapplied_cash", "Unapplied cash", "liability", items="credit", per_account=True),
    LedgerAccountInfo("customer_credit", "Customer credit", "liability", items="credit", per_account=True),
    LedgerAccountInfo("deferred_revenue", "Deferred revenue", "liability"),
    LedgerAccountInfo("tax_payable", "Tax payable", "liability"),
    LedgerAccountInfo("revenue", "Revenue", "income"),
    LedgerAccountInfo("discounts", "Discounts", "income"),
    LedgerAccountInfo("refunds", "Refunds", "income"),
    LedgerAccountInfo("fees", "Fees", "expense"),
    LedgerAccountInfo("dispute_losses", "Dispute losses", "expense"),
    LedgerAccountInfo("write_offs", "Write-offs", "expense"),
    LedgerAccountInfo("fx_gain_loss", "Foreign exchange gain and loss", "income"),
    LedgerAccountInfo("fx_clearing", "Foreign exchange clearing", "asset"),
    LedgerAccountInfo("rounding", "Rounding", "expense"),
)

_CODE = re.compile(r"[a-z][a-z0-9_]{0,29}(:[A-Za-z0-9][A-Za-z0-9_.-]{0,29})?")


def check_code(code: str, field: str = "code") -> str:
    """A code such as ``revenue`` or ``cash:sandbox``. Raises ``Invalid``."""
    if not _CODE.fullmatch(code):
        raise Invalid.field(field, "not_a_code", f"{code!r} is not a ledger account code; write it like revenue or cash:main_bank.")
    return code


def sub_account(code: str, chart: Mapping[str, LedgerAccountInfo]) -> LedgerAccountInfo | None:
    """The sub-account that ``code`` asks for, with everything but the title from its parent; ``None`` where it is not one."""
    parent = chart.get(code.partition(":")[0])
    if parent is None or not _CODE.fullmatch(code) or ":" not in code:
        return None
    return replace(parent, code=code, title=f"{parent.title}, {code.partition(':')[2]}", archived=False)
