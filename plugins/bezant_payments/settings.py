"""Configuration of payments."""

from bezant.sdk.settings import Setting

SETTINGS = (
    Setting(
        "payments.collect",
        str,
        "issue",
        "When open items of accounts with a default payment method are collected: when they are issued, when they are due, or never.",
        choices=("issue", "due", "never"),
        editable=True,
    ),
    Setting(
        "payments.operations",
        str,
        "standard",
        "Which operations may follow one another in a payment: permissive also allows a void after a capture, refund, void or credit.",
        choices=("standard", "permissive"),
    ),
    Setting(
        "payments.unknown_checks",
        list,
        ["5m", "1h", "1d", "1d", "1d", "1d", "1d"],
        "Waits after which a gateway is asked what became of an attempt whose outcome is unknown; after the last a person has to look.",
    ),
    Setting(
        "payments.pending_checks",
        list,
        ["1h", *["1d"] * 14],
        "Waits after which a gateway is asked whether a pending attempt is final; after the last a person has to look.",
    ),
    Setting("payments.retries", list, ["1d", "3d", "7d"], "Waits after which a softly declined automatic collection is tried again."),
    Setting(
        "payments.retries_unreached",
        list,
        ["15m", "1h", "4h", "1d"],
        "Waits after which an automatic collection is tried again that never reached the processor.",
    ),
    Setting("payments.page_size", int, 100, "Attempts that a run of collection writes, calls and books together."),
    Setting("payments.parallel_calls", int, 4, "Calls to gateways that one process makes at the same time."),
)
