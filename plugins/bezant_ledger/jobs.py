"""Background work of the ledger: the proof, by hand and every day; books open with their legal entity."""

from collections.abc import Sequence
from datetime import timedelta

from bezant.sdk.events import EventHandler, handles
from bezant.sdk.jobs import Schedule
from bezant.sdk.values import DomainEvent
from bezant_accounts.contracts import LegalEntityCreated
from bezant_ledger import services


@handles(LegalEntityCreated)
def open_books(events: Sequence[DomainEvent]) -> None:
    """A new legal entity finds the usual chart of accounts."""
    services.open_chart()


JOBS = (services.verify_ledger,)
HANDLERS: tuple[EventHandler, ...] = (open_books,)
SCHEDULES = (Schedule("ledger.verify", services.verify_ledger, every=timedelta(days=1)),)
