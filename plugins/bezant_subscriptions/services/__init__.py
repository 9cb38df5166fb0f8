"""What other plugins, pages, the API and jobs can ask of subscriptions."""

from bezant_subscriptions.services.changing import (
    cancel,
    change_cycle_day,
    change_plan,
    change_quantity,
    override_price,
    pause,
    resume,
    uncancel,
    withdraw_fact,
)
from bezant_subscriptions.services.previews import (
    preview_billing,
    preview_cancel,
    preview_plan_change,
    preview_quantity,
    preview_subscription,
)
from bezant_subscriptions.services.reading import (
    load_run,
    load_subscriptions,
    parked_accounts,
    recent_runs,
    subscriptions_of,
    timeline,
)
from bezant_subscriptions.services.runs import run_billing
from bezant_subscriptions.services.subscribing import subscribe, subscribe_many

__all__ = [
    "cancel",
    "change_cycle_day",
    "change_plan",
    "change_quantity",
    "load_run",
    "load_subscriptions",
    "override_price",
    "parked_accounts",
    "pause",
    "preview_billing",
    "preview_cancel",
    "preview_plan_change",
    "preview_quantity",
    "preview_subscription",
    "recent_runs",
    "resume",
    "run_billing",
    "subscribe",
    "subscribe_many",
    "subscriptions_of",
    "timeline",
    "uncancel",
    "withdraw_fact",
]
