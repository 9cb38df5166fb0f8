"""One batch of events on its way into the database, step by step; each step passes on what is left and notes the rest's outcomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert

from bezant.sdk.db import bulk_insert, session
from bezant.sdk.events import post_events
from bezant.sdk.services import audit, now, setting
from bezant.sdk.values import new_id
from bezant_catalog.services import metrics_of_types
from bezant_usage.contracts import EventOutcome, NewEvent, UsageReceived
from bezant_usage.domain import Arrived, arrive, refusal
from bezant_usage.models import UsageBatch, UsageRejection
from bezant_usage.services.computing import complete_properties
from bezant_usage.services.readable import readings, unreadable
from bezant_usage.services.storing import Name, Row, Target, find_kept, find_targets, insert_events
from bezant_usage.services.subjects import Owner, resolve_owners
from bezant_usage.settings import MAX_AGE_DAYS

_ALREADY_REPLACED = "{0!r} was already corrected by {1!r}; correct that one instead."
_OTHER_CONTENT = "Another event has this transaction id; to correct that one, send a new id with `replaces`."


@dataclass(slots=True)
class BatchResult:
    """What became of a batch: how many were accepted, and the outcomes of the others by their place in the call."""

    id: UUID
    accepted: int = 0
    others: dict[int, EventOutcome] = field(default_factory=dict)

    def count(self, status: str) -> int:
        """How many of the others have a status."""
        return sum(1 for outcome in self.others.values() if outcome.status == status)


@dataclass(slots=True, eq=False)
class _Item:
    """An event on its way: its place in the call, and what is found out about it."""

    place: int
    event: Arrived
    owner: Owner | None = None
    members: str = ""
    target: Target | None = None

    @property
    def name(self) -> Name:
        return self.event.source, self.event.transaction_id

    @property
    def replaced(self) -> Name:
        return self.event.source, self.event.replaces or ""


class Batch:
    """The work on one batch."""

    def __init__(self, result: BatchResult, origin: str) -> None:
        self.result = result
        self.origin = origin[:100]
        self.received_at = now()
        self.spans: dict[UUID, tuple[datetime, datetime, int]] = {}

    def take(self, events: Sequence[NewEvent]) -> None:
        """Everything, in one transaction."""
        items = self._owned(self._first_of_each(self._young_enough(self._arrived(events))))
        items = self._readable(items, events)
        self._keep([item for item in items if item.event.replaces is None])
        self._keep_replacing([item for item in items if item.event.replaces is not None])
        self._finish()

    def _arrived(self, events: Sequence[NewEvent]) -> list[_Item]:
        found = [(place, arrive(event)) for place, event in enumerate(events)]
        self.result.others.update((place, one) for place, one in found if isinstance(one, EventOutcome))
        return [_Item(place, one) for place, one in found if isinstance(one, Arrived)]

    def _young_enough(self, items: list[_Item]) -> list[_Item]:
        days = int(str(setting(MAX_AGE_DAYS)))
        if not days:
            return items
        oldest = now() - timedelta(days=days)
        for item in items:
            if item.event.at < oldest:
                self._refuse(item, "too_old", f"The event is older than the {days} days that are accepted.")
        return self._left(items)

    def _first_of_each(self, items: list[_Item]) -> list[_Item]:
        """Without the events whose name came earlier in the same call."""
        first: dict[Name, _Item] = {}
        for item in items:
            before = first.setdefault(item.name, item)
            if before is not item:
                self._repeat(item, before.event.content_hash)
        return list(first.values())

    def _owned(self, items: list[_Item]) -> list[_Item]:
        owners = resolve_owners({(item.event.account, item.event.subscription) for item in items})
        for item in items:
            owner = owners[item.event.account, item.event.subscription]
            if isinstance(owner, EventOutcome):
                self._refuse(item, owner.code, owner.reason)
            else:
                item.owner = owner
        return self._left(items)

    def _readable(self, items: list[_Item], events: Sequence[NewEvent]) -> list[_Item]:
        """Without the events that bring something else where a metric needs a number."""
        metrics = metrics_of_types({item.event.type for item in items}) if items else {}
        complete_properties(items, metrics)
        wanted = readings(metrics)
        found: list[tuple[_Item, str]] = []
        for item in items if wanted else ():
            reason = unreadable(events[item.place].properties, item.members, wanted.get(item.event.type, ()))
            if reason is not None and not item.event.deleted:
                found.append((item, reason))
        known = find_kept([item.name for item, _ in found]) if found else {}
        for item, reason in found:
            if item.name not in known:  # else it came before the metric, and is a repeat
                self._refuse(item, "not_a_number", reason)
        return self._left(items)

    def _keep_replacing(self, items: list[_Item]) -> None:
        """Corrections and deletions, in as many rounds as they build on each other."""
        while items:
            targets = find_targets({item.replaced for item in items})
            names = {item.name for item in items if item.replaced != item.name}
            ready = [item for item in items if item.replaced in targets]
            later = [item for item in items if item.replaced not in targets and item.replaced in names]
            for item in items:
                if item.replaced not in targets and (item.replaced not in names or not ready):
                    text = f"There is no event {item.event.replaces!r} of the source {item.event.source!r} to correct."
                    self._refuse(item, "unknown_target", text)
            self._aim(ready, targets)
            self._keep(self._left(ready))
            items = later if ready else []

    def _aim(self, items: list[_Item], targets: Mapping[Name, Target]) -> None:
        """Gives each its target; what was replaced before can only be corrected through the one that replaced it."""
        taken: dict[int, str] = {}
        for item in items:
            target = targets[item.replaced]
            before = target.replaced_by or taken.get(target.id)
            if before is not None and before != item.event.transaction_id:
                self._refuse(item, "already_replaced", _ALREADY_REPLACED.format(item.event.replaces, before))
            else:
                item.target = target
                taken[target.id] = item.event.transaction_id

    def _keep(self, items: list[_Item]) -> None:
        inserted = insert_events([_row(item) for item in items], self.result.id)
        if inserted < len(items):
            self._note_repeats(items)
            items = self._left(items)
        self.result.accepted += len(items)
        for item in items:
            self._touch(item)

    def _note_repeats(self, items: list[_Item]) -> None:
        """Tells which of the events were here before, by what is kept under their names."""
        kept = find_kept([item.name for item in items])
        for item in items:
            if kept[item.name].batch_id != self.result.id:
                self._repeat(item, kept[item.name].content_hash)

    def _touch(self, item: _Item) -> None:
        """Widens the span of time in which an account's usage changed."""
        assert item.owner is not None
        account_id, at = item.owner.account_id, item.event.at
        earliest, latest, count = self.spans.get(account_id, (at, at, 0))
        self.spans[account_id] = (min(earliest, at), max(latest, at), count + 1)
        if item.target is not None:
            earliest, latest, count = self.spans.get(item.target.account_id, (item.target.at, item.target.at, 0))
            self.spans[item.target.account_id] = (min(earliest, item.target.at), max(latest, item.target.at), count)

    def _left(self, items: list[_Item]) -> list[_Item]:
        return [item for item in items if item.place not in self.result.others] if self.result.others else items

    def _repeat(self, item: _Item, content_hash: bytes) -> None:
        if item.event.content_hash == content_hash:
            self.result.others[item.place] = EventOutcome(*item.name, "duplicate", "duplicate", "It was received before.")
        else:
            self.result.others[item.place] = EventOutcome(*item.name, "conflict", "conflict", _OTHER_CONTENT)

    def _refuse(self, item: _Item, code: str, reason: str) -> None:
        self.result.others[item.place] = refusal(item.event, code, reason)

    def _finish(self) -> None:
        """The batch's own row, what was refused, the audit entry, and one domain event for each account."""
        statuses = {"duplicates": "duplicate", "conflicts": "conflict", "rejected": "rejected"}
        counts = {"accepted": self.result.accepted} | {name: self.result.count(status) for name, status in statuses.items()}
        row = {"id": self.result.id, "received_at": self.received_at, "origin": self.origin}
        session.execute(insert(UsageBatch).values(**row, **counts))
        refused = [outcome for outcome in self.result.others.values() if outcome.status != "duplicate"]
        bulk_insert(UsageRejection, [self._rejection(outcome) for outcome in refused])
        audit("usage.batch.ingested", "usage.batch", self.result.id, {"origin": self.origin, **counts})
        post_events([UsageReceived(account_id, *span) for account_id, span in self.spans.items()])

    def _rejection(self, outcome: EventOutcome) -> dict[str, object]:
        said = {name: getattr(outcome, name) for name in ("source", "transaction_id", "status", "code", "reason")}
        return {"id": new_id(), "batch_id": self.result.id, "received_at": self.received_at, **said}


def _row(item: _Item) -> Row:
    assert item.owner is not None
    return Row(item.event, item.owner.account_id, item.owner.subscription_id, item.members, item.target.id if item.target else None)
