"""What other plugins, pages, the API and jobs can ask of subscriptions."""

from bezant_subscriptions.domain.schedule import Schedule, ScheduledLine, ScheduleRequest
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
from bezant_subscriptions.services.documents import Document, documents_of_run, documents_of_subscription
from bezant_subscriptions.services.late import note_late_usage
from bezant_subscriptions.services.previews import (
    preview_billing,
    preview_cancel,
    preview_plan_change,
    preview_quantity,
    preview_subscription,
)
from bezant_subscriptions.services.reading import (
    find_subscription,
    load_run,
    load_subscriptions,
    parked_accounts,
    recent_runs,
    subscriptions_of,
    timeline,
)
from bezant_subscriptions.services.runs import anything_due, bill_due, carry_out_run, continue_run, next_billing, run_billing, start_run
from bezant_subscriptions.services.stateless import schedule
from bezant_subscriptions.services.subjects import explain_events, resolve_subjects
from bezant_subscriptions.services.subscribing import subscribe, subscribe_many
from bezant_subscriptions.services.voids import free_voided

__all__ = [
    "Document",
    "Schedule",
    "ScheduleRequest",
    "ScheduledLine",
    "anything_due",
    "bill_due",
    "cancel",
    "carry_out_run",
    "change_cycle_day",
    "change_plan",
    "change_quantity",
    "continue_run",
    "documents_of_run",
    "documents_of_subscription",
    "explain_events",
    "find_subscription",
    "free_voided",
    "load_run",
    "load_subscriptions",
    "next_billing",
    "note_late_usage",
    "override_price",
    "parked_accounts",
    "pause",
    "preview_billing",
    "preview_cancel",
    "preview_plan_change",
    "preview_quantity",
    "preview_subscription",
    "recent_runs",
    "resolve_subjects",
    "resume",
    "run_billing",
    "schedule",
    "start_run",
    "subscribe",
    "subscribe_many",
    "subscriptions_of",
    "timeline",
    "uncancel",
    "withdraw_fact",
]
