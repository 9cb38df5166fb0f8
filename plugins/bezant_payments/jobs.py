"""Background work of payments, and what it does when something happened elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from bezant.sdk.events import DomainEvent, handles
from bezant.sdk.jobs import Schedule, enqueue, job
from bezant_ledger.contracts import OpenItemOpened
from bezant_payments import services
from bezant_payments.services import collect, weigh_webhooks


@job("payments.reconcile", title="Ask gateways what became of payments")
def reconcile() -> Mapping[str, Any]:
    """Takes in webhooks that waited, then settles unknown and pending attempts, and those that a crash left."""
    services.process_webhooks()
    return asdict(services.reconcile())


@handles(OpenItemOpened)
def plan_collection(events: Sequence[DomainEvent]) -> None:
    """Plans the collection of new receivables, and has them collected."""
    items = [event.aggregate_id for event in events if isinstance(event, OpenItemOpened) and event.kind == "receivable"]
    if services.plan_collections(items):
        enqueue(collect, unique="collect")


JOBS = (collect, reconcile, weigh_webhooks)
HANDLERS = (plan_collection,)
SCHEDULES = (
    Schedule("payments.collect", collect, timedelta(minutes=5), business=True, next_due=services.next_collection),
    Schedule("payments.reconcile", reconcile, timedelta(minutes=2), business=True, next_due=services.next_check),
)
