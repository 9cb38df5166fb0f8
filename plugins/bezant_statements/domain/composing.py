"""What a statement says: from the movements and open items of one account, legal entity and currency to its lines and totals."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar
from uuid import UUID

from bezant.sdk.values import Conflict, SourceRef, format_plain
from bezant_statements.contracts import OPEN_ITEM, Aging, StatementLineInfo
from bezant_statements.domain.aging import Edges, age, days_past_due

T = TypeVar("T")

WORDS: Mapping[str, tuple[str, str]] = {
    "invoice": ("Invoice", "Cancelled invoice"),
    "credit_note": ("Cancelled credit note", "Credit note"),
    "payment": ("Payment returned", "Payment"),
    "refund": ("Refund", "Refund reversed"),
    "dispute": ("Dispute", "Dispute won"),
    "write_off": ("Write-off undone", "Write-off"),
    "fee": ("Fee", "Fee waived"),
}
"""What a movement is called, by the last word of its source's type: where it adds to what is owed, and where it takes from it."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One journal entry's effect on what is owed; ``amount_minor`` is positive where it adds to it."""

    entry_id: UUID
    day: date
    source: SourceRef
    description: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What is left of an item on the last day stated; ``kind`` is receivable or credit, amounts are positive."""

    id: UUID
    kind: Literal["receivable", "credit"]
    day: date
    source: SourceRef
    due_on: date | None
    amount_minor: int
    open_minor: int


@dataclass(frozen=True, slots=True)
class Section:
    """Everything between one account and one legal entity in one currency, up to a day: what a statement is made of."""

    account_id: UUID
    legal_entity_id: UUID
    currency: str
    opening_minor: int
    movements: tuple[Movement, ...]
    items: tuple[OpenItem, ...]

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to tell: no balance at either end, nothing that happened, nothing open."""
        return not (self.opening_minor or self.movements or self.items)


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement before it has a number."""

    section: Section
    kind: str
    opening_minor: int
    charges_minor: int
    credits_minor: int
    closing_minor: int
    aging: Aging
    lines: tuple[StatementLineInfo, ...]


def compose(section: Section, kind: str, to_on: date, edges: Edges) -> Draft:
    """The statement of a section. Raises ``Conflict`` where movements and open items do not come to the same balance."""
    owed = [(item.due_on or item.day, item.open_minor) for item in section.items if item.kind == "receivable"]
    credit = -sum(item.open_minor for item in section.items if item.kind == "credit")
    aging = age(owed, credit, to_on, edges)
    closing = section.opening_minor + sum(movement.amount_minor for movement in section.movements)
    if closing != aging.balance_minor:
        raise Conflict(_torn(section, closing, aging.balance_minor), code="balance_differs")
    if kind == OPEN_ITEM:
        return Draft(section, kind, 0, 0, 0, closing, aging, open_lines(section.items, to_on))
    charges = sum(m.amount_minor for m in section.movements if m.amount_minor > 0)
    credits = sum(m.amount_minor for m in section.movements if m.amount_minor < 0)
    return Draft(section, kind, section.opening_minor, charges, credits, closing, aging, movement_lines(section))


def movement_lines(section: Section) -> tuple[StatementLineInfo, ...]:
    """A line per movement, each with the balance after it."""
    return _numbered(section.opening_minor, section.movements, _movement_line, lambda movement: movement.amount_minor)


def open_lines(items: Iterable[OpenItem], to_on: date) -> tuple[StatementLineInfo, ...]:
    """A line per item with something left, the oldest first, credits negative."""
    ordered = sorted(items, key=lambda item: (item.day, item.due_on or item.day, item.id))
    return _numbered(0, ordered, lambda position, item, balance: _open_line(position, item, balance, to_on), signed_open)


def signed_open(item: OpenItem) -> int:
    """What is left of an item, as it counts towards the balance."""
    return item.open_minor if item.kind == "receivable" else -item.open_minor


def word_for(source_type: str, amount_minor: int) -> str:
    """What a movement or document is called: a word of the document templates' catalogue where there is one."""
    noun = source_type.rpartition(".")[2]
    owed, owing = WORDS.get(noun) or (_title(noun), _title(noun))
    return owed if amount_minor >= 0 else owing


def _title(noun: str) -> str:
    return noun.replace("_", " ").capitalize() or "Entry"


def _numbered(
    opening: int, things: Sequence[T], line: Callable[[int, T, int], StatementLineInfo], amount: Callable[[T], int]
) -> tuple[StatementLineInfo, ...]:
    """Lines with their positions (from 1) and the running balance."""
    lines = []
    balance = opening
    for position, thing in enumerate(things, start=1):
        balance += amount(thing)
        lines.append(line(position, thing, balance))
    return tuple(lines)


def _movement_line(position: int, movement: Movement, balance: int) -> StatementLineInfo:
    word = word_for(movement.source.type, movement.amount_minor)
    return StatementLineInfo(
        position, movement.day, movement.source, word, movement.description, movement.amount_minor, None, None, None, balance
    )


def _open_line(position: int, item: OpenItem, balance: int, to_on: date) -> StatementLineInfo:
    sign = 1 if item.kind == "receivable" else -1
    days_late = max(days_past_due(item.due_on, to_on), 0) if item.due_on else None
    word = word_for(item.source.type, sign)
    return StatementLineInfo(
        position, item.day, item.source, word, "", sign * item.amount_minor, sign * item.open_minor, item.due_on, days_late, balance
    )


def _torn(section: Section, movements: int, items: int) -> str:
    shown = [format_plain(minor, section.currency) for minor in (movements, items)]
    return (
        f"In {section.currency} movements come to {shown[0]}, open items to {shown[1]}; `bezant ledger verify` names the first difference."
    )
