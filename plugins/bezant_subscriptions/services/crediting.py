"""What a page gives back: credits against the very lines that billed what is no longer due, one credit note for each invoice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import ids_in, session
from bezant.sdk.values import SourceRef, calendars, new_id
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import CreditLine, DraftCreditNote
from bezant_subscriptions.domain.drafting import Case, Lowered, TruedUp
from bezant_subscriptions.domain.metering import BilledWindow, no_longer_due
from bezant_subscriptions.domain.reconcile import Credit, credits_for
from bezant_subscriptions.models import Coverage

CORRECTION = "No longer due by the subscription's timeline"


@dataclass(slots=True)
class GivenBack:
    """Credits, whole windows and comparisons of minimums that are taken back, the notes over them, and which note closes which row."""

    credits: list[Credit] = field(default_factory=list)
    windows: list[BilledWindow] = field(default_factory=list)
    commitments: list[TruedUp] = field(default_factory=list)
    notes: list[DraftCreditNote] = field(default_factory=list)
    closing: dict[UUID, UUID] = field(default_factory=dict)


def take_back(cases: Sequence[Case]) -> GivenBack:
    """The coverage and usage that is no longer due. Reads what is left on the lines of coverage."""
    found = GivenBack()
    taken = [one for case in cases for one in case.settlement.surplus]
    found.windows = [row for case in cases for row in _windows_back(case)]
    if taken:
        lines = {row.line_id for row, _ in taken}
        found.credits = credits_for(taken, _open_days(lines), _left(lines))
    return found


def add_notes(found: GivenBack, cases: Sequence[Case], source: SourceRef | None) -> None:
    """Writes the credit notes over what is taken back and what turned out to be worth less, one for each invoice."""
    lowered = [one for case in cases for one in case.lowered]
    if not (found.credits or found.windows or lowered):
        return
    rows = [*found.windows, *(row for one in lowered for row in one.rows)]
    left = _left({row.line_id for row in rows if row.line_id})
    lines: dict[UUID, list[CreditLine]] = {}
    for invoice_id, line in [*_corrections(found, left), *_less(lowered, left)]:
        lines.setdefault(invoice_id, []).append(line)
    dates = _dates(cases)
    for invoice_id, some in lines.items():
        _add_note(found, invoice_id, dates[invoice_id], [line for line in some if line.amount_minor], source)


def _windows_back(case: Case) -> Sequence[BilledWindow]:
    settlement = case.settlement
    if not settlement.dirty or not case.windows:
        return ()
    kept = {row.id for _, rows in case.grown for row in rows}
    wanted = settlement.windows_through(max(settlement.billing_date, *(row.span.end for row in case.windows)))
    return [row for row in no_longer_due(wanted, case.windows, settlement.looked_from) if row.id not in kept]


def _dates(cases: Iterable[Case]) -> dict[UUID, date]:
    """The billing date of each invoice that may be corrected."""
    found: dict[UUID, date] = {}
    for case in cases:
        billed = [row.invoice_id for rows in (case.covered, case.windows, case.trued_up) for row in rows if row.invoice_id]
        found |= dict.fromkeys(billed, case.settlement.billing_date)
    return found


def _corrections(found: GivenBack, left: Mapping[UUID, int]) -> list[tuple[UUID, CreditLine]]:
    lines = [(one.covered.invoice_id, _line(one.covered.line_id, one.amount_minor, one.span)) for one in found.credits]
    for row in found.windows:
        if row.line_id is not None and row.invoice_id is not None:
            lines.append((row.invoice_id, _line(row.line_id, min(row.amount_minor, left[row.line_id]), row.span)))
    return lines


def _less(lowered: Sequence[Lowered], left: Mapping[UUID, int]) -> list[tuple[UUID, CreditLine]]:
    """What is given back of the lines of rows that turned out to be worth less, the newest line first."""
    found = []
    for one in lowered:
        amount = one.amount_minor
        for row in sorted(one.rows, key=lambda row: row.part, reverse=True):
            if row.line_id is None or row.invoice_id is None:
                continue
            part = min(amount, left[row.line_id])
            amount -= part
            found.append((row.invoice_id, CreditLine(line_id=row.line_id, amount_minor=part, kind="goodwill", description=one.why)))
    return found


def _left(line_ids: set[UUID]) -> dict[UUID, int]:
    return {line: balance.left_minor for line, balance in invoicing.line_balances(line_ids).items()}


def _open_days(line_ids: set[UUID]) -> dict[UUID, int]:
    """How many days of each line are covered and open."""
    table = Coverage.__table__.c
    statement = select(table.line_id, table.from_day, table.to_day).where(ids_in(table.line_id, line_ids), table.closed_by.is_(None))
    days: dict[UUID, int] = dict.fromkeys(line_ids, 0)
    for line_id, start, end in session.execute(statement):
        days[line_id] += (end - start).days
    return days


def _line(line_id: UUID, amount: int, span: calendars.Span) -> CreditLine:
    return CreditLine(line_id=line_id, amount_minor=amount, from_on=span.start, to_on=span.end)


def _add_note(found: GivenBack, invoice_id: UUID, day: date, lines: Sequence[CreditLine], source: SourceRef | None) -> None:
    """The note over one invoice; rows are closed by its id also where nothing is left to give back and no note is made."""
    note_id = new_id()
    found.closing |= {one.covered.id: note_id for one in found.credits if one.covered.invoice_id == invoice_id}
    found.closing |= {row.id: note_id for rows in (found.windows, found.commitments) for row in rows if row.invoice_id == invoice_id}
    if lines:
        note = DraftCreditNote(id=note_id, invoice_id=invoice_id, issued_on=day, lines=tuple(lines), reason=CORRECTION, source=source)
        found.notes.append(note)
