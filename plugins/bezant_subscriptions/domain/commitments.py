"""Minimum commitments: a period's minimum less what its charges come to, and what that differs from what was filled up before.

The true-up of a period is ``max(0, minimum × fraction − all recurring and usage amounts kept for the period)``. Whatever changes one
of them afterwards (usage that came late or was taken back, a fact told late) changes the true-up: what is missing becomes another
line, what is too much is given back on the very lines that billed it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

from bezant.sdk.values import calendars, exponent, new_id, round_half_away
from bezant_catalog.contracts import as_decimal
from bezant_invoicing.contracts import DraftLine
from bezant_subscriptions.domain.amounts import Part, part_of
from bezant_subscriptions.domain.drafting import Case, Lowered, Row, TruedUp
from bezant_subscriptions.domain.due import DueCommitment
from bezant_subscriptions.domain.reconcile import Credit, counted, remnants

MADE_UP = "Charges of the period made up for the minimum"
NO_LONGER_DUE = "The minimum of this period is no longer due"
Amounts = Sequence[tuple[calendars.Span, int, str]]
"""Span, minor units and charge key of what is billed and kept."""


@dataclass(frozen=True, slots=True)
class _Compared:
    """A minimum, what counts towards it, and what was filled up before."""

    due: DueCommitment
    part: Part
    minimum: int
    counted: int
    before: Sequence[TruedUp]

    @property
    def difference(self) -> int:
        """What is still missing; below zero: what was filled up too much."""
        return max(self.minimum - self.counted, 0) - sum(row.amount_minor for row in self.before)

    @property
    def known(self) -> bool:
        """Whether it was compared before, over the same days and with the same result."""
        return bool(self.before) and self.difference == 0 and self.before[-1].to_day == self.due.span.end


def settle_commitments(case: Case, credits: Sequence[Credit], gone: Collection[UUID]) -> list[TruedUp]:
    """Adds to the case what its minimums miss, and notes what they got too much; gives the rows that no minimum stands for any more.

    ``credits`` is the coverage that this run takes back from the case; ``gone`` are the ids of the usage windows that it takes back.
    """
    before: dict[tuple[str, date], list[TruedUp]] = defaultdict(list)
    for row in sorted(case.trued_up, key=lambda one: one.part):
        before[row.charge_key, row.from_day].append(row)
    amounts = _kept(case, credits, gone) if case.settlement.commitments else ()
    for due in case.settlement.commitments:
        found = _compare(case, due, amounts, before.pop((due.key, due.span.start), ()))
        if not found.known:
            _add(case, found)
    return _take_back(case, before) if case.settlement.dirty else []


def _kept(case: Case, credits: Sequence[Credit], gone: Collection[UUID]) -> Amounts:
    """What is billed and stays so: earlier coverage and usage, and what this run adds."""
    cut = {credit.covered.id for credit in credits}
    rest = [(one.span, one.amount_minor, one.covered.charge_key) for one in remnants(credits)]
    whole = [(row.span, row.amount_minor, row.charge_key) for row in case.covered if row.id not in cut]
    metered = [(row.span, row.amount_minor, row.charge_key) for row in case.windows if row.id not in gone]
    return [*whole, *rest, *metered, *case.amounts]


def _compare(case: Case, due: DueCommitment, amounts: Amounts, before: Sequence[TruedUp]) -> _Compared:
    part = part_of(due.span, due.period, case.settlement.timeline.started.proration, case.zone)
    minimum = round_half_away(Fraction(due.commitment.minimum_minor * part.used, part.whole))
    prefix = f"{due.plan.plan_code}/"
    already = counted([(span, amount) for span, amount, key in amounts if key.startswith(prefix)], due.span)
    return _Compared(due, part, minimum, already, before)


def _add(case: Case, found: _Compared) -> None:
    line = _line(case, found) if found.difference > 0 else None
    if line is not None:
        case.lines.append(line)
    elif found.difference < 0:
        case.lowered.append(Lowered(found.before, -found.difference, MADE_UP))
    case.commitments.append(_row(case, found, line))


def _take_back(case: Case, before: Mapping[tuple[str, date], Sequence[TruedUp]]) -> list[TruedUp]:
    """Comparisons of periods that the facts no longer have; those of periods billed ahead wait until they are over."""
    settlement = case.settlement
    last = max((row.to_day for row in case.trued_up), default=settlement.billing_date)
    known = {(due.key, due.span.start) for due in settlement.commitments_through(last)}
    gone = [rows for key, rows in before.items() if key not in known and rows[-1].to_day > settlement.looked_from]
    for rows in gone:
        amount = sum(row.amount_minor for row in rows)
        if amount:
            case.lowered.append(Lowered(rows, amount, NO_LONGER_DUE))
    return [row for rows in gone for row in rows]


def _line(case: Case, found: _Compared) -> DraftLine:
    due = found.due
    return DraftLine(
        id=new_id(),
        kind="commitment",
        description=due.commitment.name,
        amount_minor=found.difference,
        charge_code="commitment",
        plan_code=due.plan.plan_code,
        subscription_id=case.subscription_id,
        charge_key=due.key,
        service_from=due.span.start,
        service_to=due.span.end,
        period_from=due.period.start,
        period_to=due.period.end,
        days_used=found.part.used,
        days_period=found.part.whole,
        tax_category=due.commitment.tax_category,
        explanation=_explanation(case, found),
    )


def _explanation(case: Case, found: _Compared) -> dict[str, object]:
    """The minimum, less what the period came to, less what was filled up before."""

    def row(note: str, minor: int) -> dict[str, str]:
        return {"note": note, "amount": f"{as_decimal(Fraction(minor, 10 ** exponent(case.currency))):f}"}

    rows = [row("commitment", found.minimum), row("counted", -found.counted)]
    before = sum(one.amount_minor for one in found.before)
    return {"model": "commitment", "rows": [*rows, row("trued_up", -before)] if before else rows}


def _row(case: Case, found: _Compared, line: DraftLine | None) -> Row:
    return {
        "id": new_id(),
        "subscription_id": case.subscription_id,
        "charge_key": found.due.key,
        "from_day": found.due.span.start,
        "to_day": found.due.span.end,
        "part": 1 + max((one.part for one in found.before), default=-1),
        "minimum_minor": found.minimum,
        "counted_minor": found.counted,
        "trued_up_minor": found.difference,
        "line_id": line.id if line else None,
        "invoice_id": case.invoice_id if line else None,
        "closed_by": None,
    }
