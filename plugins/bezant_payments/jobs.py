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
    Schedule("payments.collect", collect, timedelta(minutes=5)),
    Schedule("payments.reconcile", reconcile, timedelta(minutes=2)),
    Schedule("payments.collect_daily", collect, timedelta(days=1), business=True),
    Schedule("payments.reconcile_daily", reconcile, timedelta(days=1), business=True),
)
"""By the machine's clock in operation, and daily by business time, so that a rehearsal that travels meets what falls due."""
