"""Reconciliation: the difference between what is due and what is covered, as new lines and as credits.

*Lines* = due at the target (all known facts) − covered. *Credits* = covered − entitled (facts effective by the target), each
``line amount × days ÷ line days``, capped at what is left on the line; the credit that closes a line takes the rest. The
same charge at the same unit price counts as covered, whatever the grid.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bezant.sdk.values import Conflict, calendars, share
from bezant_catalog.contracts import Charge
from bezant_subscriptions.domain.amounts import share_of
from bezant_subscriptions.domain.due import DueLine, lines
from bezant_subscriptions.domain.pieces import Piece, is_metered

Span = calendars.Span
Identity = tuple[str, str, str]
"""Charge key, layer, price key."""


@dataclass(frozen=True, slots=True)
class Covered:
    """One row of open coverage. ``amount_minor`` is the part of what is left on the line that this span stands for."""

    id: UUID
    charge_key: str
    layer: str
    price_key: str
    span: Span
    line_id: UUID
    invoice_id: UUID
    line_span: Span
    line_amount_minor: int
    amount_minor: int

    @property
    def identity(self) -> Identity:
        """What a due line has to share with it to be the same thing."""
        return self.charge_key, self.layer, self.price_key


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line to be billed: the days of a due line that nothing covers."""

    due: DueLine
    span: Span


@dataclass(frozen=True, slots=True)
class Credit:
    """A span of coverage to be taken back, and the amount it gives back."""

    covered: Covered
    span: Span
    amount_minor: int


def missing(due: Iterable[DueLine], covered: Sequence[Covered], settled: date) -> list[Wanted]:
    """What is due and not covered; days before ``settled`` count as covered."""
    if not covered:
        return [Wanted(line, _after(line.span, settled)) for line in due if line.span.end > settled]
    taken: dict[Identity, list[Span]] = defaultdict(list)
    for row in covered:
        taken[row.identity].append(row.span)
    wanted = []
    for line in due:
        if line.span.end <= settled:
            continue
        spans = taken.get((line.piece.key, line.layer, line.price_key), ())
        wanted += [Wanted(line, rest) for rest in _uncovered(line, _after(line.span, settled), spans)]
    return wanted


def _uncovered(line: DueLine, span: Span, taken: Sequence[Span]) -> list[Span]:
    """What is left of a line; a charge that is not prorated is billed whole or not at all."""
    left = calendars.subtract(span, taken)
    if not line.piece.charge.prorated and left != [span]:
        return []
    return left


def _after(span: Span, settled: date) -> Span:
    return span if span.start >= settled else Span(settled, span.end)


def surplus(
    covered: Sequence[Covered], entitled: Iterable[Piece], charges: Mapping[str, Charge], settled: date, keep_from: date | None
) -> list[tuple[Covered, Span]]:
    """Covered days from ``settled`` on to which the effective facts give no right.

    ``charges`` knows every charge that the subscription ever had, by charge key. What is paid in advance under ``keep``, or is not
    prorated, has no unused rest; with ``keep_from`` nothing from that day on is given back.
    """
    _refuse_overlaps(covered)
    window = Span(settled, max((row.span.end for row in covered), default=settled))
    rights: dict[Identity, list[Span]] = defaultdict(list)
    for piece in entitled:
        if not is_metered(piece.charge):
            for line in lines(piece, window):
                rights[piece.key, line.layer, line.price_key].append(line.span)
    found = []
    for row in covered:
        span = _after(row.span, settled)
        if keep_from is not None and span.end > keep_from:
            span = Span(span.start, max(keep_from, span.start))
        if span.start < span.end and _gives_back(charges.get(row.charge_key)):
            found += [(row, rest) for rest in calendars.subtract(span, rights.get(row.identity, ()))]
    return found


def _gives_back(charge: Charge | None) -> bool:
    return charge is None or (charge.prorated and not (charge.timing == "advance" and charge.on_change == "keep"))


def _refuse_overlaps(covered: Sequence[Covered]) -> None:
    """Two live lines over the same span of one charge and layer: no rule says which one to give back."""
    last: dict[tuple[str, str], Covered] = {}
    for row in sorted(covered, key=lambda one: (one.charge_key, one.layer, one.span)):
        before = last.get((row.charge_key, row.layer))
        if before is not None and before.span.end > row.span.start:
            raise Conflict(
                f"Charge {row.charge_key} is billed twice over {row.span.start} to {min(row.span.end, before.span.end)}; "
                "void one of the two invoices, then bill the account again.",
                code="contradictory_coverage",
            )
        last[row.charge_key, row.layer] = row


def credits_for(taken: Sequence[tuple[Covered, Span]], open_days: Mapping[UUID, int], left: Mapping[UUID, int]) -> list[Credit]:
    """Amounts for spans to be taken back.

    ``open_days`` is how many days of each line are covered and open, ``left`` what is left on it in minor units. A row that is taken
    back whole gives what it stands for, so that the parts of a line always add up. A line of which nothing is left gives nothing,
    and its span is closed all the same.
    """
    remaining_days, remaining = dict(open_days), dict(left)
    found = []
    for row, span in taken:
        remaining_days[row.line_id] -= span.days
        part = row.amount_minor
        if span != row.span:
            part = min(part, share_of(row.line_amount_minor, span.days, row.line_span.days))
        amount = min(part, remaining[row.line_id])
        if remaining_days[row.line_id] == 0:
            amount = remaining[row.line_id]
        remaining[row.line_id] -= amount
        found.append(Credit(row, span, amount))
    return found


@dataclass(frozen=True, slots=True)
class Remnant:
    """A span of coverage that stays open, with the part of what is left on its line that it stands for."""

    covered: Covered
    span: Span
    amount_minor: int


def remnants(given: Sequence[Credit]) -> list[Remnant]:
    """What stays open of the rows that credits cut, their kept amounts shared by days."""
    by_row: dict[UUID, list[Credit]] = defaultdict(list)
    for credit in given:
        by_row[credit.covered.id].append(credit)
    found = []
    for group in by_row.values():
        row = group[0].covered
        spans = calendars.subtract(row.span, [credit.span for credit in group])
        kept = max(row.amount_minor - sum(credit.amount_minor for credit in group), 0)
        parts = share(kept, [span.days for span in spans])
        found += [Remnant(row, span, part) for span, part in zip(spans, parts, strict=True)]
    return found


def counted(rows: Iterable[tuple[Span, int]], period: Span) -> int:
    """What of some amounts counts for a period: each by the days that it shares with it."""
    total = 0
    for span, amount in rows:
        shared = span.clip(period)
        if shared is not None:
            total += share_of(amount, shared.days, span.days)
    return total
