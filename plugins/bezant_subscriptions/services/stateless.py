"""Questions about dates and amounts that need nothing stored."""

from bezant.sdk.services import query
from bezant_subscriptions.domain import schedule as rules


@query("subscriptions.subscription.view")
def schedule(asked: rules.ScheduleRequest) -> rules.Schedule:
    """What a charge would be billed for by a day, and when the next billing date is. Raises ``Invalid``."""
    return rules.schedule(asked)
