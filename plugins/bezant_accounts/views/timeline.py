"""What accounts itself tells on an account's timeline."""

from uuid import UUID

from bezant.sdk.web import TimelineEntry
from bezant_accounts import services

VIEW = "accounts.account.view"


def entries(account_id: UUID, limit: int) -> list[TimelineEntry]:
    """When the account was created, and the holds placed on it and released."""
    account = services.load_accounts([account_id]).get(account_id)
    if account is None or account.created_at is None:
        return []
    told = [TimelineEntry(account.created_at, "Account created", account.number, "user-plus", permission=VIEW)]
    for hold, released_at in services.all_holds(account_id, limit):
        told.append(TimelineEntry(hold.placed_at, f"Held: {', '.join(hold.stops)}", hold.reason, "player-pause", permission=VIEW))
        if released_at is not None:
            told.append(TimelineEntry(released_at, "Hold released", hold.reason, "player-play", permission=VIEW))
    return sorted(told, key=lambda entry: entry.at, reverse=True)[:limit]
