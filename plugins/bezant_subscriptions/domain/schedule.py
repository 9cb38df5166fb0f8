"""What a recurring charge would be billed for, and when, without anything stored: the rules applied to dates alone."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from bezant.sdk.values import Invalid, calendars
from bezant_catalog.contracts import Charge, Flat, PlanVersion, Timing
from bezant_subscriptions.domain.amounts import part_of
from bezant_subscriptions.domain.due import Target, coming, due_lines
from bezant_subscriptions.domain.facts import Cancelled, Fact, FactKind, Started
from bezant_subscriptions.domain.pieces import grid_for, pieces
from bezant_subscriptions.domain.timeline import FOREVER, ONE_DAY, Timeline, build

_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRequest:
    """A charge over ``[start, end)``, looked at on the day ``through``; days are those of ``zone``."""

    interval: calendars.Interval
    start: date
    through: date
    end: date | None = None
    timing: Timing = "advance"
    alignment: calendars.GridKind = calendars.GridKind.ANNIVERSARY
    cycle_day: int | None = None
    proration: calendars.Proration = calendars.Proration.DAY
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class ScheduledLine:
    """One line: ``span`` of ``period``, exactly ``fraction`` of it, due on ``due_on``."""

    span: calendars.Span
    period: calendars.Span
    fraction: Fraction
    due_on: date


@dataclass(frozen=True, slots=True)
class Schedule:
    """All lines due by the day asked for; ``first_boundary`` is the first one not before the start, ``next_boundary`` the first one after
    the day, or after the end where that came before; ``billed_through`` is None where nothing is due, ``next_due_on`` where nothing will
    be."""

    lines: tuple[ScheduledLine, ...]
    fraction: Fraction
    first_boundary: date
    next_boundary: date
    billed_through: date | None
    next_due_on: date | None


def schedule(asked: ScheduleRequest) -> Schedule:
    """The schedule of one charge. Raises ``Invalid`` where the end or the day looked at comes before the start."""
    if asked.through < asked.start or (asked.end is not None and asked.end < asked.start):
        raise Invalid.field("start", "dates_out_of_order", "The end and the day looked at must not come before the start.")
    timeline = _timeline(asked)
    found = pieces(timeline)
    target = Target(asked.through, calendars.day_start(asked.through + ONE_DAY, asked.zone))
    lines = tuple(_line(asked, line.span, line.period) for line in due_lines(found, asked.start, target))
    grid = grid_for(timeline, timeline.stretches[0])
    following = coming(timeline, found, target).due_on
    return Schedule(
        lines,
        sum((line.fraction for line in lines), Fraction(0)),
        grid.on_or_after(asked.start),
        grid.after(min(asked.through, asked.end or asked.through)),
        lines[-1].span.end if lines else None,
        None if following == FOREVER else following,
    )


def _line(asked: ScheduleRequest, span: calendars.Span, period: calendars.Span) -> ScheduledLine:
    part = part_of(span, period, asked.proration, asked.zone)
    return ScheduledLine(span, period, Fraction(part.used, part.whole), span.start if asked.timing == "advance" else span.end)


def _timeline(asked: ScheduleRequest) -> Timeline:
    charge = Charge(_NOBODY, "charge", "Charge", "recurring", Flat(Decimal(0)), timing=asked.timing)
    plan = PlanVersion(_NOBODY, _NOBODY, "plan", "Plan", 1, "EUR", asked.interval.unit.value, asked.interval.count, (charge,))
    started = Started(plan.id, alignment=asked.alignment, proration=asked.proration, cycle_day=asked.cycle_day)
    facts = [Fact(1, FactKind.STARTED, calendars.day_start(asked.start, asked.zone), asked.start, started)]
    if asked.end is not None:
        ending = Cancelled(used=False)
        facts.append(Fact(2, FactKind.CANCELLED, calendars.day_start(asked.end, asked.zone), asked.end, ending))
    timeline = build(facts, lambda _: plan, asked.zone)
    assert timeline is not None
    return timeline
