"""Domain events: told with the data, delivered after the commit."""

from bezant.events import DomainEvent, EventHandler, handles
from bezant.outbox import post_events

__all__ = ["DomainEvent", "EventHandler", "handles", "post_events"]
