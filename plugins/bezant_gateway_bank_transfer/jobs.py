"""What bank transfers do when something happened elsewhere: whatever can be quoted is known."""

from collections.abc import Sequence

from bezant.sdk.events import DomainEvent, handles
from bezant_accounts.contracts import AccountCreated
from bezant_gateway_bank_transfer import services
from bezant_ledger.contracts import OpenItemOpened


@handles(OpenItemOpened)
def note_items(events: Sequence[DomainEvent]) -> None:
    """Numbers of receivables."""
    services.note_items([event.aggregate_id for event in events if isinstance(event, OpenItemOpened) and event.kind == "receivable"])


@handles(AccountCreated)
def note_accounts(events: Sequence[DomainEvent]) -> None:
    """Numbers of accounts."""
    services.note_accounts([event.aggregate_id for event in events])


HANDLERS = (note_items, note_accounts)
