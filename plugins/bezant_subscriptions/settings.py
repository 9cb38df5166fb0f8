"""Configuration keys of subscriptions."""

from bezant.sdk.settings import Setting

SETTINGS = (
    Setting(
        "subscriptions.alignment",
        str,
        "anniversary",
        "What billing periods are aligned to where a subscription does not say.",
        choices=("anniversary", "calendar", "cycle_day"),
        editable=True,
    ),
    Setting(
        "subscriptions.cycle_day_source",
        str,
        "account",
        "Whose cycle day a subscription on a cycle day takes: the account's (set by its first subscription), or its own.",
        choices=("account", "subscription"),
        editable=True,
    ),
    Setting(
        "subscriptions.proration",
        str,
        "day",
        "How parts of a period are measured: by days, not at all, by months of thirty days, or by seconds.",
        choices=("day", "none", "30_360", "second"),
        editable=True,
    ),
    Setting(
        "subscriptions.cancellation_day",
        str,
        "used",
        "Whether the day of a cancellation is paid for.",
        choices=("used", "free"),
        editable=True,
    ),
    Setting(
        "subscriptions.catch_up",
        str,
        "per_date",
        "Billing dates that were missed: an invoice for each, dated that day, or one for all.",
        choices=("per_date", "one"),
        editable=True,
    ),
    Setting(
        "subscriptions.late_usage_periods",
        int,
        -1,
        "How many closed periods back usage that comes in late is still billed; -1: all.",
        editable=True,
    ),
    Setting(
        "subscriptions.max_horizon_months",
        int,
        36,
        "How many months ahead of business time facts may be dated and runs may look.",
        editable=True,
    ),
    Setting("subscriptions.page_size", int, 500, "Accounts that a billing run takes in one transaction."),
    Setting("subscriptions.automatic", bool, True, "Bill what falls due by the clock; off: runs are started by hand only.", editable=True),
)
"""The keys; facts keep what was set when they were recorded, so that a later change does not rewrite history."""
