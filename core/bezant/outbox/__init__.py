"""The outbox: domain events are written with the data they tell of, and delivered after the commit, at least once."""

from bezant.outbox.delivery import deliver_all, is_behind, sync_cursors, undelivered
from bezant.outbox.post import post_events

__all__ = ["deliver_all", "is_behind", "post_events", "sync_cursors", "undelivered"]
