"""When an open item is collected."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from bezant_ledger.contracts import OpenItemInfo


def collected_at(item: OpenItemInfo, timezone: str, now: datetime) -> datetime:
    """The beginning of an item's due day where its payer lives, or now where that is past."""
    if item.due_on is None:
        return now
    return max(now, datetime.combine(item.due_on, time(), ZoneInfo(timezone)))
