"""The state of a document, derived: nothing stores it."""

from datetime import date

from bezant_invoicing.contracts import InvoiceState

STATE_TITLES: dict[InvoiceState, str] = {
    "draft": "Draft",
    "open": "Open",
    "partly_paid": "Partly paid",
    "overdue": "Overdue",
    "paid": "Paid",
    "voided": "Voided",
    "uncollectible": "Uncollectible",
}
"""Each state with its word for people."""


def invoice_state(*, is_final: bool, closed_as: str, total_minor: int, open_minor: int, due_on: date | None, today: date) -> InvoiceState:
    """The state of an invoice.

    ``open_minor`` is what is left of its open item (0 where it has none), ``closed_as`` says whether it was voided or written off.
    An invoice of which something is left is overdue from the day after its due day, whether partly paid or not.
    """
    if not is_final:
        return "draft"
    if closed_as == "voided":
        return "voided"
    if closed_as == "uncollectible":
        return "uncollectible"
    if open_minor == 0:
        return "paid"
    if due_on is not None and due_on < today:
        return "overdue"
    return "partly_paid" if open_minor < total_minor else "open"
