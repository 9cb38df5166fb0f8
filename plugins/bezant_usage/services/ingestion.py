"""Taking events in: checked, resolved, kept once, with an outcome for each. A batch costs the same few statements whatever its size."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite

from bezant.sdk.db import bulk_insert, json_rows, session
from bezant.sdk.events import post_events
from bezant.sdk.services import audit, now, setting, system_time, use_case
from bezant.sdk.values import Invalid, new_id
from bezant_usage.contracts import EventOutcome, NewEvent, Subject, UsageReceived
from bezant_usage.domain import Arrived, arrive
from bezant_usage.domain.arrival import refusal
from bezant_usage.models import UsageBatch, UsageEvent, UsageRejection
from bezant_usage.services.computing import compute_properties
from bezant_usage.services.replacing import Target, find_targets
from bezant_usage.services.subjects import Owner, resolve_owners
from bezant_usage.settings import MAX_AGE_DAYS

MAX_BATCH = 10_000
"""Events of one call, at most."""

_Place = tuple[int, Arrived]
"""An event and its place in the call."""


@dataclass(slots=True)
class BatchResult:
    """What became of a batch: how many were accepted, and the outcomes of the others by their place in the call."""

    id: UUID
    accepted: int = 0
    others: dict[int, EventOutcome] = field(default_factory=dict)

    def count(self, status: str) -> int:
        """How many of the others have a status."""
        return sum(1 for outcome in self.others.values() if outcome.status == status)


@use_case("usage.event.ingest")
def ingest(events: Sequence[NewEvent], *, origin: str = "api") -> list[EventOutcome]:
    """Takes up to 10,000 events; the outcome of each, in order. Raises ``Invalid`` for more; a bad event refuses only itself."""
    result = ingest_batch(events, origin=origin)
    return [
        result.others.get(place) or EventOutcome(event.source, event.transaction_id, "accepted") for place, event in enumerate(events)
    ]


@use_case("usage.event.ingest")
def ingest_batch(events: Sequence[NewEvent], *, origin: str = "api") -> BatchResult:
    """Like :func:`ingest`, answering only what was not accepted: for imports of many batches."""
    if len(events) > MAX_BATCH:
        raise Invalid.field("events", "too_many", f"A batch holds {MAX_BATCH:,} events at most; send {len(events):,} in several.")
    result = BatchResult(new_id())
    if events:
        _Batch(result, origin).take(events)
    return result


class _Batch:
    """The work on one batch, step by step; each step passes on what is left and notes the outcomes of the rest."""

    def __init__(self, result: BatchResult, origin: str) -> None:
        self.result = result
        self.origin = origin
        self.received_at = system_time()
        self.receipts: dict[UUID, list[Any]] = {}

    def take(self, events: Sequence[NewEvent]) -> None:
        """All of it."""
        places = self._first_of_each(self._young_enough(self._arrived(events)))
        owners = resolve_owners({Subject(one.account, one.subscription) for _, one in places})
        places = [place for place in places if self._owned(place, owners)]
        compute_properties([one for _, one in places], owners)
        plain = [place for place in places if place[1].replaces is None]
        self._keep(plain, owners, {})
        self._keep_replacing([place for place in places if place[1].replaces is not None], owners)
        self._finish()

    def _arrived(self, events: Sequence[NewEvent]) -> list[_Place]:
        places = []
        for place, event in enumerate(events):
            arrived = arrive(event)
            if isinstance(arrived, EventOutcome):
                self.result.others[place] = arrived
            else:
                places.append((place, arrived))
        return places

    def _young_enough(self, places: list[_Place]) -> list[_Place]:
        days = int(str(setting(MAX_AGE_DAYS)))
        if not days:
            return places
        oldest = now() - timedelta(days=days)
        for place, one in places:
            if one.at < oldest:
                self._refuse(place, one, "too_old", f"The event is older than the {days} days that are accepted.")
        return [(place, one) for place, one in places if place not in self.result.others]

    def _first_of_each(self, places: Iterable[_Place]) -> list[_Place]:
        """Without the events whose transaction id came earlier in the same call."""
        first: dict[tuple[str, str], _Place] = {}
        for place, one in places:
            before = first.setdefault((one.source, one.transaction_id), (place, one))[1]
            if before is not one:
                self._repeat(place, one, same=before.content_hash == one.content_hash)
        return list(first.values())

    def _owned(self, place: _Place, owners: Mapping[Subject, Owner | EventOutcome]) -> bool:
        owner = owners[Subject(place[1].account, place[1].subscription)]
        if isinstance(owner, EventOutcome):
            self._refuse(*place, owner.code, owner.reason)
            return False
        return True

    def _keep_replacing(self, places: list[_Place], owners: Mapping[Subject, Any]) -> None:
        """Corrections and deletions, in as many rounds as they build on each other."""
        while places:
            targets = find_targets([(one.source, one.replaces or "") for _, one in places])
            waiting = {(one.source, one.transaction_id) for _, one in places}
            ready, later = [], []
            for place, one in places:
                target = targets.get((one.source, one.replaces or ""))
                if target is None and (one.source, one.replaces) in waiting and one.replaces != one.transaction_id:
                    later.append((place, one))
                elif target is None:
                    self._refuse(place, one, "unknown_target", f"There is no event {one.replaces!r} of the source {one.source!r} to correct.")
                else:
                    ready.append((place, one))
            self._keep(ready, owners, targets)
            if not ready:
                for place, one in later:
                    self._refuse(place, one, "unknown_target", f"{one.replaces!r} cannot be corrected, because it was not taken itself.")
                return
            places = later

    def _keep(self, places: list[_Place], owners: Mapping[Subject, Any], targets: Mapping[tuple[str, str], Target]) -> None:
        if not places:
            return
        replaced = self._replaceable(places, targets)
        rows = [self._row(one, owners, replaced.get(place)) for place, one in places if place not in self.result.others]
        inserted = _insert(rows)
        if inserted < len(rows):
            self._note_repeats([place for place in places if place[0] not in self.result.others])
        for place, one in places:
            if place not in self.result.others:
                self.result.accepted += 1
                self._receive(owners[Subject(one.account, one.subscription)].account_id, one.at)
                if place in replaced:
                    self._receive(replaced[place].account_id, replaced[place].at)

    def _replaceable(self, places: list[_Place], targets: Mapping[tuple[str, str], Target]) -> dict[int, Target]:
        """The targets by place; an event that was replaced before can only be corrected through the one that replaced it."""
        found: dict[int, Target] = {}
        taken: set[int] = set()
        for place, one in places:
            target = targets.get((one.source, one.replaces or "")) if one.replaces is not None else None
            if target is None:
                continue
            if (target.replaced_by or target.id in taken) and target.replaced_by != one.transaction_id:
                by = target.replaced_by or "another event of this batch"
                self._refuse(place, one, "already_replaced", f"{one.replaces!r} was already corrected by {by!r}; correct that one instead.")
            else:
                found[place] = target
                taken.add(target.id)
        return found

    def _row(self, one: Arrived, owners: Mapping[Subject, Any], target: Target | None) -> dict[str, Any]:
        owner = owners[Subject(one.account, one.subscription)]
        return {
            "source": one.source,
            "transaction_id": one.transaction_id,
            "type": one.type,
            "at": one.at,
            "account_id": owner.account_id,
            "subscription_id": owner.subscription_id,
            "properties": one.properties,
            "content_hash": one.content_hash,
            "replaces_id": target.id if target else None,
            "deleted": one.deleted,
            "batch_id": self.result.id,
        }

    def _note_repeats(self, places: Collection[_Place]) -> None:
        """Tells which of the events were here before, by what is kept under their names."""
        names = [{"source": one.source, "transaction_id": one.transaction_id} for _, one in places]
        wanted = json_rows(names, source="text", transaction_id="text")
        table = UsageEvent.__table__
        kept = session.execute(
            select(table.c.source, table.c.transaction_id, table.c.content_hash, table.c.batch_id).join(
                wanted, (table.c.source == wanted.c.source) & (table.c.transaction_id == wanted.c.transaction_id)
            )
        )
        by_name = {(row.source, row.transaction_id): row for row in kept}
        for place, one in places:
            row = by_name[one.source, one.transaction_id]
            if row.batch_id != self.result.id:
                self._repeat(place, one, same=bytes(row.content_hash) == one.content_hash)

    def _repeat(self, place: int, one: Arrived, *, same: bool) -> None:
        if same:
            self.result.others[place] = EventOutcome(one.source, one.transaction_id, "duplicate", "duplicate", "It was received before.")
            return
        reason = "Another event has this transaction id; to correct that one send a new id with `replaces`."
        self.result.others[place] = EventOutcome(one.source, one.transaction_id, "conflict", "conflict", reason)

    def _refuse(self, place: int, one: Arrived, code: str, reason: str) -> None:
        self.result.others[place] = refusal(one, code, reason)

    def _receive(self, account_id: UUID, at: datetime) -> None:
        span = self.receipts.setdefault(account_id, [at, at, 0])
        span[0], span[1], span[2] = min(span[0], at), max(span[1], at), span[2] + 1

    def _finish(self) -> None:
        """The batch's own row, what was refused, the audit entry and one domain event for each account."""
        counts = {
            "accepted": self.result.accepted,
            "duplicates": self.result.count("duplicate"),
            "conflicts": self.result.count("conflict"),
            "rejected": self.result.count("rejected"),
        }
        batch = {"id": self.result.id, "received_at": self.received_at, "origin": self.origin[:100], **counts}
        session.execute(insert(UsageBatch).values(**batch))
        refused = [outcome for outcome in self.result.others.values() if outcome.status in ("rejected", "conflict")]
        bulk_insert(UsageRejection, [self._rejection(outcome) for outcome in refused])
        audit("usage.batch.ingested", "usage.batch", self.result.id, {"origin": self.origin[:100], **counts})
        post_events([UsageReceived(account_id, *span) for account_id, span in self.receipts.items()])

    def _rejection(self, outcome: EventOutcome) -> dict[str, Any]:
        return {
            "id": new_id(),
            "batch_id": self.result.id,
            "source": outcome.source,
            "transaction_id": outcome.transaction_id,
            "status": outcome.status,
            "code": outcome.code,
            "reason": outcome.reason,
            "received_at": self.received_at,
        }


def _insert(rows: Sequence[Mapping[str, Any]]) -> int:
    """Inserts events but for those whose name is taken; how many were."""
    if not rows:
        return 0
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(UsageEvent.__table__).on_conflict_do_nothing(index_elements=["source", "transaction_id"])
    return int(session.connection().execute(statement, rows).rowcount)
