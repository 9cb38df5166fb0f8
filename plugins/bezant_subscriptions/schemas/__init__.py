"""Bodies and resources of the REST API, and the lists that pages and REST share."""

from bezant_subscriptions.schemas.lists import PARKED_LIST, RUN_LIST, SUBSCRIPTION_LIST
from bezant_subscriptions.schemas.requests import change, find, preview_change
from bezant_subscriptions.schemas.resources import (
    BillingPreviewSchema,
    BillingRunBody,
    BillingRunSchema,
    ParkedAccountSchema,
    SubscriptionBody,
    SubscriptionCancelBody,
    SubscriptionChangeBody,
    SubscriptionMomentBody,
    SubscriptionPreviewBody,
    SubscriptionSchema,
    SubscriptionTimelineSchema,
    new_subscription,
    preview_resource,
    run_resource,
    timeline_resource,
)

__all__ = [
    "PARKED_LIST",
    "RUN_LIST",
    "SUBSCRIPTION_LIST",
    "BillingPreviewSchema",
    "BillingRunBody",
    "BillingRunSchema",
    "ParkedAccountSchema",
    "SubscriptionBody",
    "SubscriptionCancelBody",
    "SubscriptionChangeBody",
    "SubscriptionMomentBody",
    "SubscriptionPreviewBody",
    "SubscriptionSchema",
    "SubscriptionTimelineSchema",
    "change",
    "find",
    "new_subscription",
    "preview_change",
    "preview_resource",
    "run_resource",
    "timeline_resource",
]
