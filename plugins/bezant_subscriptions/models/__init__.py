"""Tables of subscriptions: facts, what is covered, and how far billing has come."""

from bezant_subscriptions.models.billed import CommitmentPeriod, Coverage, OneTimeBilled, UsageBilled
from bezant_subscriptions.models.runs import BillingMark, BillingRun, ParkedAccount
from bezant_subscriptions.models.timeline import FactRow, Subscription, TrialUsed

__all__ = [
    "BillingMark",
    "BillingRun",
    "CommitmentPeriod",
    "Coverage",
    "FactRow",
    "OneTimeBilled",
    "ParkedAccount",
    "Subscription",
    "TrialUsed",
    "UsageBilled",
]
